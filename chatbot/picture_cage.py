"""
Writes the picture of an answer anew inside a cage: upright, small, and without anything that was hidden in the file.

Runs in a child of `portal.core.cage` and imports no Django. Answer: width and height (4 bytes each), and a JPEG.
"""

import io
import struct

from PIL import Image, ImageOps

from complaints.exif_cage import FORMATS, guarded

SIDE = 1000
QUALITY = 80


def main(payload: bytes) -> bytes:
    """Pixels only, on white."""
    with guarded(), Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        plain = Image.new("RGB", upright.size, "white")
        plain.paste(upright, mask=upright)
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return struct.pack(">II", *plain.size) + out.getvalue()
