"""In the cage: look at each page in small, lay the notice out, draw it once, cut, encode, and read it back."""

import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from notices import codes
from notices.cages.reading import page_box
from notices.fitting import Rendered, make_parts, pack, read_codes
from notices.layout import PROBE_PX_PER_MM, Layout, Probe, Profile, is_legible, plan, probe
from notices.rasterizers import Bitmap, Crop, PageRequest, Rasterizer, RasterizerError
from notices.rasterizers.base import MM_PER_POINT
from notices.rasterizers.pdfium import Pdfium, PdfiumFile
from notices.rasterizers.registry import engine
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

    def __post_init__(self) -> None:
        is_pdfium = isinstance(self.rasterizer, Pdfium)
        self.file = self.rasterizer.open(self.pdf) if is_pdfium else PdfiumFile(self.pdf)  # type: ignore[attr-defined]
        self.renderer = self.rasterizer.version()

    def paint(self, notices: Sequence[dict[str, Any]]) -> Iterator[Rendered]:
        """Sketch them all, then draw them all, page ranges together."""
        sketches = [self._sketch(tuple(notice["pages"])) for notice in notices]
        bitmaps = self._bitmaps(sketches)
        for place, (notice, sketch) in enumerate(zip(notices, sketches, strict=True)):
            if sketch.layout is None:
                yield self._rendered(sketch, problems=(sketch.problem,))
                continue
            try:
                pages = self._drawn(bitmaps, len(sketch.layout.crops))
            except RasterizerError:
                yield self._rendered(sketch, problems=("render_failed",))
                bitmaps = self._bitmaps(sketches[place + 1 :])
                continue
            yield self._finish(sketch, pages, tuple(notice["qr"]))

    def _drawn(self, bitmaps: Iterator[Bitmap], count: int) -> list[Bitmap]:
        """The pages of one notice; a bitmap lives until the next, so only a single page needs no copy."""
        return [next(bitmaps)] if count == 1 else [next(bitmaps).copy() for _ in range(count)]

    def _bitmaps(self, sketches: Sequence[_Sketch]) -> Iterator[Bitmap]:
        return self.rasterizer.pages(self.pdf, [request for sketch in sketches for request in sketch.requests()])

    def _sketch(self, pages: tuple[int, ...]) -> _Sketch:
        try:
            drawn = self.rasterizer.pages(self.pdf, [PageRequest(p, PROBE_PX_PER_MM, is_colour=True) for p in pages])
            probes: list[tuple[int, Probe]] = []
            types: list[float] = []
            for page, bitmap in zip(pages, drawn, strict=True):
                found = probe(bitmap, keep=self.keep)
                if found is not None:
                    probes.append((page, found))
                    types += _type_sizes_mm(self.file.page(page), self.small_zones)
        except RasterizerError:
            return _Sketch(problem="render_failed")
        if not probes:
            return _Sketch(problem="blank")
        layout = plan([each for _, each in probes], self.profile)
        type_mm = min(types, default=None)
        if not is_legible(layout, type_mm):
            return _Sketch(type_mm=type_mm, problem="text_too_small")
        return _Sketch(
            tuple(page for page, _ in probes), layout, tuple(each.has_colour for _, each in probes), type_mm
        )  # fmt: skip

    def _finish(self, sketch: _Sketch, pages: list[Bitmap], expected: tuple[str, ...]) -> Rendered:
        assert sketch.layout is not None  # noqa: S101 - paint() saw to it
        parts, shrunk = make_parts(pages, sketch.layout, self.profile)
        if not parts:
            return self._rendered(sketch, problems=("over_limit",))
        if sketch.type_mm is not None and not is_legible(
            Layout(sketch.layout.px_per_mm * shrunk, sketch.layout.crops, sketch.layout.cuts), sketch.type_mm
        ):
            return self._rendered(sketch, problems=("text_too_small",))
        searched = sketch.layout.pictures_with(self.keep) if self.keep else set(range(len(parts)))
        found = sorted({text for place in searched for text in read_codes(parts[place].jpeg)})
        keys = {code.key if (code := codes.read_signed(text)) else codes.read_verify(text) for text in found}
        is_same = set(found) == set(expected) if expected else len(keys) <= 1
        return self._rendered(
            sketch,
            parts=tuple(parts),
            qr=tuple(found),
            read_back_key=keys.pop() if len(keys) == 1 else "",
            problems=() if is_same else ("read_back_failed",),
            px_per_mm=sketch.layout.px_per_mm * shrunk,
        )

    def _rendered(self, sketch: _Sketch, **facts: Any) -> Rendered:
        type_pt = round(sketch.type_mm / MM_PER_POINT, 2) if sketch.type_mm is not None else None
        return Rendered(**facts, smallest_type_pt=type_pt, renderer=self.renderer)


def _type_sizes_mm(page: pypdfium2.PdfPage, ignored: Sequence[Zone]) -> Iterator[float]:
    """The sizes of visible text; the key repeated beside a bar code is there for machines and does not count."""
    boxes = [page_box(page, zone) for zone in ignored]
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=DEEPEST_FORM):
        left, bottom, right, top = item.get_bounds()
        if right - left < 0.1 or top - bottom < 0.1:
            continue  # spaces only
        if pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
            continue  # what an OCR program laid over a picture
        middle = (left + right) / 2, (bottom + top) / 2
        if item.level == 0 and any(b[0] <= middle[0] <= b[2] and b[1] <= middle[1] <= b[3] for b in boxes):
            continue
        yield item.get_font_size() * _scale_of(item) * MM_PER_POINT


def _scale_of(item: pypdfium2.PdfObject) -> float:
    """How much larger than its font size an object is drawn, through all the forms it stands in."""
    scale = 1.0
    while item is not None:
        matrix = item.get_matrix()
        scale *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
        item = item.container
    return scale
