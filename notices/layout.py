"""
How the pages of one notice are laid into pictures: where the ink is, how large it may be drawn, where it may be cut.

All pages of a notice become one strip, page under page, and the strip is cut into as few pictures as the carrier takes,
between lines of text. Everything here is arithmetic on a small probe of each page.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from notices.rasterizers.base import Bitmap, Crop

Rows = NDArray[np.bool_]

PROBE_PX_PER_MM = 36 / 25.4
INK_DARKER_THAN = 240
COLOUR_SPREAD = 60
MARGIN_MM = 2.0
QUIET_MM = 3.0  # four modules of a QR code of 20 mm, where nobody told us where the code is
MOST_PX_PER_MM = 8.0  # about 200 dpi: more only costs bytes
SCALE_STEP = 0.02
STRIP_PX = 28  # white paper above each of several pictures, for "1/2": carriers may change their order
SMALLEST_TYPE_PX = 14.0
RULE_ROWS = 10  # a dark column this long (7 mm) and at most two wide is a ruled line, not a letter
CUT_ALLOWANCE = 0.12
TABLE_PENALTY_MM = 30.0  # rather so much less even than a cut through a table


class PictureProfile(Protocol):
    """What a carrier takes: `messaging.carriers.base.MmsProfile` is one."""

    @property
    def max_bytes(self) -> int: ...
    @property
    def max_width(self) -> int: ...
    @property
    def max_height(self) -> int: ...
    @property
    def max_images(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of our own. The default fits every carrier but the oldest."""

    max_bytes: int = 200_000
    max_width: int = 1000
    max_height: int = 1000
    max_images: int = 3


PORTABLE = Profile()


@dataclass(frozen=True, slots=True)
class Probe:
    """What a look at a page in small tells: its ink (millimetres) and, row by row, what is white or coloured."""

    left: float
    top: float
    right: float
    bottom: float
    is_row_white: Rows  # of the whole page, at PROBE_PX_PER_MM
    is_row_empty: Rows  # not even a ruled line of a table
    is_row_coloured: Rows

    @property
    def has_colour(self) -> bool:
        """Whether anything on the page is neither black, white nor gray."""
        return bool(self.is_row_coloured.any())


@dataclass(frozen=True, slots=True)
class Layout:
    """What to draw of each page, how large, where to cut the strip and where it has colour (mm from its top)."""

    px_per_mm: float
    crops: tuple[Crop, ...]
    cuts: tuple[float, ...]
    coloured: tuple[tuple[float, float], ...] = ()

    @property
    def picture_count(self) -> int:
        """How many pictures come out."""
        return len(self.cuts) + 1


def probe(bitmap: Bitmap, *, keep: Sequence[Crop] = ()) -> Probe | None:
    """
    Look at a page drawn in RGB at PROBE_PX_PER_MM; None if it is blank.

    :param keep: rectangles that must stay whole with all their white: the zones of QR codes
    """
    darkest, spread = _extremes(bitmap)
    dark = darkest < INK_DARKER_THAN
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not rows.size:
        return None
    margin = MARGIN_MM if keep else QUIET_MM
    left = min([_mm(columns[0]) - margin, *(box.left for box in keep)])
    top = min([_mm(rows[0]) - margin, *(box.top for box in keep)])
    right = max([_mm(columns[-1] + 1) + margin, *(box.left + box.width for box in keep)])
    bottom = max([_mm(rows[-1] + 1) + margin, *(box.top + box.height for box in keep)])
    white, empty = _rows_without(dark & ~_ruled_lines(dark)), _rows_without(dark)
    for box in keep:
        white[_row(box.top) : _row(box.top + box.height) + 1] = False
    return Probe(
        left=max(0.0, left),
        top=max(0.0, top),
        right=min(_mm(dark.shape[1]), right),
        bottom=min(_mm(dark.shape[0]), bottom),
        is_row_white=white,
        is_row_empty=empty,
        is_row_coloured=~_rows_without(spread > COLOUR_SPREAD),
    )


def _rows_without(points: Rows) -> Rows:
    return cast(Rows, ~points.any(axis=1))


def _extremes(bitmap: Bitmap) -> tuple[Bitmap, Bitmap]:
    """The darkest channel of each point, and how far its channels are apart."""
    red, green, blue = (np.ascontiguousarray(bitmap[:, :, channel]) for channel in range(3))
    darkest = np.minimum(np.minimum(red, green), blue)
    return darkest, np.maximum(np.maximum(red, green), blue) - darkest


def _mm(row: float) -> float:
    return float(row) / PROBE_PX_PER_MM


def _row(millimetres: float) -> int:
    return max(0, round(millimetres * PROBE_PX_PER_MM))


