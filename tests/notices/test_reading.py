"""What a page says is read as a person sees it, and a page that kills its reader costs only itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from notices.reading import PageReading, read_pages
from notices.zones import load_templates
from portal.core import cage
from tests.notices import hostile

TEMPLATE = load_templates()[0]
PDF = hostile.DEMO / "notices.pdf"


def read(pdf: Path, pages: range, engine: str = "default") -> list[PageReading]:
    return list(read_pages(pdf, TEMPLATE, pages=pages, engine=engine))


@pytest.fixture(scope="module")
def first() -> PageReading:
    return read(PDF, range(1, 2))[0]


def test_first_page_says_who_it_is_for(first: PageReading) -> None:
    assert first.values["key"] == first.values["bar_code_key"] == "2026-00000015"
    assert first.values["page"] == "1/1"
    assert first.values["name"]
    assert first.values["birth"].count("-") == 2
    assert first.qr[0].startswith("2026-00000015|1/1|")
    assert first.has_text
    assert not first.is_blank


@pytest.mark.parametrize(
    "make",
    [
        lambda path: hostile.turned(path, 90),
        lambda path: hostile.turned(path, 180),
        lambda path: hostile.turned(path, 270),
        hostile.cropped,
    ],
    ids=["90", "180", "270", "cropped"],
)
def test_zones_are_measured_on_the_page_as_displayed(
    tmp_path: Path, first: PageReading, make: Callable[[Path], Path]
) -> None:
    (reading,) = read(make(tmp_path / "file.pdf"), range(1, 2))

    assert reading.values == first.values
    assert reading.qr == first.qr


def test_both_engines_read_the_same() -> None:
    pages = range(20, 52)

    with_pdfium, with_poppler = read(PDF, pages), read(PDF, pages, "poppler")

    assert [(r.values, r.qr, r.is_blank) for r in with_pdfium] == [(r.values, r.qr, r.is_blank) for r in with_poppler]
    assert [r.page for r in with_pdfium] == list(pages)
    assert sum(r.is_blank for r in with_pdfium) == 1
    assert sum(not r.has_text and not r.is_blank for r in with_pdfium) == 1  # the scanned page


@pytest.fixture
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less patience than in real life, so that bombs burst sooner."""
    monkeypatch.setattr(cage, "PDF", replace(cage.PDF, cpu_seconds=1))


@pytest.mark.usefixtures("one_second")
def test_page_that_bursts_its_cage_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    pdf = hostile.nested_forms(tmp_path / "bomb.pdf", page_before=True)

    before, bomb, after = read(pdf, range(1, 4))

    assert before.values["key"] == "2026-00000015"
    assert bomb.failure in ("crashed", "time_out", "too_large")
    assert after.has_text
    assert not after.failure


@pytest.mark.usefixtures("one_second")
def test_unpacking_bomb_ends_with_its_page(tmp_path: Path) -> None:
    (reading,) = read(hostile.flate_bomb(tmp_path / "bomb.pdf"), range(1, 2))

    assert reading.failure


def test_document_that_cannot_be_opened_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(cage.CageError) as caught:
        read(hostile.jpeg_named_pdf(tmp_path / "file.pdf"), range(1, 1000))

    assert caught.value.reason == "refused"


def test_equal_pages_have_equal_fingerprints_and_others_not(tmp_path: Path) -> None:
    pdf = hostile.demo_pages(tmp_path / "file.pdf", [1, 3, 1])

    one, other, again = read(pdf, range(1, 4))

    assert one.content_sha256 == again.content_sha256 != other.content_sha256
