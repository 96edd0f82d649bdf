"""PDFium: the default engine, a wheel that needs nothing from the system."""

import ctypes
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from notices.rasterizers.base import MM_PER_POINT, Bitmap, DocumentUnreadable, PageRequest, RasterizerError

_WHITE = 0xFFFFFFFF


class PdfiumFile:
    """
    An open document that keeps the last page open, so that reading and drawing the same page parse it once.

    PDFium is not thread-safe and must not be forked after use: this lives in a cage.
    """

    def __init__(self, pdf: Path) -> None:
        try:
            self.document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise DocumentUnreadable from error
        self.number = 0
        self.current: pypdfium2.PdfPage | None = None

    def page(self, number: int) -> pypdfium2.PdfPage:
        """
        Page `number`, from 1.

        :raises RasterizerError: if it cannot be parsed
        """
        if self.current is None or self.number != number:
            self.close_page()
            try:
                self.current = self.document[number - 1]
            except (pypdfium2.PdfiumError, IndexError) as error:
                raise RasterizerError(f"page {number} cannot be opened") from error
            self.number = number
        return self.current

    def size_mm(self, number: int) -> tuple[float, float]:
        """Width and height as displayed."""
        width, height = self.page(number).get_size()
        return width * MM_PER_POINT, height * MM_PER_POINT

    def close(self) -> None:
        """Let go of the document."""
        self.close_page()
        self.document.close()

    def close_page(self) -> None:
        """Let go of the page at hand: PDFium keeps everything it decoded for as long as it is open."""
        if self.current is not None:
            self.current.close()
            self.current = None


class Pdfium:
    """Draws with PDFium, the wanted part only, into one bitmap that is used again."""

    name = "pdfium"
    pages_at_once = 1

    def __init__(self) -> None:
        self.path: Path | None = None
        self.file: PdfiumFile | None = None
        self.buffer = np.empty(0, dtype=np.uint8)

    def version(self) -> str:
        """The build of the library."""
        return f"pdfium {pypdfium2.PDFIUM_INFO}"

    def open(self, pdf: Path) -> PdfiumFile:
        """The document, opened once."""
        if self.file is None or self.path != pdf:
            self.close()
            self.path, self.file = pdf, PdfiumFile(pdf)
        return self.file

    def close(self) -> None:
        """Let go of the document at hand."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def pages(self, pdf: Path, wanted: Sequence[PageRequest]) -> Iterator[Bitmap]:
        """Draw each request when it is asked for."""
        file = self.open(pdf)
        for request in wanted:
            yield self._draw(file, request)

    def _draw(self, file: PdfiumFile, request: PageRequest) -> Bitmap:
        page = file.page(request.page)
        page_width, page_height = file.size_mm(request.page)
        request.check_size(page_width, page_height)
        width, height = request.size(page_width, page_height)
        left = request.crop.left if request.crop else 0
        top = request.crop.top if request.crop else 0
        scale = request.px_per_mm
        bitmap = self._blank(width, height, 3 if request.is_colour else 1)
        drawn = pdfium.FPDFBitmap_CreateEx(
            width,
            height,
            pdfium.FPDFBitmap_BGR if request.is_colour else pdfium.FPDFBitmap_Gray,
            bitmap.ctypes.data_as(ctypes.c_void_p),
            bitmap.strides[0],
        )
        if not drawn:
            raise RasterizerError(f"page {request.page} is too large to draw")
        flags = pdfium.FPDF_ANNOT | (pdfium.FPDF_REVERSE_BYTE_ORDER if request.is_colour else pdfium.FPDF_GRAYSCALE)
        try:
            pdfium.FPDF_RenderPageBitmap(
                drawn,
                page,
                -round(left * scale),
                -round(top * scale),
                round(page_width * scale),
                round(page_height * scale),
                0,
                flags,
            )
        finally:
            pdfium.FPDFBitmap_Destroy(drawn)
        return bitmap

    def _blank(self, width: int, height: int, channels: int) -> Bitmap:
        """White paper of this size; rows start at multiples of four bytes, as PDFium wants them."""
        stride = (width * channels + 3) // 4 * 4
        if self.buffer.size < stride * height:
            self.buffer = np.empty(stride * height, dtype=np.uint8)
        rows = self.buffer[: stride * height].reshape(height, stride)
        rows.fill(255)
        used = rows[:, : width * channels]
        return (
            used if channels == 1 else used.reshape(height, width, 3) if stride == width * 3 else _rgb_view(rows, width)
        )


def _rgb_view(rows: Bitmap, width: int) -> Bitmap:
    """The rows without their padding, as pixels: a view, for PDFium writes through it."""
    height, stride = rows.shape
    return np.lib.stride_tricks.as_strided(rows, shape=(height, width, 3), strides=(stride, 3, 1))
