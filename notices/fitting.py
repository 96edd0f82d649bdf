"""Bitmaps become JPEGs that fit a carrier's limits, and every finished picture is read back."""

import io
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from notices.codes import read_signed, read_verify
from notices.layout import STRIP_PX, Layout, PictureProfile
from notices.rasterizers.base import Bitmap

BEST_QUALITY, WORST_QUALITY = 82, 45
SHRINKING = 0.9
MOST_SHRINKINGS = 6
SEARCHED_MM = 1.0  # around a planned cut, for the whitest row
_LENGTH = struct.Struct(">I")
_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


# Why a notice has no pictures, or none that may be sent.
PROBLEMS = {
    "blank": "쪽이 모두 비어 있습니다.",
    "text_too_small": "글자가 휴대전화에서 읽기에 너무 작습니다.",
    "over_limit": "통신사가 받는 크기로 줄일 수 없습니다.",
    "render_failed": "쪽을 그릴 수 없습니다.",
    "read_back_failed": "완성된 그림에서 QR코드가 되읽히지 않습니다.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One finished picture."""

    jpeg: bytes
    width: int
    height: int
    is_colour: bool
    quality: int
    qr: tuple[str, ...] = ()  # what its codes say, read from `jpeg`


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    The pictures of one notice. They may be sent only if `problems` is empty.

    `read_back_key` is the key on which the codes in the finished bytes agree ('' without codes).
    """

    parts: tuple[Part, ...] = ()
    read_back_key: str = ""
    problems: tuple[str, ...] = ()
    px_per_mm: float = 0.0
    smallest_type_pt: float | None = None
    renderer: str = ""

    @property
    def qr(self) -> tuple[str, ...]:
        """What all codes in the finished bytes say."""
        return tuple(sorted({text for part in self.parts for text in part.qr}))


def make_parts(pages: Iterable[Bitmap], layout: Layout, profile: PictureProfile) -> tuple[list[Part], float]:
    """
    Cut the strip of pages and encode each piece within the profile; also how much smaller it had to be drawn (1: not).

    No parts at all means that not even the smallest drawing fits.
    """
    pieces = list(_pieces(list(pages), layout, profile))
    shrunk = 1.0
    for _ in range(MOST_SHRINKINGS):
        parts = [part for piece in pieces if (part := _encode(piece, profile.max_bytes))]
        if len(parts) == len(pieces) and all(part.height <= profile.max_height for part in parts):
            return parts, shrunk
        shrunk *= SHRINKING
        pieces = [_resized(piece, SHRINKING) for piece in pieces]
    return [], shrunk


def read_codes(jpeg: bytes) -> list[str]:
    """What our QR codes in a finished picture say, read from the exact bytes that leave; others tell of nobody."""
    return _codes_in(jpeg, shrink=1)


def read_codes_again(jpeg: bytes) -> list[str]:
    """
    The same of a large picture whose codes were read when it was made, a third of the work: at half its size, and
    only where nothing is found there in full.
    """
    return _codes_in(jpeg, shrink=2) or _codes_in(jpeg, shrink=1)


def _codes_in(jpeg: bytes, *, shrink: int) -> list[str]:
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("L", (image.width // shrink, image.height // shrink))
        gray = np.asarray(image.convert("L"))
    found = zxingcpp.read_barcodes(gray, formats=_QR_ONLY, try_rotate=False, try_invert=False, try_downscale=False)
    return sorted({code.text for code in found if code.valid and is_ours(code.text)})


def is_ours(text: str) -> bool:
    """Whether a code names a page of a notice, and not, say, the address of a home page."""
    return bool(read_signed(text) or read_verify(text))


# --- cutting --------------------------------------------------------------------------------------------------------


def _pieces(pages: Sequence[Bitmap], layout: Layout, profile: PictureProfile) -> Iterator[Image.Image]:
    """The pieces of the strip, gray where there is no colour, each below a white strip that tells its place."""
    strip = _stack(pages)
    edges = [0, *_cut_rows(strip, layout, profile), strip.shape[0]]
    count = layout.picture_count
    for number, (top, bottom) in enumerate(pairwise(edges), start=1):
        rows = strip[top:bottom, : profile.max_width]
        is_colour = any(
            start * layout.px_per_mm < bottom and end * layout.px_per_mm > top for start, end in layout.coloured
        )
        if strip.ndim == 3 and not is_colour:
            rows = rows[:, :, 1]  # gray has equal channels
        yield _image(_below_strip(rows, f"{number}/{count}") if count > 1 else np.ascontiguousarray(rows))


def _image(rows: Bitmap) -> Image.Image:
    """The rows as a picture; Image.fromarray would blacken colour pictures first, which costs as much as drawing."""
    if rows.ndim == 2:
        return Image.fromarray(rows)
    image = Image.new("RGB", (rows.shape[1], rows.shape[0]), None)
    image.frombytes(rows)
    return image


def _stack(pages: Sequence[Bitmap]) -> Bitmap:
    if any(page.ndim == 3 for page in pages):
        pages = [page if page.ndim == 3 else np.repeat(page[:, :, None], 3, axis=2) for page in pages]
    return pages[0] if len(pages) == 1 else np.concatenate(pages)


def _cut_rows(strip: Bitmap, layout: Layout, profile: PictureProfile) -> list[int]:
    """The whitest row near each planned cut, nearest first, such that no piece gets too tall."""
    room = profile.max_height - (STRIP_PX if layout.cuts else 0)
    reach = round(SEARCHED_MM * layout.px_per_mm)
    rows: list[int] = []
    before = 0
    for number, cut in enumerate(layout.cuts, start=1):
        planned = round(cut * layout.px_per_mm)
        left = layout.picture_count - number
        lowest = max(planned - reach, strip.shape[0] - left * room, before + 1)
        highest = max(lowest, min(planned + reach, before + room, strip.shape[0] - 1))
        near = strip[lowest : highest + 1]
        brightness = near.reshape(near.shape[0], -1).sum(axis=1, dtype=np.int64)
        distance = np.abs(np.arange(lowest, highest + 1) - planned)
        before = lowest + int(np.lexsort((distance, -brightness))[0])
        rows.append(before)
    return rows


def _below_strip(rows: Bitmap, words: str) -> Bitmap:
    out = np.empty((rows.shape[0] + STRIP_PX, *rows.shape[1:]), dtype=np.uint8)
    out[STRIP_PX:] = rows
    out[:STRIP_PX] = 255
    label = _label(words)[:, : rows.shape[1]]
    left = (rows.shape[1] - label.shape[1]) // 2
    out[:STRIP_PX, left : left + label.shape[1]] = label if rows.ndim == 2 else label[:, :, None]
    return out


@lru_cache(maxsize=32)
def _label(words: str) -> Bitmap:
    label = Image.new("L", (60, STRIP_PX), "white")
    ImageDraw.Draw(label).text((30, STRIP_PX // 2), words, fill=90, font=ImageFont.load_default(20), anchor="mm")
    return np.asarray(label)


def _resized(image: Image.Image, factor: float) -> Image.Image:
    """Smaller, and gray by now: without colours it did not fit either."""
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.convert("L").resize(size, Image.Resampling.LANCZOS)


# --- encoding -------------------------------------------------------------------------------------------------------


def _encode(image: Image.Image, max_bytes: int) -> Part | None:
    """The best quality that fits; without its colours if need be; None if even that is too large."""
    jpeg = _jpeg(image, BEST_QUALITY, optimize=False)
    if len(jpeg) > max_bytes:  # a second look at the picture saves 7 % and costs as much as the first: only to fit
        jpeg = _jpeg(image, BEST_QUALITY, optimize=True)
    if len(jpeg) <= max_bytes:
        return _part(jpeg, image, BEST_QUALITY)
    found = _bisect(image, max_bytes)
    if found is None and image.mode != "L":
        image = image.convert("L")
        found = _bisect(image, max_bytes)
    return _part(found[0], image, found[1]) if found else None


def _bisect(image: Image.Image, max_bytes: int) -> tuple[bytes, int] | None:
    """The highest quality from 45 to 81 that fits, in at most six encodings."""
    best: tuple[bytes, int] | None = None
    low, high = WORST_QUALITY, BEST_QUALITY - 1
    while low <= high:
        quality = (low + high) // 2
        jpeg = _jpeg(image, quality, optimize=True)
        if len(jpeg) <= max_bytes:
            best, low = (jpeg, quality), quality + 1
        else:
            high = quality - 1
    return best


def _jpeg(image: Image.Image, quality: int, *, optimize: bool) -> bytes:
    """Baseline, 4:2:0, nothing but the picture: old handsets stumble over progressive files."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0", progressive=False, optimize=optimize)
    return out.getvalue()


