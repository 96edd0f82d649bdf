"""Whether somebody says the same thing again: compared by content and place, in values, without the database."""

import re
import unicodedata
from dataclasses import dataclass

from complaints.geography import Point, distance_m

LEAST_FILINGS = 3  # 민원 처리에 관한 법률 §23: the same content three times or more …
LEAST_NOTICES = 2  # … after the result was told twice or more
SAME_PLACE_M = 100
LEAST_LETTERS = 8  # below its first line, for a text with another headline to count as the same
_NOT_WORDS = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about which place, and the hashes of the photos that came with it."""

    text: str
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    photos: frozenset[bytes] = frozenset()


def is_repeated(later: Said, earlier: Said) -> bool:
    """
    Whether the later one brings nothing new: the same words about the same place, and no new photo.

    The first line may differ, it is what people take for the title. Anything else that was added is a new fact.
    """
    return _same_words(later.text, earlier.text) and _same_place(later, earlier) and later.photos <= earlier.photos


def _same_words(later: str, earlier: str) -> bool:
    return bool(_readings(later) & _readings(earlier))


def _readings(text: str) -> set[str]:
    """The whole, and what stands below the headline if that is a text by itself."""
    below = normalised(_below_headline(text))
    return {normalised(text), below if len(below) >= LEAST_LETTERS else ""} - {""}


def normalised(text: str) -> str:
    """Letters and digits only: how something is spaced and punctuated says nothing new."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _below_headline(text: str) -> str:
    return text.strip().partition("\n")[2]


def _same_place(one: Said, other: Said) -> bool:
    if one.lat is not None and one.lon is not None and other.lat is not None and other.lon is not None:
        return distance_m(Point(one.lat, one.lon), Point(other.lat, other.lon)) <= SAME_PLACE_M
    return normalised(one.address) == normalised(other.address)
