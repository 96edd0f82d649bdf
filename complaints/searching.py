"""
Finding words in sealed text: keyed hashes of its two-syllable pieces, and the exact look at the opened text.

The database sees numbers only. Two texts that share a piece share a number, and nobody without PII_INDEX_KEY can say
which piece it is; what that gives away nevertheless is in docs/decisions/0008-a-blind-index-of-two-syllables.md.
"""

import re
import unicodedata
from collections.abc import Iterable

from portal.core import sealing
from portal.core.errors import Refused

CONTEXT = "complaints_complaint.search_grams"
SYLLABLES = 2
MOST_TERMS = 8
_BETWEEN = re.compile(r"[\W_]+")
_HASH_BYTES = 4  # an int4 column: a wrong hit is one in four thousand million, and the opened text has the last word


class TooShort(Refused):
    """One syllable is in every second text."""

    sentence = "두 글자 이상 입력해 주세요."


def folded(text: str) -> str:
    """Only letters and digits, lower case: 가로 등, 가로등 and 가로·등 are the same word."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text).lower())


def terms_of(query: str) -> list[str]:
    """
    The words of a query, each of which must occur.

    :raises TooShort: if one of them is a single syllable, or there is none
    """
    terms = list(dict.fromkeys(filter(None, map(folded, query.split()))))[:MOST_TERMS]
    if not terms or any(len(term) < SYLLABLES for term in terms):
        raise TooShort
    return terms


def pieces_of(text: str) -> set[str]:
    """Every two neighbouring letters of a folded text."""
    return {text[place : place + SYLLABLES] for place in range(len(text) - 1)}


def grams_of(*texts: str) -> list[int]:
    """What the index keeps of some texts: sorted, so that neither the order nor the number of the pieces shows."""
    pieces = set().union(*(pieces_of(folded(text)) for text in texts))
    return sorted({_hashed(piece) for piece in pieces})


def grams_for(terms: Iterable[str]) -> list[int]:
    """What a row must hold if all the terms stand in it."""
    return sorted({_hashed(piece) for term in terms for piece in pieces_of(term)})


def stands_in(terms: Iterable[str], *texts: str) -> bool:
    """Whether each term stands in one of the opened texts."""
    opened = [folded(text) for text in texts]
    return all(any(term in text for text in opened) for term in terms)


def _hashed(piece: str) -> int:
    return int.from_bytes(sealing.blind(piece, context=CONTEXT)[:_HASH_BYTES], signed=True)
