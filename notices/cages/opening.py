"""In the cage: one citizen's own pages, as pictures, as words, and as a document of their own."""

import ctypes
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from notices.rasterizers import PageRequest, Rasterizer
from notices.rasterizers.base import MM_PER_POINT
from notices.rasterizers.pdfium import Pdfium, PdfiumFile
from notices.rasterizers.registry import engine
from notices.textlayer import Run, blocks_of
from portal.core.cage import given_file

JPEG_QUALITY = 85
_HUNDREDTHS = 100  # of a millimetre: what "device pixels" mean when the page's own coordinates become ours
_UNREADABLE = str.maketrans("", "", "\x00\x02\ufffe\uffff")  # what PDFium says for glyphs it cannot name


def main(payload: bytes) -> bytes:
    """The wanted pages and no others, in order, as a PDF."""
    wanted = json.loads(payload)
    source = PdfiumFile(given_file(0)).document
    own = pypdfium2.PdfDocument.new()
    own.import_pages(source, [page - 1 for page in wanted["pages"]])
    out = io.BytesIO()
    own.save(out)
    return out.getvalue()


def lines(payload: bytes) -> Iterator[bytes]:
    """For each page its size and words as JSON, then its picture as JPEG."""
    wanted = json.loads(payload)
    pdf, rasterizer = given_file(0), engine(wanted["engine"])
    file = rasterizer.open(pdf) if isinstance(rasterizer, Pdfium) else PdfiumFile(pdf)
    for page in wanted["pages"]:
        width_mm, height_mm = file.size_mm(page)
        blocks = blocks_of(_runs(file.page(page), width_mm, height_mm), page_height=height_mm)
        picture = _picture(rasterizer, page, wanted["width"] / width_mm)
        said: dict[str, Any] = {
            "width": picture.width,
            "height": picture.height,
            "blocks": [block.as_json() for block in blocks],
        }
        yield json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
        yield out.getvalue()


def _picture(rasterizer: Rasterizer, page: int, px_per_mm: float) -> Image.Image:
    bitmap = next(rasterizer.pages(given_file(0), [PageRequest(page, px_per_mm, is_colour=True)]))
    picture = Image.fromarray(np.ascontiguousarray(bitmap))
    has_colour = int((bitmap.max(axis=2) - bitmap.min(axis=2)).max()) > 60
    return picture if has_colour else picture.convert("L")


def _runs(page: pypdfium2.PdfPage, width_mm: float, height_mm: float) -> list[Run]:
    """Every piece of text with its place on the page as displayed, whatever its rotation and crop box."""
    device = round(width_mm * _HUNDREDTHS), round(height_mm * _HUNDREDTHS)
    text = page.get_textpage()
    runs = []
    try:
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            corners = _shown(page, device, left, top), _shown(page, device, right, bottom)
            said = text.get_text_bounded(left, bottom, right, top).translate(_UNREADABLE)
            (x1, y1), (x2, y2) = corners
            size = _size(text, (left + right) / 2, (top + bottom) / 2) or (top - bottom)
            box = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
            runs.append(Run(" ".join(said.split()), *box, size * MM_PER_POINT))
    finally:
        text.close()
    return runs


def _size(text: pypdfium2.PdfTextPage, x: float, y: float) -> float:
    """The type size in points at a place, 0 if nothing is there."""
    index = pdfium.FPDFText_GetCharIndexAtPos(text, x, y, 20.0, 20.0)
    return float(pdfium.FPDFText_GetFontSize(text, index)) if index >= 0 else 0.0


def _shown(page: pypdfium2.PdfPage, device: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    at_x, at_y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, *device, 0, x, y, at_x, at_y)
    return at_x.value / _HUNDREDTHS, at_y.value / _HUNDREDTHS
