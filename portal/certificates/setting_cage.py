"""In the cage: one sheet set by typst from data.json, and the pages of a copy bound behind it."""

import json
from pathlib import Path

import pikepdf
import typst

from portal.core.cage import given_file

ROOM = Path(__file__).resolve().parent
FONTS = ROOM.parent / "core" / "fonts"
SOURCE = ROOM / "reference" / "certificate.typ"
MADE = "made.pdf"


def main(payload: bytes) -> bytes:
    """Write `made.pdf`; the answer says how many pages it has."""
    wanted = json.loads(payload)
    Path("certificate.typ").write_bytes(SOURCE.read_bytes())
    Path("data.json").write_bytes(payload)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler("certificate.typ", root=".", font_paths=fonts, ignore_system_fonts=True)
    if not wanted["has_copy"]:
        compiler.compile(output=MADE, timestamp=0)
        return b"{}"
    compiler.compile(output="sheet.pdf", timestamp=0)
    return json.dumps({"pages": _bound()}).encode()


def _bound() -> int:
    with pikepdf.open("sheet.pdf") as whole, pikepdf.open(given_file(0)) as copy:
        whole.pages.extend(copy.pages)
        whole.save(MADE, deterministic_id=True)
        return len(whole.pages)
