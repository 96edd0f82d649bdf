"""What every template may say about the district it serves."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from portal.core.bilingual import in_language


@dataclass(frozen=True, slots=True)
class District:
    """The office this installation belongs to. Never hard-coded in a template."""

    name: str
    city: str
    phone: str
    is_government: bool
    is_demo: bool


def the_district() -> District:
    """The district of the settings, by its name in the reader's language."""
    return District(
        name=in_language(settings.DISTRICT_NAME, settings.DISTRICT_NAME_EN),
        city=in_language(settings.DISTRICT_CITY, settings.DISTRICT_CITY_EN),
        phone=settings.DISTRICT_PHONE,
        is_government=settings.DISTRICT_IS_GOVERNMENT,
        is_demo=settings.DISTRICT_IS_DEMO,
    )


def district(request: HttpRequest) -> dict[str, District | bool]:
    """
    Context processor: `district` in every template, and whether the reader came with a session at all.

    Reading the session makes a page personal and uncached, so templates ask `has_session` before `messages`.
    """
    return {"district": the_district(), "has_session": settings.SESSION_COOKIE_NAME in request.COOKIES}
