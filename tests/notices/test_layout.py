"""Where the pages of a notice are cut and how large they are drawn, decided from small probes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.layout import (
    MARGIN_MM,
    PORTABLE,
    PROBE_PX_PER_MM,
    STRIP_PX,
    Layout,
    Probe,
    Profile,
    is_legible,
    plan,
    probe,
)
from notices.rasterizers import Bitmap, Crop

SENS = Profile(max_bytes=300_000, max_width=1500, max_height=1440, max_images=1)


def paper(width_mm: int = 210, height_mm: int = 297) -> Bitmap:
    return np.full((round(height_mm * PROBE_PX_PER_MM), round(width_mm * PROBE_PX_PER_MM), 3), 255, dtype=np.uint8)


def ink(
    page: Bitmap, left: float, top: float, width: float, height: float, colour: int | tuple[int, ...] = 0
) -> Bitmap:
    """A rectangle of ink, in millimetres."""
    x, y, right, bottom = (round(edge * PROBE_PX_PER_MM) for edge in (left, top, left + width, top + height))
    page[y:bottom, x:right] = colour
    return page


def lines_of_text(first_mm: float = 20, last_mm: float = 270, step_mm: float = 7.0) -> Bitmap:
    page = paper()
    for top in np.arange(first_mm, last_mm, step_mm):
        ink(page, 20, float(top), 170, 3.5)
    return page


def seen(page: Bitmap, *keep: Crop) -> Probe:
    found = probe(page, keep=keep)
    assert found is not None
    return found


def heights(layout: Layout) -> list[float]:
    total = sum(crop.height for crop in layout.crops)
    return [(bottom - top) * layout.px_per_mm for top, bottom in pairwise((0.0, *layout.cuts, total))]


def test_blank_page_is_no_page() -> None:
    assert probe(paper()) is None


def test_ink_gets_a_margin_and_a_code_keeps_its_quiet_zone() -> None:
    page = ink(paper(), 20, 20, 170, 240)

    plain, with_code = seen(page), seen(page, Crop(16, 250, 28, 28))

    assert plain.left == pytest.approx(20 - 3, abs=1)
    assert with_code.left == pytest.approx(16, abs=0.1)
    assert with_code.bottom == pytest.approx(278, abs=0.1)
    assert with_code.right == pytest.approx(190 + MARGIN_MM, abs=1)


def test_red_seal_is_colour_and_gray_shading_is_not() -> None:
    assert not seen(ink(paper(), 20, 20, 50, 50, colour=220)).has_colour
    assert seen(ink(paper(), 20, 20, 5, 5, colour=(200, 20, 30))).has_colour


def test_one_page_of_text_becomes_two_pictures_at_full_width() -> None:
    layout = plan([seen(lines_of_text())], PORTABLE)

    assert layout.picture_count == 2
    assert layout.crops[0].width * layout.px_per_mm == pytest.approx(1000, abs=5)
    assert all(height <= 1000 - STRIP_PX for height in heights(layout))


def test_carrier_that_takes_one_picture_gets_one_drawn_smaller() -> None:
    layout = plan([seen(lines_of_text())], SENS)

    assert layout.picture_count == 1
    assert heights(layout)[0] <= 1440


def test_cut_never_goes_through_a_line_of_text() -> None:
    page = lines_of_text()

    (cut,) = plan([seen(page)], PORTABLE).cuts

    row = round((seen(page).top + cut) * PROBE_PX_PER_MM)
    assert page[row - 1 : row + 1].min() == 255


def test_table_is_kept_whole_if_the_cut_can_go_elsewhere() -> None:
    page = lines_of_text(20, 110)
    for left in (20, 80, 140, 189):
        ink(page, left, 130, 0.8, 40)
    for top in range(130, 171, 10):
        ink(page, 20, top, 170, 0.8)
    ink(page, 20, 260, 170, 5)

    (cut,) = plan([seen(page)], PORTABLE).cuts

    at = seen(page).top + cut
    assert not 129 < at < 172


def test_table_longer_than_a_picture_is_cut_between_its_rows() -> None:
    page = paper()
    for left in (20, 80, 140, 189):
        ink(page, left, 20, 0.8, 250)
    for top in range(20, 271, 10):
        ink(page, 20, top, 170, 0.8)
        ink(page, 30, top + 4, 40, 3)

    (cut,) = plan([seen(page)], PORTABLE).cuts

    row = round((seen(page).top + cut) * PROBE_PX_PER_MM)
    dark = (page[row, :, 0] < 128).sum()
    assert dark <= 8  # the vertical lines only


def test_photograph_without_any_white_is_cut_evenly() -> None:
    layout = plan([seen(ink(paper(), 10, 10, 190, 277, colour=40))], PORTABLE)

    parts = heights(layout)
    assert layout.picture_count == 2
    assert parts[0] == pytest.approx(parts[1], rel=0.01)


def test_two_pages_share_three_pictures_and_are_drawn_smaller() -> None:
    page = seen(lines_of_text(12, 280))

    layout = plan([page, page], PORTABLE)

    assert layout.picture_count == 3
    assert layout.px_per_mm < plan([page], PORTABLE).px_per_mm
    assert all(height <= 1000 - STRIP_PX for height in heights(layout))
    assert is_legible(layout, 8 * 25.4 / 72)


def test_type_too_small_for_a_phone_is_noticed() -> None:
    layout = plan([seen(lines_of_text())] * 6, PORTABLE)

    assert not is_legible(layout, 8 * 25.4 / 72)
    assert is_legible(layout, None)


@given(
    blocks=st.lists(st.tuples(st.floats(5, 280), st.floats(2, 60)), min_size=1, max_size=30),
    pages=st.integers(1, 4),
    images=st.integers(1, 4),
)
def test_whatever_stands_on_the_pages_no_picture_is_too_tall_or_too_many(
    blocks: list[tuple[float, float]], pages: int, images: int
) -> None:
    page = paper()
    for top, height in blocks:
        ink(page, 20, top, 120, min(height, 296 - top))
    profile = Profile(max_images=images)

    layout = plan([seen(page)] * pages, profile)

    assert 1 <= layout.picture_count <= images
    room = profile.max_height - (STRIP_PX if layout.cuts else 0)
    assert all(0 < height <= room for height in heights(layout))
    assert max(crop.width for crop in layout.crops) * layout.px_per_mm <= profile.max_width + 0.01
