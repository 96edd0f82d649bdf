"""In the cage: the text of each zone, the QR code, and whether a page is blank."""

import hashlib
import json
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp

from notices.rasterizers import Bitmap, Crop, PageRequest, Rasterizer, RasterizerError
from notices.rasterizers.base import MM_PER_POINT
from notices.rasterizers.pdfium import Pdfium, PdfiumFile
from notices.rasterizers.registry import engine
from notices.zones import Field, Zone
from portal.core.cage import given_file

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
QR_PX_PER_MM = 150 / 25.4
BLANK_PX_PER_MM = 36 / 25.4
INK_DARKER_THAN = 200
FREE_PX_PER_MM = 72 / 25.4
PAPER_LIGHTER_THAN = 250
BLANK_INK_SHARE = 0.0005
_HUNDREDTHS = 100  # of a millimetre: what "device pixels" mean when zones become page coordinates


def _cpu_seconds() -> float:
    """Processor time of this process and of the engines it called."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def lines(payload: bytes) -> Iterator[bytes]:
    """One JSON object for each page, as `PageReading` has it."""
    wanted = json.loads(payload)
    zones = [Zone.from_json(zone) for zone in wanted["zones"]]
    reader = _Reader(
        given_file(0),
        engine(wanted["engine"]),
        text_zones=[zone for zone in zones if zone.pattern],
        qr_zones=[zone for zone in zones if zone.field == Field.QR] if wanted["reads_qr"] else [],
        free_zones=[zone for zone in zones if zone.field == Field.FREE],
    )
    for page in reader.read(wanted["pages"]):
        yield json.dumps(page, ensure_ascii=False).encode()


@dataclass
class _Reader:
    """Reads text with PDFium and looks at pixels with the engine asked for."""

    pdf: Path
    rasterizer: Rasterizer
    text_zones: Sequence[Zone]
    qr_zones: Sequence[Zone]
    free_zones: Sequence[Zone] = ()
    clock: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def read(self, pages: Sequence[int]) -> Iterator[dict[str, Any]]:
        # One open document for text and pixels, if the engine is PDFium: the page is then parsed once.
        file = self.rasterizer.open(self.pdf) if isinstance(self.rasterizer, Pdfium) else PdfiumFile(self.pdf)
        crops = [Crop(zone.left, zone.top, zone.width, zone.height) for zone in self.qr_zones]
        wanted = [PageRequest(page, QR_PX_PER_MM, crop) for page in pages for crop in crops]
        bitmaps = self.rasterizer.pages(self.pdf, wanted)
        for place, page in enumerate(pages):
            self.clock = defaultdict(float)
            began = _cpu_seconds()
            try:
                yield {"page": page, **self._read(file, page, bitmaps)} | {"milliseconds": self._spent(began)}
            except RasterizerError:
                yield {"page": page, "qr": [], "failure": "unreadable"}
                bitmaps = self.rasterizer.pages(self.pdf, wanted[(place + 1) * len(crops) :])

    def _read(self, file: PdfiumFile, page: int, bitmaps: Iterator[Bitmap]) -> dict[str, Any]:
        began = _cpu_seconds()
        text, values = _text_of(file.page(page), self.text_zones)
        self.clock["text"] = _cpu_seconds() - began
        codes: list[str] = []
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        for _ in self.qr_zones:
            codes += self._codes(bitmaps, digest.update)
        is_blank = not text.strip() and not codes and self._has_no_ink(page)
        return {
            "values": values,
            "qr": sorted(set(codes)),
            "white": [zone.name for zone in self.free_zones if self._is_white(page, zone)],
            "size_mm": [round(side, 1) for side in file.size_mm(page)],
            "is_blank": is_blank,
            "has_text": bool(text.strip()),
            "content_sha256": digest.hexdigest(),
        }

    def _codes(self, bitmaps: Iterator[Bitmap], digest: Any) -> list[str]:
        began = _cpu_seconds()
        bitmap = next(bitmaps)
        digest(bitmap.tobytes())
        self.clock["qr_render"] += _cpu_seconds() - began
        began = _cpu_seconds()
        found = zxingcpp.read_barcodes(bitmap, formats=QR_ONLY, try_invert=False)
        self.clock["qr_decode"] += _cpu_seconds() - began
        return [code.text for code in found if code.valid]

    def _is_white(self, page: int, zone: Zone) -> bool:
        """Whether a zone is bare paper: not one point of it is even light gray."""
        crop = Crop(zone.left, zone.top, zone.width, zone.height)
        bitmap = next(self.rasterizer.pages(self.pdf, [PageRequest(page, FREE_PX_PER_MM, crop)]))
        return bool((bitmap > PAPER_LIGHTER_THAN).all())

    def _has_no_ink(self, page: int) -> bool:
        bitmap = next(self.rasterizer.pages(self.pdf, [PageRequest(page, BLANK_PX_PER_MM)]))
        return float((bitmap < INK_DARKER_THAN).mean()) < BLANK_INK_SHARE

    def _spent(self, began: float) -> dict[str, float]:
        total = _cpu_seconds() - began
        return {name: round(seconds * 1000, 4) for name, seconds in (*self.clock.items(), ("total", total))}


def _text_of(page: pypdfium2.PdfPage, zones: Sequence[Zone]) -> tuple[str, dict[str, str]]:
    """All text of the page, and what each zone says."""
    try:
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise RasterizerError("the text cannot be read") from error
    try:
        values = {zone.name: zone.value(text_page.get_text_bounded(*page_box(page, zone))) for zone in zones}
        return text_page.get_text_range(), values
    finally:
        text_page.close()


def page_box(page: pypdfium2.PdfPage, zone: Zone) -> tuple[float, float, float, float]:
    """The zone in the page's own coordinates (left, bottom, right, top), whatever its rotation and crop box."""
    width, height = (round(side * MM_PER_POINT * _HUNDREDTHS) for side in page.get_size())
    corners = [
        _page_point(page, width, height, zone.left, zone.top),
        _page_point(page, width, height, zone.left + zone.width, zone.top + zone.height),
    ]
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _page_point(page: pypdfium2.PdfPage, width: int, height: int, x_mm: float, y_mm: float) -> tuple[float, float]:
    x, y = pdfium.c_double(), pdfium.c_double()
    device = round(x_mm * _HUNDREDTHS), round(y_mm * _HUNDREDTHS)
    pdfium.FPDF_DeviceToPage(page, 0, 0, width, height, 0, *device, x, y)
    return x.value, y.value
