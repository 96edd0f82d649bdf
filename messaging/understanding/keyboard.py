"""Words typed with the keyboard in the wrong language: ehddml is 동의, ㅛㄷㄴ is yes."""

import re

from portal.core.hangul import from_english_keyboard

_ENGLISH = re.compile(r"[A-Za-z]{2,40}")
_HAS_ENGLISH = re.compile(r"(?<!\S)[A-Za-z]{2,40}(?!\S)")
_JAMO_TYPED = {"ㅛㄷㄴ": "yes", "ㅐㅏ": "ok", "ㅜㅐ": "no", "ㅐㅏ묘": "okay", "ㄴ새ㅔ": "stop"}


def retyped(raw: str) -> str:
    """The text with the other layout, or '' unless every word of letters makes sense as typed on it."""
    text = raw.strip()
    if text in _JAMO_TYPED:
        return _JAMO_TYPED[text]
    if not _HAS_ENGLISH.search(text):
        return ""
    words = text.split()
    out: list[str] = []
    for word in words:
        typed = from_english_keyboard(word) if _ENGLISH.fullmatch(word) else None
        if typed is None and (word[0].isalpha() or len(word) > 20):
            return ""
        out.append(typed or word)
    return " ".join(out)
