"""A 유통증명서 as this relay makes it: one page of PDF, written by hand, in plain Latin letters."""

from collections.abc import Mapping
from typing import Protocol


class Proven(Protocol):
    """What a certificate is about."""

    ref: str
    sha256: str
    moments: dict[str, str]


def certificate(one: Proven) -> bytes:
    """The page as a PDF."""
    return _pdf(
        ["CERTIFICATE OF DELIVERY (TEST)", f"Reference {one.ref}", f"SHA-256 {one.sha256}", *_when(one.moments)]
    )


def _when(moments: Mapping[str, str]) -> list[str]:
    return [f"{name.capitalize()} {at}" for name, at in sorted(moments.items(), key=lambda pair: pair[1])]


def _pdf(lines: list[str]) -> bytes:
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 10 Tf 14 TL 56 770 Td {shown} ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
