"""The contract every engine keeps: exactly the pixels asked for, of the page as a person sees it, or an error."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pdf2image
import pikepdf
import pytest
import zxingcpp

from notices.rasterizers import Bitmap, Crop, PageRequest, Rasterizer, RasterizerError, checks, poppler
from notices.rasterizers.base import DocumentUnreadable
from notices.rasterizers.pdfium import Pdfium
from notices.rasterizers.poppler import Poppler
from notices.rasterizers.registry import engine
from tests.notices import hostile

PDF = hostile.DEMO / "notices.pdf"
PX_PER_MM = 150 / 25.4
QR_ZONE = Crop(16, 259, 28, 28)


@pytest.fixture(params=[Pdfium, Poppler], ids=["pdfium", "poppler"])
def rasterizer(request: pytest.FixtureRequest) -> Iterator[Rasterizer]:
    made = request.param()
    yield made
    if isinstance(made, Pdfium):
        made.close()


def draw(rasterizer: Rasterizer, pdf: Path, *wanted: PageRequest) -> list[Bitmap]:
    return [bitmap.copy() for bitmap in rasterizer.pages(pdf, wanted)]


def likeness(one: Bitmap, other: Bitmap) -> float:
    """How alike two drawings are, from 0 to 1, looked at from a step away."""
    height, width = (min(a, b) // 4 * 4 for a, b in zip(one.shape, other.shape, strict=True))
    shrunk = [each[:height, :width].reshape(height // 4, 4, width // 4, 4).mean(axis=(1, 3)) for each in (one, other)]
    return float(np.corrcoef(shrunk[0].ravel(), shrunk[1].ravel())[0, 1])


def codes_in(bitmap: Bitmap) -> Sequence[str]:
    return [code.text for code in zxingcpp.read_barcodes(np.ascontiguousarray(bitmap))]


def test_bitmap_has_exactly_the_size_and_colours_asked_for(rasterizer: Rasterizer) -> None:
    whole, part, coloured = draw(
        rasterizer,
        PDF,
        PageRequest(1, 3.0),
        PageRequest(2, PX_PER_MM, Crop(10.3, 20.7, 100.1, 33.3)),
        PageRequest(3, PX_PER_MM, QR_ZONE, is_colour=True),
    )

    assert whole.shape == (891, 630)
    assert part.shape == (round(33.3 * PX_PER_MM), round(100.1 * PX_PER_MM))
    assert coloured.shape == (165, 165, 3)
    assert {each.dtype for each in (whole, part, coloured)} == {np.dtype(np.uint8)}


def test_part_of_a_page_is_what_stands_there_on_the_whole_page(rasterizer: Rasterizer) -> None:
    whole, part = draw(rasterizer, PDF, PageRequest(1, 4.0), PageRequest(1, 4.0, Crop(20, 50, 150, 80)))

    assert likeness(whole[200:520, 80:680], part) > 0.99


def test_qr_code_is_read_from_its_zone_of_every_page(rasterizer: Rasterizer) -> None:
    zones = draw(rasterizer, PDF, *(PageRequest(page, PX_PER_MM, QR_ZONE) for page in (1, 2, 3)))

    assert all(codes_in(zone)[0].startswith("2026-") for zone in zones)


def test_crop_beyond_the_paper_is_white(rasterizer: Rasterizer) -> None:
    (bitmap,) = draw(rasterizer, PDF, PageRequest(1, 3.0, Crop(-10, 250, 240, 60)))

    assert bitmap.shape == (180, 720)
    assert bitmap[:, :29].min() == 255
    assert bitmap[-38:].min() == 255


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_page_is_drawn_as_a_person_sees_it(rasterizer: Rasterizer, tmp_path: Path, rotation: int) -> None:
    (upright,) = draw(rasterizer, PDF, PageRequest(1, 3.0))
    (turned,) = draw(rasterizer, hostile.turned(tmp_path / "turned.pdf", rotation), PageRequest(1, 3.0))

    assert likeness(upright, turned) > 0.97


def test_crop_box_is_the_page(rasterizer: Rasterizer, tmp_path: Path) -> None:
    (plain,) = draw(rasterizer, PDF, PageRequest(1, 3.0))
    (cropped,) = draw(rasterizer, hostile.cropped(tmp_path / "cropped.pdf"), PageRequest(1, 3.0))

    assert likeness(plain, cropped) > 0.97


def test_stamp_that_is_an_annotation_is_drawn(rasterizer: Rasterizer, tmp_path: Path) -> None:
    def stamp(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(
            b"0 0 50 50 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=pikepdf.Array([0, 0, 50, 50])
        )
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            Rect=pikepdf.Array([400, 20, 450, 70]),
            F=4,
            AP=pikepdf.Dictionary(N=form),
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(annotation)])

    (bitmap,) = draw(rasterizer, hostile.demo_pages(tmp_path / "stamp.pdf", [1], change=stamp), PageRequest(1, 3.0))

    assert bitmap[-65:-30, 430:470].max() < 100


def test_page_too_large_for_the_cage_is_an_error(rasterizer: Rasterizer, tmp_path: Path) -> None:
    with pytest.raises(RasterizerError):
        draw(rasterizer, hostile.huge_page(tmp_path / "huge.pdf"), PageRequest(1, 1.0))


def test_file_that_cannot_be_opened_is_refused_as_a_whole(rasterizer: Rasterizer, tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable):
        draw(rasterizer, hostile.jpeg_named_pdf(tmp_path / "file.pdf"), PageRequest(1, 1.0))


def test_engine_says_what_it_is(rasterizer: Rasterizer) -> None:
    assert rasterizer.version().startswith(rasterizer.name)
    assert any(char.isdigit() for char in rasterizer.version())


def test_both_engines_draw_alike() -> None:
    wanted = [PageRequest(page, PX_PER_MM) for page in (1, 20, 40)]

    with_pdfium, with_poppler = draw(Pdfium(), PDF, *wanted), draw(Poppler(), PDF, *wanted)

    assert all(likeness(one, other) > 0.9 for one, other in zip(with_pdfium, with_poppler, strict=True))


def test_engine_is_found_by_its_path() -> None:
    assert isinstance(engine("notices.rasterizers.poppler.Poppler"), Poppler)


# --- poppler's ways of failing --------------------------------------------------------------------------------------


def test_long_wish_is_drawn_range_by_range_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []
    real = pdf2image.convert_from_path

    def counted(*args: Any, **options: Any) -> Any:
        calls.append((options["first_page"], options["last_page"]))
        return real(*args, **options)

    monkeypatch.setattr(poppler, "RANGE", 4)
    monkeypatch.setattr(poppler, "convert_from_path", counted)

    zones = draw(Poppler(), PDF, *(PageRequest(page, PX_PER_MM, QR_ZONE) for page in range(1, 11)))
    expected = draw(Pdfium(), PDF, *(PageRequest(page, PX_PER_MM, QR_ZONE) for page in range(1, 11)))

    assert calls == [(1, 4), (5, 8), (9, 10)]
    assert [codes_in(zone) for zone in zones] == [codes_in(zone) for zone in expected]


def test_page_that_poppler_leaves_out_silently_is_named_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pdf2image.convert_from_path

    def without_page_three(*args: Any, **options: Any) -> Any:
        made = real(*args, **options)
        return [path for number, path in enumerate(made, start=options["first_page"]) if number != 3]

    monkeypatch.setattr(poppler, "convert_from_path", without_page_three)
    drawn = Poppler().pages(PDF, [PageRequest(page, 1.0) for page in range(1, 6)])

    first_two = [next(drawn).shape, next(drawn).shape]

    assert first_two == [(297, 210), (297, 210)]
    with pytest.raises(RasterizerError):
        next(drawn)


def test_picture_of_one_point_is_not_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_point(*_: Any, output_folder: str, **__: Any) -> list[str]:
        path = Path(output_folder) / "page.pgm"
        path.write_bytes(b"P5 1 1 255\n\xff")
        return [str(path)]

    monkeypatch.setattr(poppler, "convert_from_path", one_point)

    with pytest.raises(RasterizerError, match="wrong size"):
        draw(Poppler(), PDF, PageRequest(1, 3.0))


def test_installed_poppler_can_write_korean() -> None:
    assert checks.poppler_fault() == ""
    assert checks.check_poppler(None) == []


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        ("Syntax Error: Missing language pack for 'Adobe-Korea1' mapping", "poppler-data"),
        ("Syntax Error: Couldn't find a font for 'HYGothic-Medium'", "fonts-nanum"),
        ("", "fonts-nanum"),
    ],
)
def test_poppler_that_draws_an_empty_page_and_exits_with_0_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, complaint: str, words: str
) -> None:
    def run(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        Path(command[-1]).with_suffix(".pgm").write_bytes(b"P5 2 2 255\n\xff\xff\xff\xff")
        return subprocess.CompletedProcess(command, 0, b"", complaint.encode())

    monkeypatch.setattr(subprocess, "run", run)

    (error,) = checks.check_poppler(None)

    assert words in error.msg


def test_machine_without_poppler_has_no_fault() -> None:
    assert checks.poppler_fault("no-such-pdftoppm") == ""


def test_system_that_cannot_limit_memory_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_walls(None) == []

    monkeypatch.setattr(sys, "platform", "darwin")

    (warning,) = checks.check_walls(None)
    assert "메모리를 제한할 수 없습니다" in warning.msg
