"""What every template may say about the district it serves."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class District:
    """The office this installation belongs to. Never hard-coded in a template."""

    name: str
    city: str
    phone: str
    is_government: bool
    is_demo: bool


def the_district() -> District:
    """The district of the settings."""
    return District(
        name=settings.DISTRICT_NAME,
        city=settings.DISTRICT_CITY,
        phone=settings.DISTRICT_PHONE,
        is_government=settings.DISTRICT_IS_GOVERNMENT,
        is_demo=settings.DISTRICT_IS_DEMO,
    )


def district(_: HttpRequest) -> dict[str, District]:
    """Context processor: `district` in every template."""
    return {"district": the_district()}
