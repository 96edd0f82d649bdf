"""Loading where things are; what officials have changed or added stays."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from complaints.models import Agency, Dong, ParkingRule, Place

_HERE = Path(__file__).resolve().parent.parent / "reference"


@transaction.atomic
def load_places() -> int:
    """
    행정동, names, neighbours and the rules of parking reports; again without harm. How many 행정동 there are.

    Invented polygons and names belong to the demo district: a real one brings its own and never sees them.
    """
    for row in _rows("parking.toml", "rules"):
        ParkingRule.objects.get_or_create(zone=row["zone"], valid_from=row["valid_from"], defaults=row)
    for row in _rows("neighbours.toml", "agencies"):
        Agency.objects.get_or_create(name=row["name"], defaults=row)
        Agency.objects.filter(name=row["name"], name_en="").update(name_en=row.get("name_en", ""))
    for row in _rows("dongs.toml", "dongs"):
        Dong.objects.get_or_create(code=row["code"], defaults=row)
    dongs = {dong.name: dong for dong in Dong.objects.all()}
    known = set(Place.objects.values_list("name", "dong__name"))
    Place.objects.bulk_create(
        Place(**{**row, "dong": dongs[row["dong"]]})
        for row in _rows("places.toml", "places")
        if (row["name"], row["dong"]) not in known and row["dong"] in dongs
    )
    return len(dongs)


def _rows(name: str, table: str) -> list[dict[str, Any]]:
    read = tomllib.loads((_HERE / name).read_text("utf-8"))
    is_usable = settings.DISTRICT_IS_DEMO or not read.get("is_invented", False)
    rows: list[dict[str, Any]] = read[table] if is_usable else []
    return rows
