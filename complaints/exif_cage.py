"""
Reads when and where a photo was taken, inside a cage and without decoding its pixels.

Runs in a child of `portal.core.cage` and imports no Django. Answer: the facts in JSON.
"""

import io
import json
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from complaints.geography import is_in_korea
from portal.core.errors import Refused

MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
KST = ZoneInfo("Asia/Seoul")

Facts = dict[str, Any]


class NotAPhoto(Refused):
    """The bytes do not decode to a picture."""

    sentence = "사진이 손상되어 열 수 없습니다. 다른 사진으로 다시 보내 주세요."


class TooManyPixels(Refused):
    """A bomb, or a poster."""

    sentence = "사진이 너무 커서 열 수 없습니다. 6천만 화소까지 보낼 수 있습니다."


@contextmanager
def guarded() -> Iterator[None]:
    """
    Decode within our limits and fail in our words.

    :raises NotAPhoto: if it is not one of FORMATS, or broken
    :raises TooManyPixels: above 60 million
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooManyPixels from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error):
        raise NotAPhoto from None


def main(payload: bytes) -> bytes:
    """Open the file as far as its header goes."""
    with guarded(), Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        return json.dumps(facts_of(image.getexif())).encode()


def facts_of(exif: Image.Exif) -> Facts:
    """When and where the camera says it was; what cannot be is left out, and said so."""
    details = exif.get_ifd(ExifTags.IFD.Exif)
    facts: Facts = {"taken_at": None, "offset_known": False, "lat": None, "lon": None, "is_elsewhere": False}
    original = details.get(ExifTags.Base.DateTimeOriginal)
    if original:
        facts |= _moment(str(original), str(details.get(ExifTags.Base.OffsetTimeOriginal) or ""))
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if position:
        facts |= _position(position)
    return facts


def _moment(original: str, offset: str) -> Facts:
    """A camera without an offset is taken to be in Korea, and said to be guessing."""
    text = original.strip("\0 ")
    for value, known in ((text + offset.strip("\0 "), True), (text, False)):
        try:
            taken = datetime.strptime(value, "%Y:%m:%d %H:%M:%S%z" if known else "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        except ValueError:
            continue
        return {"taken_at": (taken if known else taken.replace(tzinfo=KST)).isoformat(), "offset_known": known}
    return {}


def _position(gps: dict[int, Any]) -> Facts:
    """Degrees, if they are in Korea; (0, 0) and the rest of the world are a camera's mistake."""
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return {}
    if is_in_korea(lat, lon):
        return {"lat": round(lat, 6), "lon": round(lon, 6)}
    return {"is_elsewhere": True}


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if reference == negative else value
