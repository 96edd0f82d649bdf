"""Notices of the demo file become pictures within the profile, whose codes read back, whatever page is broken."""

import io
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from notices.layout import PORTABLE, SMALLEST_TYPE_PX, Profile
from notices.reading import read_pages
from notices.rendering import NoticePages, Rendered, preview_page, render_batch, render_notice
from notices.zones import load_templates
from portal.core import cage
from tests.notices import hostile

TEMPLATE = load_templates()[0]
PDF = hostile.DEMO / "notices.pdf"
SENS = Profile(max_bytes=300_000, max_width=1500, max_height=1440, max_images=1)


@pytest.fixture(scope="module")
def demo() -> list[NoticePages]:
    """Every notice of the demo document that says a key and a code, with what its codes say."""
    pages: dict[str, list[int]] = defaultdict(list)
    codes: dict[str, list[str]] = defaultdict(list)
    for reading in read_pages(PDF, TEMPLATE, pages=range(1, 60)):
        key = reading.values.get("key", "")
        if key and not reading.failure:
            pages[key].append(reading.page)
            codes[key] += reading.qr
    return [NoticePages(key, tuple(pages[key]), tuple(dict.fromkeys(codes[key]))) for key in pages]


def render(pages: list[int], profile: Profile = PORTABLE, engine: str = "default", pdf: Path = PDF) -> Rendered:
    return render_notice(pdf, pages, profile, engine, template=TEMPLATE)


def test_every_notice_of_the_demo_fits_reads_back_and_can_be_read(demo: list[NoticePages]) -> None:
    results = list(render_batch(PDF, demo, template=TEMPLATE))

    assert [notice for notice, _ in results] == demo
    for notice, rendered in results:
        assert rendered.problems == ()
        assert set(rendered.qr) == set(notice.qr)
        assert len(rendered.parts) == (2 if len(notice.pages) == 1 else 3)
        assert rendered.smallest_type_pt == 8.0 or len(notice.pages) > 1
        assert 8 * 25.4 / 72 * rendered.px_per_mm >= SMALLEST_TYPE_PX
        for part in rendered.parts:
            assert len(part.jpeg) <= PORTABLE.max_bytes
            assert Image.open(io.BytesIO(part.jpeg)).size == (part.width, part.height)
            assert part.width <= PORTABLE.max_width
            assert part.height <= PORTABLE.max_height


def test_key_is_read_back_from_the_finished_pictures() -> None:
    rendered = render([1])

    assert rendered.read_back_key == "2026-00000015"
    assert [part.is_colour for part in rendered.parts] == [False, True]  # the red seal is on the second
    assert rendered.renderer.startswith("pdfium")


def test_carrier_of_one_large_picture_gets_one() -> None:
    (part,) = render([1], SENS).parts

    assert part.height <= 1440
    assert len(part.jpeg) <= 300_000


def test_both_engines_make_the_same_pictures() -> None:
    one, other = render([1], engine="pdfium"), render([1], engine="poppler")

    assert other.renderer.startswith("poppler")
    assert (one.qr, one.problems) == (other.qr, other.problems)
    assert [(part.width, part.height) for part in one.parts] == [(part.width, part.height) for part in other.parts]


def test_poppler_draws_a_batch_in_ranges(demo: list[NoticePages]) -> None:
    results = [rendered for _, rendered in render_batch(PDF, demo[:6], template=TEMPLATE, engine="poppler")]

    assert [rendered.read_back_key for rendered in results] == [notice.reference for notice in demo[:6]]


def test_picture_that_does_not_say_what_its_page_said_is_held() -> None:
    expected = render([1]).qr[0].replace("2026-00000015", "2026-00000023")

    rendered = render_notice(PDF, [1], template=TEMPLATE, qr=[expected])

    assert rendered.problems == ("read_back_failed",)


def test_pages_of_two_people_in_one_notice_are_held() -> None:
    assert render([1, 4]).problems == ("read_back_failed",)


def test_code_at_the_edge_keeps_its_quiet_zone_without_a_template() -> None:
    rendered = render_notice(PDF, [1], Profile(max_width=1100))

    assert rendered.read_back_key == "2026-00000015"


def test_smallest_letters_decide_unless_the_template_says_they_are_for_machines() -> None:
    seven_points_beside_the_bar_code = render_notice(PDF, [1])

    assert seven_points_beside_the_bar_code.smallest_type_pt == 7.0
    assert seven_points_beside_the_bar_code.problems == ("text_too_small",)
    assert render([1]).smallest_type_pt == 8.0


def test_notice_of_many_pages_is_too_small_to_read() -> None:
    rendered = render([1, 2, 3, 4])

    assert rendered.problems == ("text_too_small",)
    assert rendered.parts == ()


def test_blank_notice_has_no_pictures() -> None:
    assert render([22]).problems == ("blank",)


def test_blank_backs_of_pages_are_left_out() -> None:
    assert [(p.width, p.height) for p in render([1, 22]).parts] == [(p.width, p.height) for p in render([1]).parts]


def test_page_that_bursts_its_cage_costs_only_its_own_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cage, "PDF", replace(cage.PDF, cpu_seconds=1))
    pdf = hostile.nested_forms(tmp_path / "bomb.pdf", page_before=True)
    notices = [NoticePages(str(page), (page,)) for page in (1, 2, 3)]

    first, bomb, last = (rendered for _, rendered in render_batch(pdf, notices, template=TEMPLATE))

    assert bomb.problems == ("render_failed",)
    assert first.problems == last.problems == ()


def test_page_that_does_not_exist_costs_only_its_own_notice() -> None:
    notices = [NoticePages("1", (1,)), NoticePages("999", (999,)), NoticePages("4", (4,))]

    results = [rendered.problems for _, rendered in render_batch(PDF, notices, template=TEMPLATE)]

    assert results == [(), ("render_failed",), ()]


def test_document_that_cannot_be_opened_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(cage.CageError):
        render([1], pdf=hostile.jpeg_named_pdf(tmp_path / "file.pdf"))


@pytest.mark.parametrize("kind", ["noise", "photo"])
def test_scan_or_photo_always_fits_the_profile(tmp_path: Path, kind: str) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (1400, 1000, 3), dtype=np.uint8)
    if kind == "photo":
        pixels = np.asarray(Image.fromarray(pixels[:140, :100]).resize((1000, 1400), Image.Resampling.BICUBIC))
    pdf = tmp_path / "scan.pdf"
    with pikepdf.new() as document:
        image = pikepdf.Stream(
            document,
            pixels.tobytes(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=1000,
            Height=1400,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
        )
        document.add_blank_page(page_size=(595, 842))
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        document.pages[0].Contents = document.make_stream(b"q 555 0 0 802 20 20 cm /I Do Q")
        document.save(pdf)

    rendered = render_notice(pdf, [1], Profile(max_bytes=60_000))

    assert rendered.problems == ()
    assert rendered.parts
    assert all(len(part.jpeg) <= 60_000 for part in rendered.parts)


def test_preview_shows_a_whole_page_to_an_official() -> None:
    preview = Image.open(io.BytesIO(preview_page(PDF, 1, width=600)))

    assert preview.format == "JPEG"
    assert abs(preview.size[0] - 600) <= 1
    assert preview.size[1] / preview.size[0] == pytest.approx(297 / 210, rel=0.01)
