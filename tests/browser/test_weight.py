"""What a first visit costs on a slow line: bytes as they travel, and nobody else asked for anything."""

import gzip
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from playwright.sync_api import Page, Response

from tests.browser.conftest import Visit

MOST_BYTES = 60_000  # all in, without the font
MOST_FONT = 120_000
SCREENS = ("/", "/complaints/new/", "/complaints/track/", "/chat/")
NEVER_COMPRESSED = (".png", ".woff2", ".webp", ".jpg")


def travelling(response: Response) -> int:
    """Bytes on the line: in production files are compressed by brotli when they are collected."""
    body = response.body()
    path = response.url.split("?")[0]
    if path.endswith(NEVER_COMPRESSED):
        return len(body)
    if settings.STATIC_URL in path:
        return len(brotli.compress(body))
    return len(gzip.compress(body)) if response.headers.get("content-encoding") == "gzip" else len(body)


@pytest.mark.parametrize("path", SCREENS)
def test_first_view_is_light(visit: Visit, page: Page, path: str) -> None:
    seen: dict[str, Response] = {}

    def note(response: Response) -> None:
        seen.setdefault(response.url, response)

    page.on("response", note)
    page.add_init_script("delete Navigator.prototype.serviceWorker")  # what it fetches comes after the first view

    visit(path)
    page.wait_for_load_state("networkidle")

    weights = {Path(url).name or path: travelling(answer) for url, answer in seen.items() if answer.ok}
    fonts = {name: size for name, size in weights.items() if name.endswith(".woff2")}
    rest = {name: size for name, size in weights.items() if name not in fonts}
    assert list(fonts) == ["sotong-ui.woff2"]
    assert sum(fonts.values()) <= MOST_FONT
    assert sum(rest.values()) <= MOST_BYTES, sorted(rest.items(), key=lambda pair: -pair[1])[:8]
