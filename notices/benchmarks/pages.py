"""
Pages: the limit, both engines, one call per page, and the whole way from proof to sealed picture, in turn.

The limit is PDFium drawing gray into one bitmap that is used again, and a plain JPEG of it, both without our sockets.
"""

import ctypes
import io
import secrets
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from pdf2image import convert_from_path
from PIL import Image

from notices import storage
from notices.assigning import Rules, Verdict, assign
from notices.benchmarks.stage import Meter, Sample, say
from notices.cells import PAGES_PER_CHILD
from notices.fitting import BEST_QUALITY
from notices.rasterizers import PageRequest, Rasterizer
from notices.rasterizers.base import MM_PER_POINT
from notices.rasterizers.pdfium import Pdfium
from notices.rasterizers.poppler import Poppler
from notices.reading import read_pages
from notices.rendering import NoticePages, render_batch
from notices.rosters import read_roster
from notices.zones import load_templates

PX_PER_MM = 146 / 25.4
ROUNDS = 3
NAIVE_PAGES = 6  # one call per page is slow: a few pages tell
QR_KEY = b"sample-key"


@dataclass
class Meters:
    """One meter for each variant."""

    limit: Meter = field(default_factory=Meter)
    default: Meter = field(default_factory=Meter)
    poppler: Meter = field(default_factory=Meter)
    one_call_per_page: Meter = field(default_factory=Meter)
    reading: Meter = field(default_factory=Meter)
    reading_start: Meter = field(default_factory=Meter)
    assigning: Meter = field(default_factory=Meter)
    drawing: Meter = field(default_factory=Meter)
    drawing_start: Meter = field(default_factory=Meter)
    sealing: Meter = field(default_factory=Meter)

    @property
    def pipeline_ms(self) -> float:
        """A page all the way; a child's start is spread over the pages one child works on."""
        reading = _without_start(self.reading, self.reading_start, PAGES_PER_CHILD)
        drawing = _without_start(self.drawing, self.drawing_start, PAGES_PER_CHILD)
        return reading + self.assigning.ms + drawing + self.sealing.ms


def _without_start(long: Meter, short: Meter, spread: int) -> float:
    """Milliseconds a page where a child lives for `spread` pages, from a run of many pages and one of a single page."""
    runs = short.pages
    page = max(0.0, long.seconds - short.seconds) / max(1, long.pages - runs)
    start = max(0.0, short.seconds / max(1, runs) - page)
    return (page + start / spread) * 1000


def measure(sample: Sample) -> dict[str, Any]:
    """All variants over the same pages, `ROUNDS` times in turn."""
    meters = Meters()
    numbers = range(1, sample.pages_count + 1)
    pages = {number: PageRequest(number, PX_PER_MM) for number in numbers}
    variants: Sequence[tuple[Meter, Callable[[Path, list[PageRequest]], None], int]] = (
        (meters.limit, _limit, len(pages)),
        (meters.default, lambda pdf, wanted: _engine(Pdfium(), pdf, wanted), len(pages)),
        (meters.poppler, lambda pdf, wanted: _engine(Poppler(), pdf, wanted), len(pages)),
        (meters.one_call_per_page, _one_call_per_page, min(NAIVE_PAGES, len(pages))),
    )
    _limit(sample.pdf, list(pages.values())[:3])  # fonts and caches
    for number in range(1, ROUNDS + 1):
        say(f"쪽 {len(pages)}개, {number}/{ROUNDS}번째")
        for meter, variant, count in variants:
            with meter.over(count):
                variant(sample.pdf, list(pages.values())[:count])
        _pipeline(sample, numbers, meters)
    return _figures(meters)


def _figures(meters: Meters) -> dict[str, Any]:
    limit = meters.limit.ms
    return {
        "limit_ms": round(limit, 2),
        "default_ms": round(meters.default.ms, 2),
        "default_ratio": round(limit / meters.default.ms, 3),
        "poppler_ms": round(meters.poppler.ms, 2),
        "poppler_ratio": round(limit / meters.poppler.ms, 3),
        "one_call_per_page_ms": round(meters.one_call_per_page.ms, 2),
        "one_call_per_page_ratio": round(limit / meters.one_call_per_page.ms, 3),
        "pipeline_ms": round(meters.pipeline_ms, 2),
        "pipeline_ratio": round(limit / meters.pipeline_ms, 3),
        "pipeline_pages_per_core_second": round(1000 / meters.pipeline_ms, 1),
        "reading_ms": round(_without_start(meters.reading, meters.reading_start, PAGES_PER_CHILD), 2),
        "assign_ms": round(
            _without_start(meters.reading, meters.reading_start, PAGES_PER_CHILD) + meters.assigning.ms, 2
        ),
        "drawing_ms": round(_without_start(meters.drawing, meters.drawing_start, PAGES_PER_CHILD), 2),
        "seal_ms": round(meters.sealing.ms, 3),
        "child_start_ms": round(meters.drawing_start.ms, 1),
    }


