"""Finished pictures always fit the carrier, keep their colours where they can, and are read back from their bytes."""

import io
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from notices.fitting import Part, Rendered, make_parts, pack, read_codes, unpack
from notices.layout import PORTABLE, STRIP_PX, Layout, Profile
from notices.rasterizers import Bitmap, Crop

SEED = np.random.default_rng(7)
TIGHT = Profile(max_bytes=50_000)


def layout_of(page: Bitmap, *cuts: int, coloured: tuple[tuple[float, float], ...] = ()) -> Layout:
    """A page drawn at one pixel per millimetre, so that cuts are rows."""
    return Layout(1.0, (Crop(0, 0, page.shape[1], page.shape[0]),), tuple(map(float, cuts)), coloured)


def noise(height: int, width: int, *channels: int) -> Bitmap:
    return SEED.integers(0, 256, (height, width, *channels), dtype=np.uint8)


def opened(part: Part) -> Image.Image:
    return Image.open(io.BytesIO(part.jpeg))


def qr(text: str, size: int = 160) -> Bitmap:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    image = np.asarray(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True))
    page = np.full((max(size, image.shape[0]), max(size, image.shape[1])), 255, dtype=np.uint8)
    page[: image.shape[0], : image.shape[1]] = image
    return page


def test_picture_is_a_plain_baseline_jpeg_without_anything_else() -> None:
    page = np.full((400, 300), 255, dtype=np.uint8)
    page[100:120] = 0

    (part,), shrunk = make_parts([page], layout_of(page), PORTABLE)

    image = opened(part)
    assert (image.format, image.mode, image.size) == ("JPEG", "L", (300, 400))
    assert (part.width, part.height, part.quality, shrunk) == (300, 400, 82, 1.0)
    assert "progressive" not in image.info
    assert not image.getexif()
    assert b"\xff\xc0" in part.jpeg


def test_several_pictures_say_which_they_are_above_the_content() -> None:
    page = np.full((900, 500), 255, dtype=np.uint8)
    page[40:860] = 0
    page[445:455] = 255

    first, second = make_parts([page], layout_of(page, 450), PORTABLE)[0]

    assert first.height + second.height == 900 + 2 * STRIP_PX
    strip = np.asarray(opened(first))[:STRIP_PX]
    assert strip.min() < 150
    assert np.asarray(opened(first))[STRIP_PX : STRIP_PX + 30].min() > 240  # nothing is drawn over content


def test_cut_looks_for_the_whitest_row_nearby() -> None:
    page = np.zeros((900, 500), dtype=np.uint8)
    page[446] = 255
    layout = replace(layout_of(page), px_per_mm=5.0, cuts=(90.0,))

    first, _ = make_parts([page], layout, PORTABLE)[0]

    assert first.height == 446 + STRIP_PX


def test_only_the_picture_with_the_seal_has_colour() -> None:
    page = np.full((900, 500, 3), 255, dtype=np.uint8)
    page[700:760, 300:360] = (200, 20, 30)

    first, second = make_parts([page], layout_of(page, 450, coloured=((700.0, 760.0),)), PORTABLE)[0]

    assert (first.is_colour, second.is_colour) == (False, True)
    assert opened(first).mode == "L"
    red, green, _ = opened(second).convert("RGB").getpixel((330, 280 + STRIP_PX))  # type: ignore[misc]  # RGB has three
    assert red - green > 120


def test_gray_and_coloured_pages_stand_under_each_other() -> None:
    gray = np.full((100, 50), 255, dtype=np.uint8)
    red = np.full((80, 50, 3), (200, 20, 30), dtype=np.uint8)
    layout = Layout(1.0, (Crop(0, 0, 50, 100), Crop(0, 0, 50, 80)), (), ((100.0, 180.0),))

    (part,), _ = make_parts([gray, red], layout, PORTABLE)

    assert (part.width, part.height, part.is_colour) == (50, 180, True)


def test_noise_loses_quality_then_colour_then_size_until_it_fits() -> None:
    page = noise(900, 900, 3)
    layout = layout_of(page, coloured=((0.0, 900.0),))

    (roomy,), _ = make_parts([page], layout, Profile(max_bytes=500_000))
    (tight,), shrunk = make_parts([page], layout, Profile(max_bytes=120_000))

    assert roomy.quality < 82
    assert roomy.is_colour
    assert len(tight.jpeg) <= 120_000
    assert not tight.is_colour
    assert tight.width < 900
    assert shrunk < 1


def test_what_never_fits_gives_no_pictures() -> None:
    page = noise(900, 900)

    assert make_parts([page], layout_of(page), Profile(max_bytes=2_000))[0] == []


@settings(max_examples=15, deadline=None)
@given(
    page=arrays.arrays(np.uint8, st.tuples(st.integers(40, 300), st.integers(40, 300))),
    grain=st.integers(1, 6),
    limit=st.integers(3_000, 60_000),
)
def test_pictures_are_never_larger_than_the_profile(page: Bitmap, grain: int, limit: int) -> None:
    page = np.kron(page, np.ones((grain, grain), dtype=np.uint8))[:1000, :1000]
    page = np.bitwise_xor(page, noise(*page.shape))
    layout = layout_of(page, page.shape[0] // 2)

    parts, _ = make_parts([page], layout, Profile(max_bytes=limit))

    assert all(len(part.jpeg) <= limit and part.width <= 1000 and part.height <= 1000 for part in parts)
    assert len(parts) in (0, 2)


def test_codes_are_read_from_the_finished_bytes() -> None:
    page = qr("2026-00000015|1/1|42499fade9")

    (part,), _ = make_parts([page], layout_of(page), TIGHT)

    assert read_codes(part.jpeg) == ["2026-00000015|1/1|42499fade9"]
    home_page, _ = make_parts([qr("https://www.example.go.kr/")], layout_of(page), TIGHT)
    assert read_codes(home_page[0].jpeg) == []
    assert read_codes(make_parts([np.full_like(page, 255)], layout_of(page), TIGHT)[0][0].jpeg) == []


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff"])
def test_broken_bytes_are_an_error_not_an_empty_answer(content: bytes) -> None:
    with pytest.raises(OSError, match=r"cannot identify|truncated|broken"):
        read_codes(content)


def test_result_survives_the_way_out_of_the_cage() -> None:
    rendered = Rendered(
        parts=(Part(b"one", 10, 20, True, 82), Part(b"\0two\0", 10, 21, False, 60, ("a|1/1|0123456789",))),
        read_back_key="a",
        px_per_mm=5.6,
        smallest_type_pt=8.0,
        renderer="pdfium 1",
    )

    assert unpack(pack(rendered)) == rendered
    assert unpack(pack(Rendered(problems=("blank",)))) == Rendered(problems=("blank",))
