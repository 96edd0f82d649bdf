"""
Decodes one photo inside a cage: reads when and where it was taken, then makes clean pictures without metadata.

Runs in a child of `portal.core.cage` and imports no Django. Answer: length of the facts (4 bytes), facts in JSON,
view, thumbnail.
"""

import io
import json
import struct

from PIL import Image, ImageOps

from complaints.exif_cage import FORMATS, facts_of, guarded

VIEW_SIDE = 1600
THUMBNAIL_SIDE = 320


def main(payload: bytes) -> bytes:
    """Decode, read, turn upright, shrink, and write again without anything that was hidden in the file."""
    with guarded():
        return _decoded(payload)


def _decoded(payload: bytes) -> bytes:
    with Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        facts = facts_of(image.getexif())
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
