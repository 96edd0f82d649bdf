"""Numbers that people read off a document: 80 bits as 16 letters of Crockford's alphabet. They tell nobody's name."""

import re

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011")
CODE_LETTERS = 16
CODE_BYTES = 10


def spelled(secret: bytes) -> str:
    """The first ten bytes as 16 letters."""
    number = int.from_bytes(secret[:CODE_BYTES], "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(75, -1, -5))


def grouped(code: str) -> str:
    """In groups of four, as people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normal_code(text: str) -> str:
    """A code as people type it (`abcd-efgh-…`, O for 0, I and L for 1), or '' if it can be none."""
    plain = re.sub(r"[\s\-]", "", text.upper()).translate(_ALIKE)
    return plain if len(plain) == CODE_LETTERS and set(plain) <= set(_CROCKFORD) else ""
