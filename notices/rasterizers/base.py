"""The rasterizer socket: which part of which page, how large, and exactly that many pixels back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from portal.core.errors import Refused

Bitmap = NDArray[np.uint8]  # height × width (gray) or height × width × 3 (RGB)

MM_PER_POINT = 25.4 / 72
MOST_PIXELS = 40_000_000


class RasterizerError(Exception):
    """A page could not be drawn. `is_permanent`: the same page will fail again."""

    def __init__(self, message: str, *, is_permanent: bool = True) -> None:
        self.is_permanent = is_permanent
        super().__init__(message)


class DocumentUnreadable(Refused):
    """No engine can open the document: nothing is wrong with one page, but with all."""

    sentence = "PDF를 열 수 없습니다. 원본 프로그램에서 PDF로 다시 저장해 주세요."


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle in millimetres from the top left of the page as displayed."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page (from 1) or a part of it, at so many pixels per millimetre."""

    page: int
    px_per_mm: float
    crop: Crop | None = None
    is_colour: bool = False

    def size(self, page_width_mm: float, page_height_mm: float) -> tuple[int, int]:
        """Width and height in pixels of what is asked for, on a page of this size."""
        width = self.crop.width if self.crop else page_width_mm
        height = self.crop.height if self.crop else page_height_mm
        return max(1, round(width * self.px_per_mm)), max(1, round(height * self.px_per_mm))

    def check_size(self, page_width_mm: float, page_height_mm: float) -> None:
        """
        Refuse what would not fit into the cage.

        :raises RasterizerError: if the page alone has more pixels than any notice needs
        """
        if page_width_mm * page_height_mm * self.px_per_mm**2 > MOST_PIXELS:
            raise RasterizerError(f"page {self.page} is too large to draw")


class Rasterizer(Protocol):
    """
    An engine. Runs only inside a cage.

    `pages` yields one bitmap for each request, in order: exactly the size asked for, annotations drawn (stamps are
    annotations), rotation and crop box applied. A bitmap is valid until the next one is asked for.

    `pages_at_once`: how many pages the engine likes to be asked for together.
    """

    name: str
    pages_at_once: int

    def version(self) -> str:
        """What made the picture, for the record."""
        ...

    def pages(self, pdf: Path, wanted: Sequence[PageRequest]) -> Iterator[Bitmap]:
        """:raises RasterizerError: at the page that cannot be drawn."""
        ...