def _ruled_lines(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The dark points that belong to long thin vertical lines: a table may be cut between its rows."""
    if dark.shape[0] < RULE_ROWS:
        return np.zeros_like(dark)
    pairs = dark[:-1] & dark[1:]
    fours = pairs[:-2] & pairs[2:]
    starts = fours[:-6] & fours[4:-2] & pairs[8:]  # ten in a row from here on
    two = _stretched(starts, 1)
    five = _stretched(_stretched(two, 2), 1)
    long = _stretched(five, 5)
    thick = long[:, :-2] & long[:, 1:-1] & long[:, 2:]
    for offset in range(3):
        long[:, offset : offset + thick.shape[1]] &= ~thick
    return long


def _stretched(points: Rows, rows: int) -> Rows:
    """Every point once more, `rows` further down; the array grows by as much."""
    out = np.zeros((points.shape[0] + rows, points.shape[1]), dtype=np.bool_)
    out[:-rows] = points
    out[rows:] |= points
    return out


def plan(probes: Sequence[Probe], profile: PictureProfile) -> Layout:
    """
    Lay the pages of one notice into as few pictures as it takes at full width; if that is too many, draw smaller.

    Cuts go between lines of text, as near to even parts as they can. Where nothing is white (a photograph), the parts
    are even, and the picture maker looks for the whitest row nearby.
    """
    left = min(each.left for each in probes)
    width = max(each.right for each in probes) - left
    crops = tuple(Crop(left, each.top, width, each.bottom - each.top) for each in probes)
    total = sum(crop.height for crop in crops)
    widest = min(profile.max_width / width, MOST_PX_PER_MM)
    scale, cuts = _arrange(_cuttable(probes, crops), total, widest, profile)
    return Layout(scale, crops, cuts, tuple(_coloured(probes, crops)))


def is_legible(layout: Layout, smallest_type_mm: float | None) -> bool:
    """Whether the smallest letters keep enough pixels for a phone. A page without text layer is judged by people."""
    return smallest_type_mm is None or smallest_type_mm * layout.px_per_mm >= SMALLEST_TYPE_PX


def _room(profile: PictureProfile, parts: int) -> int:
    return profile.max_height - (STRIP_PX if parts > 1 else 0) - 1  # rounding may add a row


def _floor(scale: float) -> float:
    """Down to a step, so that neighbours share a scale and a range of pages can be drawn in one call."""
    return max(SCALE_STEP, math.floor(scale / SCALE_STEP) * SCALE_STEP)


def _arrange(
    cuttable: NDArray[np.float64], total: float, widest: float, profile: PictureProfile
) -> tuple[float, tuple[float, ...]]:
    """
    The scale and the cuts: with the fewest pictures that can be cut between lines.

    One picture more is better than a cut through a line; with the last one, so is drawing up to an eighth smaller.
    """
    even: tuple[float, tuple[float, ...]] | None = None
    for parts in range(1, profile.max_images + 1):
        room = _room(profile, parts)
        is_last = parts == profile.max_images
        if not is_last and total * widest > parts * room:
            continue
        scale = _floor(min(widest, parts * room / total))
        even = even or (scale, tuple(total * number / parts for number in range(1, parts)))
        for step in range(int(scale * CUT_ALLOWANCE / SCALE_STEP) + 1 if is_last else 1):
            smaller = scale - step * SCALE_STEP
            cuts = _white_cuts(cuttable, total, parts, room / smaller)
            if cuts is not None:
                return smaller, cuts
    if even is None:
        raise ValueError("a profile takes at least one picture")
    return even


def _white_cuts(cuttable: NDArray[np.float64], total: float, parts: int, most: float) -> tuple[float, ...] | None:
    """`parts - 1` of the places, none further than `most` from the next, each as near to its even place as possible."""
    places, costs = cuttable
    # From which places can the end be reached with 1, 2, … pictures? Worked out backwards.
    reach = [total - places <= most]
    for _ in range(parts - 2):
        ahead = np.append(places[reach[0]], np.inf)
        reach.insert(0, ahead[np.searchsorted(ahead, places, side="right")] - places <= most)
    cuts: list[float] = []
    at = 0.0
    for number, is_open in enumerate(reach[: parts - 1], start=1):
        near = np.flatnonzero(is_open & (places > at) & (places - at <= most))
        if not near.size:
            return None
        unevenness = np.abs(places[near] - total * number / parts) + costs[near]
        at = float(places[near[np.argmin(unevenness)]])
        cuts.append(at)
    return tuple(cuts) if cuts or total <= most else None


def _coloured(probes: Sequence[Probe], crops: Sequence[Crop]) -> Iterator[tuple[float, float]]:
    """From where to where each page's part of the strip has colour."""
    start = 0.0
    for each, crop in zip(probes, crops, strict=True):
        rows = np.flatnonzero(each.is_row_coloured)
        if rows.size:
            yield start + _mm(rows[0]) - crop.top, start + _mm(rows[-1] + 1) - crop.top
        start += crop.height


def _cuttable(probes: Sequence[Probe], crops: Sequence[Crop]) -> NDArray[np.float64]:
    """
    Where the strip may be cut, from top to bottom, and what each place costs.

    That is the middle of each white gap, anywhere well inside a wide one, and between pages.
    """
    places: list[NDArray[np.float64]] = []
    start = 0.0
    for each, crop in zip(probes, crops, strict=True):
        first, last = _row(crop.top), _row(crop.top + crop.height)
        rows = _gap_rows(each.is_row_white[first:last])
        costs = np.where(each.is_row_empty[first + rows.astype(np.intp)], 0.0, TABLE_PENALTY_MM)
        places.append(np.stack([start + rows / PROBE_PX_PER_MM, costs]))
        start += crop.height
        places.append(np.array([[start], [0.0]]))
    return np.concatenate(places[:-1], axis=1)


def _gap_rows(white: Rows) -> NDArray[np.float64]:
    """Rows (fractions are middles) at least two from any ink, or the middle of a gap of two to four rows."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], white.astype(np.int8), [0]])))
    begins, ends = edges[::2], edges[1::2]
    gaps = [
        np.arange(begin + 2, end - 1) if end - begin >= 4 else np.array([(begin + end) / 2])
        for begin, end in zip(begins, ends, strict=True)
        if end - begin >= 2
    ]
    return np.concatenate([np.empty(0), *gaps])