def _part(jpeg: bytes, image: Image.Image, quality: int) -> Part:
    return Part(jpeg, image.width, image.height, image.mode != "L", quality)


# --- how a result comes out of the cage: the length of a JSON text, the text, the pictures one after another ---------


def pack(rendered: Rendered) -> bytes:
    """In the cage."""
    facts = {
        "parts": [[len(p.jpeg), p.width, p.height, p.is_colour, p.quality, p.qr] for p in rendered.parts],
        "read_back_key": rendered.read_back_key,
        "problems": rendered.problems,
        "px_per_mm": rendered.px_per_mm,
        "smallest_type_pt": rendered.smallest_type_pt,
        "renderer": rendered.renderer,
    }
    text = json.dumps(facts).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *(part.jpeg for part in rendered.parts)])


def unpack(packed: bytes) -> Rendered:
    """Outside."""
    (length,) = _LENGTH.unpack_from(packed)
    facts = json.loads(packed[_LENGTH.size : _LENGTH.size + length])
    at = _LENGTH.size + length
    parts: list[Part] = []
    for size, width, height, is_colour, quality, qr in facts.pop("parts"):
        parts.append(Part(packed[at : at + size], width, height, is_colour, quality, tuple(qr)))
        at += size
    return Rendered(
        parts=tuple(parts), problems=tuple(facts.pop("problems")), **facts
    )  # fmt: skip
