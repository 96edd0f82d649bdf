"""Places that ship with the invented district, so that its maps show something. A real district enters its own."""

import csv

from django.conf import settings
from django.db import transaction

from chatbot.models import MapPlace
from chatbot.shipped import REFERENCE

FILE = REFERENCE / "map_places.tsv"


@transaction.atomic
def load_map_places() -> int:
    """The sample places, in the demo district only; again without harm. Returns how many there are."""
    if not settings.DISTRICT_IS_DEMO:
        return 0
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        MapPlace.objects.update_or_create(
            layer=row["layer"],
            name=row["name"].replace("행복구", settings.DISTRICT_NAME),
            address=row["address"],
            defaults={
                "lat": float(row["lat"]),
                "lon": float(row["lon"]),
                "phone": row["phone"],
                "hours": row["hours"],
                "is_sample": True,
            },
        )
    return len(rows)
