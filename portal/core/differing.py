"""What changed between two texts, word by word, for people to see at a glance. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "gone", "new"]
LONGEST = 4000  # beyond that the old and the new stand side by side whole


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of words that stayed, went or came."""

    kind: Kind
    text: str


def parts(old: str, new: str) -> Sequence[Part]:
    """The new text with what was taken out of the old one in its place."""
    if len(old) + len(new) > LONGEST:
        return [part for part in (Part("gone", old), Part("new", new)) if part.text]
    before, after = _words(old), _words(new)
    found: list[Part] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Part("same", "".join(before[i1:i2])))
            continue
        found += [
            part for part in (Part("gone", "".join(before[i1:i2])), Part("new", "".join(after[j1:j2]))) if part.text
        ]
    return found


def _words(text: str) -> list[str]:
    """Words with the space behind them."""
    return re.findall(r"\S+\s*|\s+", text)