# --- the variants ---------------------------------------------------------------------------------------------------


def _limit(pdf: Path, wanted: list[PageRequest]) -> None:
    """As bare as Python can: one document, one buffer, one encoder."""
    document = pypdfium2.PdfDocument(pdf)
    buffer = np.empty((0, 0), dtype=np.uint8)
    for request in wanted:
        page = document[request.page - 1]
        width, height = (round(side * MM_PER_POINT * request.px_per_mm) for side in page.get_size())
        stride = (width + 3) // 4 * 4
        if buffer.shape != (height, stride):
            buffer = np.empty((height, stride), dtype=np.uint8)
        buffer.fill(255)
        drawn = pdfium.FPDFBitmap_CreateEx(
            width, height, pdfium.FPDFBitmap_Gray, buffer.ctypes.data_as(ctypes.c_void_p), buffer.shape[1]
        )
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE
        pdfium.FPDF_RenderPageBitmap(drawn, page, 0, 0, width, height, 0, flags)
        pdfium.FPDFBitmap_Destroy(drawn)
        page.close()
        _encoded(buffer)
    document.close()


def _engine(rasterizer: Rasterizer, pdf: Path, wanted: list[PageRequest]) -> None:
    """Through our socket."""
    for bitmap in rasterizer.pages(pdf, wanted):
        _encoded(np.ascontiguousarray(bitmap))
    if isinstance(rasterizer, Pdfium):
        rasterizer.close()


def _one_call_per_page(pdf: Path, wanted: list[PageRequest]) -> None:
    """As tutorials do it."""
    for request in wanted:
        (image,) = convert_from_path(pdf, dpi=146, first_page=request.page, last_page=request.page)
        image.convert("L").save(io.BytesIO(), "JPEG", quality=BEST_QUALITY)


def _encoded(rows: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rows).save(out, "JPEG", quality=BEST_QUALITY)
    return out.getvalue()


# --- the whole way --------------------------------------------------------------------------------------------------


def _pipeline(sample: Sample, numbers: range, meters: Meters) -> None:
    """Read and prove every page, draw what is proved, read the pictures back, seal and write them."""
    template = load_templates()[0]
    with meters.reading_start.over(1):
        list(read_pages(sample.pdf, template, pages=range(1, 2)))
    with meters.reading.over(len(numbers)):
        readings = list(read_pages(sample.pdf, template, pages=numbers))
    rows = read_roster(sample.roster).rows
    with meters.assigning.over(len(numbers)):
        claims = assign(readings, rows, Rules(template, QR_KEY))
    codes: dict[int, Sequence[str]] = defaultdict(tuple, {one.page: one.qr for one in readings})
    proved = [claim.pages for claim in claims if claim.verdict == Verdict.CLAIMED]
    notices = [NoticePages("", pages, tuple(code for page in pages for code in codes[page])) for pages in proved]
    with meters.drawing_start.over(len(notices[0].pages)):
        list(render_batch(sample.pdf, notices[:1], template=template))
    with meters.drawing.over(sum(len(notice.pages) for notice in notices)):
        drawn = list(render_batch(sample.pdf, notices, template=template))
    pictures = [part.jpeg for _, one in drawn for part in one.parts]
    pages = sum(len(notice.pages) for notice in notices)
    with tempfile.TemporaryDirectory(prefix="sotong-bench-") as folder, meters.sealing.over(pages):
        for place, jpeg in _places(Path(folder), pictures):
            storage.write_sealed(place, jpeg, key=secrets.token_bytes(32), aad="bench", syncs_folder=False)


def _places(folder: Path, pictures: Sequence[bytes]) -> Iterator[tuple[Path, bytes]]:
    for number, jpeg in enumerate(pictures):
        yield folder / f"{number % 256:02x}" / f"{number}.sealed", jpeg
