"""Poppler through pdf2image: the second engine, for when a file meets a fault of the first."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import cast

import numpy as np
from pdf2image import convert_from_path
from pdf2image.exceptions import PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from PIL import Image

from notices.rasterizers.base import Bitmap, PageRequest, RasterizerError
from notices.rasterizers.pdfium import PdfiumFile

# One call per range: a call per page costs 60 ms, and 168 ms near page 9,000 of a long file.
RANGE = 128
FEWEST_BYTES = 48 * 1024 * 1024  # a container's /dev/shm may be no larger than 64 MB
MOST_BYTES = 288 * 1024 * 1024  # 128 gray pages of A4 at 150 dpi
SHARE_OF_FREE = 8  # beside other workers, and the documents that lie there
SECONDS_PER_RANGE = 60
_TOLERANCE = 2
_HEAD = re.compile(rb"(P[56])\s+(\d+)\s+(\d+)\s+255\s")


class Poppler:
    """Draws whole pages, range by range, into files in memory, and cuts the wanted part out."""

    name = "poppler"
    pages_at_once = RANGE

    def __init__(self) -> None:
        self.path: Path | None = None
        self.file: PdfiumFile | None = None

    def open(self, pdf: Path) -> PdfiumFile:
        """The document as PDFium sees it, for the sizes of its pages: finding page 9,000 takes 90 ms, but only once."""
        if self.file is None or self.path != pdf:
            self.close()
            self.path, self.file = pdf, PdfiumFile(pdf)
        return self.file

    def close(self) -> None:
        """Let go of the document at hand."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def version(self) -> str:
        """What `pdftoppm -v` says."""
        return f"poppler {installed_version()}"

    def pages(self, pdf: Path, wanted: Sequence[PageRequest]) -> Iterator[Bitmap]:
        """Draw consecutive pages of one scale together."""
        file = self.open(pdf)
        for _, group in groupby(enumerate(wanted), key=lambda each: _kind(*each)):
            requests = [request for _, request in group]
            while requests:
                count = _range_length(file, requests)
                yield from self._draw_range(pdf, file, requests[:count])
                requests = requests[count:]

    def _draw_range(self, pdf: Path, file: PdfiumFile, requests: Sequence[PageRequest]) -> Iterator[Bitmap]:
        with tempfile.TemporaryDirectory(prefix="poppler-") as folder:
            try:
                paths = _convert(pdf, file, requests, folder)
            except RasterizerError:
                if len(requests) == 1:
                    raise
                paths = []
            for request, path in zip(requests, paths, strict=False):
                yield _cut(path, request, file.size_mm(request.page))
                path.unlink()
        if not paths:  # one of them is to blame: only alone does it show which
            for request in requests:
                yield from self._draw_range(pdf, file, [request])


def installed_version() -> str:
    """The version of the installed pdftoppm, or '' if there is none."""
    program = shutil.which("pdftoppm")
    if not program:
        return ""
    told = subprocess.run([program, "-v"], capture_output=True, timeout=10, check=False).stderr.decode()  # noqa: S603
    found = re.search(r"version ([\d.]+)", told)
    return found[1] if found else "?"


def _kind(place: int, request: PageRequest) -> tuple[float, int]:
    """Pages that follow each other at one scale: gray and coloured ones are drawn together."""
    return request.px_per_mm, request.page - place


def _range_length(file: PdfiumFile, requests: Sequence[PageRequest]) -> int:
    """How many of the requests one call may draw: at least one, at most RANGE, within the memory folder."""
    room = min(MOST_BYTES, max(FEWEST_BYTES, shutil.disk_usage(tempfile.gettempdir()).free // SHARE_OF_FREE))
    channels = 3 if any(request.is_colour for request in requests[:RANGE]) else 1
    spent = 0
    for count, request in enumerate(requests[:RANGE]):
        width, height = file.size_mm(request.page)
        spent += round(width * height * request.px_per_mm**2) * channels
        if spent > room and count:
            return count
    return min(RANGE, len(requests))


def _convert(pdf: Path, file: PdfiumFile, requests: Sequence[PageRequest], folder: str) -> list[Path]:
    for request in requests:
        request.check_size(*file.size_mm(request.page))
    first, last = requests[0], requests[-1]
    try:
        paths = convert_from_path(
            pdf,
            dpi=cast(int, first.px_per_mm * 25.4),  # handed to -r as it is, and pdftoppm takes fractions
            first_page=first.page,
            last_page=last.page,
            grayscale=not any(request.is_colour for request in requests),
            fmt="ppm",
            output_folder=folder,
            paths_only=True,
            use_cropbox=True,
            strict=True,  # the only way to hear of a missing language pack or font
            timeout=SECONDS_PER_RANGE,
        )
    except (PDFPopplerTimeoutError, PDFSyntaxError, PDFPageCountError) as error:
        raise RasterizerError(f"poppler could not draw the pages from {first.page}") from error
    # Poppler leaves out a page it cannot draw and still exits with 0.
    if len(paths) != len(requests):
        raise RasterizerError(f"poppler drew {len(paths)} of {len(requests)} pages from {first.page}")
    return [Path(path) for path in cast(list[str], paths)]


def _cut(path: Path, request: PageRequest, page_mm: tuple[float, float]) -> Bitmap:
    whole = _pixels(path.read_bytes(), request)
    if not request.is_colour and whole.ndim == 3:
        whole = np.asarray(Image.fromarray(whole).convert("L"))  # drawn in colour beside others that needed it
    elif request.is_colour and whole.ndim == 2:
        whole = np.repeat(whole[:, :, None], 3, axis=2)
    width, height = PageRequest(request.page, request.px_per_mm).size(*page_mm)
    if abs(whole.shape[1] - width) > _TOLERANCE or abs(whole.shape[0] - height) > _TOLERANCE:
        raise RasterizerError(f"poppler drew page {request.page} in the wrong size")
    width, height = request.size(*page_mm)
    left = round(request.crop.left * request.px_per_mm) if request.crop else 0
    top = round(request.crop.top * request.px_per_mm) if request.crop else 0
    return _exactly(whole, left, top, width, height)


def _pixels(file: bytes, request: PageRequest) -> Bitmap:
    """The pixels of a binary PGM or PPM where they lie, without another copy."""
    head = _HEAD.match(file)
    if head is None:
        raise RasterizerError(f"poppler drew no picture of page {request.page}")
    width, height, channels = int(head[2]), int(head[3]), 3 if head[1] == b"P6" else 1
    pixels = np.frombuffer(file, dtype=np.uint8, offset=head.end())
    if pixels.size != width * height * channels:
        raise RasterizerError(f"poppler drew half a picture of page {request.page}")
    return pixels.reshape(height, width, 3) if channels == 3 else pixels.reshape(height, width)


def _exactly(whole: Bitmap, left: int, top: int, width: int, height: int) -> Bitmap:
    """The part of the page, white where it reaches beyond the paper."""
    if left >= 0 and top >= 0 and left + width <= whole.shape[1] and top + height <= whole.shape[0]:
        return whole[top : top + height, left : left + width]
    out = np.full((height, width, *whole.shape[2:]), 255, dtype=np.uint8)
    from_left, from_top = max(0, left), max(0, top)
    part = whole[from_top : top + height, from_left : left + width]
    at_top, at_left = from_top - top, from_left - left
    out[at_top : at_top + part.shape[0], at_left : at_left + part.shape[1]] = part
    return out
