"""In the cage: look at each page in small, lay the notice out, draw it once, cut, encode, and read it back."""

import io
import json
import math
from collections.abc import Iterator, Sequence
from ctypes import c_float
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from notices import codes
from notices.cages.reading import page_box
from notices.fitting import Rendered, is_ours, make_parts, pack, read_codes
from notices.layout import PROBE_PX_PER_MM, Layout, Probe, Profile, is_legible, plan, probe
from notices.rasterizers import Bitmap, Crop, PageRequest, Rasterizer, RasterizerError
from notices.rasterizers.base import MM_PER_POINT
from notices.rasterizers.pdfium import Pdfium, PdfiumFile
from notices.rasterizers.registry import engine
from notices.stamping import stamp
from notices.zones import Zone
from portal.core.cage import given_file

DEEPEST_FORM = 4


def main(payload: bytes) -> bytes:
    """One whole page as JPEG."""
    wanted = json.loads(payload)
    page, pdf = wanted["page"], given_file(0)
    width_mm, _ = PdfiumFile(pdf).size_mm(page)
    request = PageRequest(page, wanted["width"] / width_mm, is_colour=True)
    bitmap = next(engine(wanted["engine"]).pages(pdf, [request]))
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(bitmap)).save(out, "JPEG", quality=80)
    return out.getvalue()


def lines(payload: bytes) -> Iterator[bytes]:
    """The pictures of one notice after another, as `notices.rendering.pack` has them."""
    wanted = json.loads(payload)
    zones = [Zone.from_json(zone) for zone in wanted["qr_zones"]]
    painter = _Painter(
        pdf=given_file(0),
        rasterizer=engine(wanted["engine"]),
        profile=Profile(*wanted["profile"]),
        keep=[Crop(zone.left, zone.top, zone.width, zone.height) for zone in zones],
        small_zones=[Zone.from_json(zone) for zone in wanted["small_zones"]],
        free=[Zone.from_json(zone) for zone in wanted["free_zones"]],
    )
    notices = wanted["notices"]
    step = painter.rasterizer.pages_at_once
    for first in range(0, len(notices), step):
        yield from map(pack, painter.paint(notices[first : first + step]))


@dataclass(frozen=True, slots=True)
class _Sketch:
    """One notice before it is drawn: its layout, or the problem that stops it."""

    pages: tuple[int, ...] = ()
    layout: Layout | None = None
    colours: tuple[bool, ...] = ()
    type_mm: float | None = None
    problem: str = ""

    def requests(self) -> Iterator[PageRequest]:
        crops = self.layout.crops if self.layout else ()
        scale = self.layout.px_per_mm if self.layout else 0.0
        for page, crop, is_colour in zip(self.pages, crops, self.colours, strict=True):
            yield PageRequest(page, scale, crop, is_colour)


