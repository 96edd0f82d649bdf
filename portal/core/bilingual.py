"""Content kept in Korean and, where somebody wrote it, in English as well: which of the two is read now."""

from portal.core.hangul import josa
from portal.core.languages import is_korean


def in_language(korean: str, english: str) -> str:
    """The English words if English is being read and there are any; else the Korean ones."""
    return korean if is_korean() or not english else english


def with_josa(word: str, pair: str) -> str:
    """A word and its particle where Korean is read; other languages have none."""
    return josa(word, pair) if is_korean() else word
