"""Browsers inside other apps: no app on the home screen, no offline report, no passkey. The way out is shown."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest

_APPS = re.compile(r"KAKAOTALK|NAVER|Instagram", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WayOut:
    """How to leave the app: its own address for that if one is known, otherwise only words."""

    link: str


def way_out(request: HttpRequest) -> WayOut | None:
    """None in a browser of its own."""
    found = _APPS.search(request.headers.get("User-Agent", ""))
    if found is None:
        return None
    scheme = settings.IN_APP_LINKS.get(found.group().upper(), "")
    here = quote(settings.SITE_URL + request.get_full_path(), safe="")
    return WayOut(scheme.replace("{url}", here))


def in_app(request: HttpRequest) -> dict[str, WayOut | None]:
    """Context processor: `way_out` on every page."""
    return {"way_out": way_out(request)}
