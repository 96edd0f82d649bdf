"""What exactly is approved, as lines and one hash over them: equal data give equal hashes. Pure."""

import hashlib
from collections.abc import Iterable

VERSION = "notices-manifest 2"
_BETWEEN = "\x1f"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", _BETWEEN: "\\u"})


def line(*parts: object) -> str:
    """One line; a part cannot pretend to be two."""
    return _BETWEEN.join(str(part).translate(_ESCAPED) for part in parts)


def digest(head: Iterable[str], people: Iterable[bytes] = ()) -> str:
    """The hash over the head and the people's lines, which come in pieces of any length."""
    total = hashlib.sha256(f"{VERSION}\n".encode())
    for one in head:
        total.update(one.encode() + b"\n")
    for piece in people:
        total.update(piece)
    return total.hexdigest()
