"""
Decodes one photo inside a cage: reads when and where it was taken, then makes clean pictures without metadata.

Runs in a child of `portal.core.cage` and imports no Django. Answer: length of the facts (4 bytes), facts in JSON,
view, thumbnail.
"""

import io
import json
import struct
import warnings
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from portal.core.errors import Refused

MOST_PIXELS = 60_000_000
VIEW_SIDE = 1600
THUMBNAIL_SIDE = 320
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
KST = ZoneInfo("Asia/Seoul")

_Facts = dict[str, Any]


class NotAPhoto(Refused):
    """The bytes do not decode to a picture."""

    sentence = "사진이 손상되어 열 수 없습니다. 다른 사진으로 다시 보내 주세요."


class TooManyPixels(Refused):
    """A bomb, or a poster."""

    sentence = "사진이 너무 커서 열 수 없습니다. 6천만 화소까지 보낼 수 있습니다."


def main(payload: bytes) -> bytes:
    """
    Decode, read, turn upright, shrink, and write again without anything that was hidden in the file.

    :raises NotAPhoto: if it is not one of FORMATS, or broken
    :raises TooManyPixels: above 60 million
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        return _decoded(payload)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooManyPixels from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error):
        raise NotAPhoto from None


def _decoded(payload: bytes) -> bytes:
    with Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        facts = _taken(image.getexif())
        image.draft("RGB", (VIEW_SIDE, VIEW_SIDE))  # a JPEG is decoded at the size we need
        image.thumbnail((VIEW_SIDE, VIEW_SIDE))
        upright = ImageOps.exif_transpose(image)  # pillow-heif has turned it already, JPEG has not
        view = _plain(upright)
    small = view.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    pictures = [_webp(view), _webp(small)]
    facts |= {"width": view.width, "height": view.height, "sizes": [len(one) for one in pictures]}
    head = json.dumps(facts).encode()
    return struct.pack(">I", len(head)) + head + b"".join(pictures)


def _plain(image: Image.Image) -> Image.Image:
    """Pixels only, on white: no profile, no EXIF, no comment travels along."""
    layered = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    plain = Image.new("RGB", layered.size, "white")
    plain.paste(layered, mask=layered if layered.mode == "RGBA" else None)
    return plain


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=3)
    return out.getvalue()


def _taken(exif: Image.Exif) -> _Facts:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    facts: _Facts = {"taken_at": None, "offset_known": False, "lat": None, "lon": None}
    original = details.get(ExifTags.Base.DateTimeOriginal)
    if original:
        facts |= _moment(str(original), str(details.get(ExifTags.Base.OffsetTimeOriginal) or ""))
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if position:
        facts |= _position(position)
    return facts


def _moment(original: str, offset: str) -> _Facts:
    """A camera without an offset is taken to be in Korea, and said to be guessing."""
    text = original.strip("\0 ")
    for value, known in ((text + offset.strip("\0 "), True), (text, False)):
        try:
            taken = datetime.strptime(value, "%Y:%m:%d %H:%M:%S%z" if known else "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        except ValueError:
            continue
        return {"taken_at": (taken if known else taken.replace(tzinfo=KST)).isoformat(), "offset_known": known}
    return {}


def _position(gps: dict[int, Any]) -> _Facts:
    """Degrees, if they are in Korea; (0, 0) and the rest of the world are a camera's mistake."""
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return {}
    if 33 <= lat <= 39.5 and 124 <= lon <= 132.5:
        return {"lat": round(lat, 6), "lon": round(lon, 6)}
    return {}


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if reference == negative else value
