"""
What a KakaoTalk skill may say at most. The counts are documented; the lengths were read off clients, and stand only
here.

A length counts code points, and two for an emoji, as Kakao's own counter does.
"""

import re

OUTPUTS = 3
QUICK_REPLIES = 10
BUTTONS = 3
LIST_ITEMS = 5
SIMPLE_TEXT = 1000
TEXT_CARD = 400  # title and description together
BASIC_CARD = 230
LABEL = 14
TITLE = 40
LIST_TITLE = 36
ALT_TEXT = 1000

_SENTENCE_END = re.compile(r"[.!?。…](?=\s|$)|\n")
_JOINS = ("\u200d", "\ufe0f", "\u20e3")
_MARK = " …"


def width(text: str) -> int:
    """How long a text is for Kakao."""
    return sum(2 if _is_emoji(letter) else 1 for letter in text)


def _is_emoji(letter: str) -> bool:
    return ord(letter) >= 0x1F000 or 0x2600 <= ord(letter) <= 0x27BF


def fits(text: str, most: int) -> bool:
    """Whether a text may be sent as it is."""
    return width(text) <= most


def cut(text: str, most: int) -> str:
    """
    The text, or as many of its sentences as fit and an ellipsis; a first sentence that is too long ends at a word.

    Never within a letter that is made of several code points.
    """
    if fits(text, most):
        return text
    head = text[: _index_at(text, most - len(_MARK))]
    ends = [found.end() for found in _SENTENCE_END.finditer(head)]
    if ends and ends[-1] >= len(head) // 3:
        return head[: ends[-1]].rstrip() + _MARK
    words = head.rsplit(None, 1)[0] if len(head.split()) > 1 else head
    return words.rstrip() + _MARK


def label(text: str, most: int = LABEL) -> str:
    """A short name, its end cut off with an ellipsis if it must be."""
    if fits(text, most):
        return text
    return text[: _index_at(text, most - 1)].rstrip() + "…"


def _index_at(text: str, most: int) -> int:
    """How many code points of a text fit, without tearing a letter apart."""
    total = 0
    for index, letter in enumerate(text):
        total += 2 if _is_emoji(letter) else 1
        if total > most:
            while index and (text[index] in _JOINS or text[index - 1] == "\u200d"):
                index -= 1
            return index
    return len(text)
