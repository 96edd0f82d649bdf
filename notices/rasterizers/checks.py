"""System checks: a poppler that cannot write Korean prints empty notices, and not every system limits memory."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's word

SECONDS = 20
_INK_DARKER_THAN = 128


@register
def check_poppler(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Errors if pdftoppm is there but cannot draw a Korean letter that is not embedded."""
    fault = poppler_fault()
    return [Error(fault, id="notices.E001")] if fault else []


@register
def check_walls(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """A warning where the kernel keeps no memory limit: macOS, which is for trying out."""
    if sys.platform == "darwin":
        return [
            Warning("이 운영체제에서는 올린 파일을 푸는 프로세스의 메모리를 제한할 수 없습니다.", id="notices.W001")
        ]
    return []


def poppler_fault(program: str = "pdftoppm") -> str:
    """What the installed poppler lacks, in a Korean sentence; '' if nothing, or if there is no poppler."""
    found = shutil.which(program)
    if not found:
        return ""
    with tempfile.TemporaryDirectory(prefix="poppler-") as folder:
        probe = Path(folder) / "probe.pdf"
        probe.write_bytes(_probe_pdf())
        command = [found, "-r", "36", "-gray", "-singlefile", str(probe), str(probe.with_suffix(""))]
        run = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        picture = probe.with_suffix(".pgm")
        if b"Missing language pack" in run.stderr:
            return "poppler가 한글을 그리지 못합니다. poppler-data를 설치하세요 (apt-get install poppler-data)."
        if b"Couldn't find a font" in run.stderr or not picture.is_file() or not _has_ink(picture.read_bytes()):
            return "poppler가 쓸 한글 글꼴이 없습니다. 한글 글꼴을 설치하세요 (apt-get install fonts-nanum)."
    return ""


def _has_ink(pgm: bytes) -> bool:
    """Whether any point of a binary PGM is dark."""
    head = re.match(rb"P5\s+\d+\s+\d+\s+\d+\s", pgm)
    return bool(head) and any(point < _INK_DARKER_THAN for point in pgm[head.end() :]) if head else False


def _probe_pdf() -> bytes:
    """One square page with 한 in a Korean font that is not embedded, in the encoding of Korean Windows."""
    text = b"BT /F 60 Tf 10 20 Td <c7d1> Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 90]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type0/BaseFont/HYGothic-Medium/Encoding/KSCms-UHC-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HYGothic-Medium/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>>>",
        b"<</Type/FontDescriptor/FontName/HYGothic-Medium/Flags 6/FontBBox[0 -150 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -150/CapHeight 880/StemV 80>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
