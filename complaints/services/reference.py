"""Loading categories, their words and the agencies; what officials have changed or added stays."""

import tomllib
from pathlib import Path

from django.db import transaction

from complaints import routing
from complaints.deadlines import Period
from complaints.models import Agency, Category, CategoryKeyword
from portal.accounts.models import Department

_HERE = Path(__file__).resolve().parent.parent / "reference"


@transaction.atomic
def load_reference() -> int:
    """
    Categories by code, seed keywords by word, agencies by name; again without harm. How many categories there are.

    :raises Department.DoesNotExist: if a category names a department that was not loaded
    """
    rows = routing.read_categories(_HERE / "categories.tsv")
    for row in rows:
        period = Period.parse(row["period"])
        Category.objects.get_or_create(
            code=row["category"],
            defaults={
                "name": row["name"],
                "name_en": row.get("name_en") or "",
                "department": Department.objects.get(name=row["department"]),
                "kind": row["kind"],
                "period_value": period.value,
                "period_unit": period.unit.value,
                "weight": float(row["weight"]),
            },
        )
        unnamed = Category.objects.filter(code=row["category"], name=row["name"], name_en="")
        unnamed.update(name_en=row.get("name_en") or "")  # loaded before names had an English side
    _load_keywords()
    for agency in tomllib.loads((_HERE / "agencies.toml").read_text("utf-8"))["agencies"]:
        Agency.objects.get_or_create(name=agency["name"], defaults=agency)
        Agency.objects.filter(name=agency["name"], name_en="").update(name_en=agency.get("name_en", ""))
    return len(rows)


def _load_keywords() -> None:
    """Seed words follow the file; words of officials and learned ones are theirs."""
    categories = dict(Category.objects.values_list("code", "pk"))
    shipped = {
        (categories[keyword.category], keyword.text): keyword.weight
        for keyword in routing.read_keywords(_HERE / "keywords.toml")
    }
    seeds = CategoryKeyword.objects.filter(source=CategoryKeyword.Source.SEED)
    known = {(row.category_id, row.text): row for row in seeds}
    seeds.filter(pk__in=[row.pk for key, row in known.items() if shipped.get(key) != row.weight]).delete()
    CategoryKeyword.objects.bulk_create(
        [
            CategoryKeyword(category_id=category, text=text, weight=weight, source=CategoryKeyword.Source.SEED)
            for (category, text), weight in shipped.items()
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