@dataclass
class _Painter:
    """Draws notices of one document for one profile."""

    pdf: Path
    rasterizer: Rasterizer
    profile: Profile
    keep: Sequence[Crop]
    small_zones: Sequence[Zone]
    free: Sequence[Zone] = ()  # where a QR code of ours goes, at most one

    def __post_init__(self) -> None:
        self.file = self.rasterizer.open(self.pdf) if isinstance(self.rasterizer, Pdfium) else PdfiumFile(self.pdf)
        self.renderer = self.rasterizer.version()

    def paint(self, notices: Sequence[dict[str, Any]]) -> Iterator[Rendered]:
        """Sketch them all, then draw them all, page ranges together."""
        sketches = self._sketches(notices)
        bitmaps = self._bitmaps([request for sketch in sketches for request in sketch.requests()])
        for notice, sketch in zip(notices, sketches, strict=True):
            if sketch.layout is None:
                yield self._rendered(sketch, problems=(sketch.problem,))
                continue
            pages = _taken(bitmaps, len(sketch.layout.crops))
            if len(pages) < len(sketch.layout.crops):
                yield self._rendered(sketch, problems=("render_failed",))
            else:
                pages = self._stamped(sketch, pages, dict(zip(notice["pages"], notice["stamps"], strict=False)))
                yield self._finish(sketch, sketch.layout, pages, tuple(notice["qr"]))

    def _stamped(self, sketch: _Sketch, bitmaps: list[Bitmap], stamps: dict[int, str]) -> list[Bitmap]:
        """The pages with our codes on them; one that cannot be drawn is missed when the picture is read back."""
        if not stamps or not self.free or sketch.layout is None:
            return bitmaps
        scale = sketch.layout.px_per_mm
        bitmaps = [bitmap if bitmap.flags.writeable else bitmap.copy() for bitmap in bitmaps]
        for page, crop, bitmap in zip(sketch.pages, sketch.layout.crops, bitmaps, strict=True):
            stamp(bitmap, stamps[page], self.free[0], left_mm=crop.left, top_mm=crop.top, px_per_mm=scale)
        return bitmaps

    def _bitmaps(self, wanted: Sequence[PageRequest]) -> Iterator[Bitmap | None]:
        """Each bitmap in order, None for a page that cannot be drawn."""
        left = list(wanted)
        while left:
            done = 0
            try:
                for bitmap in self.rasterizer.pages(self.pdf, left):
                    done += 1
                    yield bitmap
                return
            except RasterizerError:
                yield None
                left = left[done + 1 :]

    def _sketches(self, notices: Sequence[dict[str, Any]]) -> list[_Sketch]:
        wanted = [PageRequest(page, PROBE_PX_PER_MM, is_colour=True) for one in notices for page in one["pages"]]
        bitmaps = self._bitmaps(wanted)
        return [self._sketch(tuple(one["pages"]), bitmaps, self._kept(one)) for one in notices]

    def _kept(self, notice: dict[str, Any]) -> Sequence[Crop]:
        """What must stay whole: the codes on the pages, and the place for ours."""
        free = self.free if notice["stamps"] else ()
        return [*self.keep, *(Crop(zone.left, zone.top, zone.width, zone.height) for zone in free)]

    def _sketch(self, pages: tuple[int, ...], bitmaps: Iterator[Bitmap | None], keep: Sequence[Crop]) -> _Sketch:
        probes: list[tuple[int, Probe]] = []
        sizes: list[float] = []
        is_whole = True
        for page in pages:
            bitmap = next(bitmaps)
            found = probe(bitmap, keep=keep) if bitmap is not None else None
            is_whole = is_whole and bitmap is not None
            if found is not None:
                probes.append((page, found))
                sizes += _smallest_type_mm(self.file.page(page), self.small_zones)
        if not is_whole or not probes:
            return _Sketch(problem="blank" if is_whole else "render_failed")
        layout = plan([each for _, each in probes], self.profile)
        type_mm = min(sizes, default=None)
        if not is_legible(layout, type_mm):
            return _Sketch(type_mm=type_mm, problem="text_too_small")
        colours = tuple(each.has_colour for _, each in probes)
        return _Sketch(tuple(page for page, _ in probes), layout, colours, type_mm)

    def _finish(self, sketch: _Sketch, layout: Layout, pages: list[Bitmap], expected: tuple[str, ...]) -> Rendered:
        parts, shrunk = make_parts(pages, layout, self.profile)
        if not parts:
            return self._rendered(sketch, problems=("over_limit",))
        drawn = replace(layout, px_per_mm=layout.px_per_mm * shrunk)
        if not is_legible(drawn, sketch.type_mm):
            return self._rendered(sketch, problems=("text_too_small",))
        parts = [replace(part, qr=tuple(read_codes(part.jpeg))) for part in parts]
        found = {text for part in parts for text in part.qr}
        keys = {code.key if (code := codes.read_signed(text)) else codes.read_verify(text) for text in found}
        is_same = found == {text for text in expected if is_ours(text)} if expected else len(keys) <= 1
        return self._rendered(
            sketch,
            parts=tuple(parts),
            read_back_key=keys.pop() if len(keys) == 1 else "",
            problems=() if is_same else ("read_back_failed",),
            px_per_mm=drawn.px_per_mm,
        )

    def _rendered(self, sketch: _Sketch, **facts: Any) -> Rendered:
        type_pt = round(sketch.type_mm / MM_PER_POINT, 2) if sketch.type_mm is not None else None
        return Rendered(**facts, smallest_type_pt=type_pt, renderer=self.renderer)


def _taken(bitmaps: Iterator[Bitmap | None], count: int) -> list[Bitmap]:
    """The next pages; a bitmap lives until the one after it, so only a single page needs no copy."""
    return [bitmap if count == 1 else bitmap.copy() for bitmap in islice(bitmaps, count) if bitmap is not None]


def _smallest_type_mm(page: pypdfium2.PdfPage, ignored: Sequence[Zone]) -> list[float]:
    """The smallest visible text, if any; the key repeated beside a bar code is for machines and does not count."""
    boxes = [page_box(page, zone) for zone in ignored]
    smallest = math.inf
    for item, scale in _texts(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject):
        size = c_float()
        pdfium.FPDFTextObj_GetFontSize(item, size)
        size_mm = size.value * scale * MM_PER_POINT
        if size_mm < smallest and _counts(item, boxes):
            smallest = size_mm
    return [] if smallest == math.inf else [smallest]


def _texts(container: Any, count: Any, get: Any, scale: float = 1.0, depth: int = 0) -> Iterator[tuple[Any, float]]:
    """Each text with how much larger than its font size it is drawn, through all the forms it stands in."""
    for index in range(count(container)):
        item = get(container, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield item, scale * _scale(item)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
            inner = pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject
            yield from _texts(item, *inner, scale * _scale(item), depth + 1)


def _scale(item: Any) -> float:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))


def _counts(item: Any, ignored: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether a text is there for people: not only spaces, not invisible, not where machines look."""
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    if right.value - left.value < 0.1 or top.value - bottom.value < 0.1:
        return False
    if pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
        return False  # what an OCR program laid over a picture
    x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
    return not any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in ignored)
