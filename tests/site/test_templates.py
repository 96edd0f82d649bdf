"""What citizens' templates never hold, whatever a page shows: the part of accessibility that text alone gives away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

CITIZENS = ("certificates", "chatbot", "complaints", "components", "notices", "site")
NEVER = {
    "opens another window": r"\starget=",
    "changes the order of Tab": r'\stabindex="?[1-9]',
    "has keys of its own": r"\saccesskey=",
    "plays or moves by itself": r"<(?:audio|video|marquee|blink|embed|object)\b|\sautoplay",
    "begins anew by itself": r"http-equiv=.?refresh",
}


def _pages() -> Iterator[tuple[str, str]]:
    """Name and text of every template that citizens meet."""
    root = Path(settings.BASE_DIR) / "templates"
    found = [path for room in CITIZENS for path in (root / room).rglob("*.html")]
    for path in (*found, *root.glob("*.html"), *root.glob("messaging/preferences*.html")):
        yield str(path.relative_to(root)), path.read_text("utf-8")


@pytest.mark.parametrize("what", NEVER)
def test_no_page_does_this(what: str) -> None:
    pages = dict(_pages())

    assert len(pages) > 100
    assert [name for name, text in pages.items() if re.search(NEVER[what], text, re.IGNORECASE)] == []


def test_every_table_is_named_and_its_heads_say_of_what_they_are() -> None:
    tables = [
        (name, found[0])
        for name, text in _pages()
        for found in re.finditer(r"<table\b.*?(?:</table>|\Z)", text, re.DOTALL)
    ]

    assert tables
    assert [name for name, table in tables if "<caption" not in table and "aria-label" not in table] == []
    assert [name for name, table in tables if "<th" not in table or re.search(r"<th(?![^>]*\bscope=)[ >]", table)] == []


def test_no_script_of_ours_reacts_to_shaking() -> None:
    scripts = list((Path(settings.BASE_DIR) / "static" / "js").glob("*.js"))

    assert scripts
    assert [path.name for path in scripts if re.search("devicemotion|deviceorientation", path.read_text("utf-8"))] == []
