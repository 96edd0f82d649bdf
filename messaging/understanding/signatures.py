"""Names that close a text without a word that says so: 그날 일이 있어 불참합니다 추말복. Told, never taken from the text."""

import re
from collections.abc import Sequence

from messaging.understanding import courtesy
from messaging.understanding.lexicon import LONG_SURNAMES, VERBAL, is_noun
from messaging.understanding.name_words import NameWord, is_explained, is_likely, is_name

_SENTENCE_ENDS = re.compile(
    "(?:[다더요유예오소쇼서라게네까죠쥬지니함음임해야여당용삼셈줘둬ㅋㅎㅠ]|동 ?의|참석|불참|거부|차단|중단|중지|그만|반대|찬성|[0-9])$"
)
_NOTHING_BEHIND = re.compile(r"[^0-9a-z가-힣]*$")
_SUBJECT = re.compile(r"(?<![가-힣])(?:본인|신청인|저|나)[ ,]{1,2}([가-힣]{2,5})[은는](?= )")
_INSTEAD = re.compile(r"(?:말고|말구|아니고|아니구|아니라)(?=[ ,.])")
_SAID_ON_ITS_OWN = re.compile(r"(?<![가-힣])([가-힣]{2,4}?)(?:이라|라) (?:하옵|하는|[캅캄]니|카는|카고|부르|불러)")
_BEHIND_NOUN = frozenset("중철무바반고이는은도라시때날")  # 여행중, 장마철
_VIETNAMESE = re.compile(
    r"(?<![가-힣])((?:응우옌|우옌|쩐|팜|호앙|부이|응오|즈엉)(?: [가-힣]{1,4}){1,3})[^0-9a-z가-힣]*$"
)
_GLUED = re.compile(
    r"(?:[주하]세요|주십시오|바랍니다|부탁해요|습니다|합니다|할게요|할께요|해요|이요|거부|동의)([가-힣]{3})$"
)


def signed(text: str, words: Sequence[NameWord]) -> str:
    """The name a text is signed with, or that stands where its subject does; "" if there is none."""
    if (subject := _SUBJECT.search(text)) and _is_given(subject[1]):
        return subject[1]
    if (said := _SAID_ON_ITS_OWN.search(text)) and _is_given(said[1]):
        return said[1]
    if foreign := _VIETNAMESE.search(text):
        return foreign[1].replace(" ", "")
    if not words:
        return ""
    last = words[-1]
    if not _NOTHING_BEHIND.match(text, last.at[1]):
        return ""
    before = text[: last.at[0]].rstrip(" \n.,!?~/()-:;♡")
    if _is_given(last.core) and not is_explained(last) and _SENTENCE_ENDS.search(before):
        return last.core
    glued = _GLUED.search(last.whole)
    return glued[1] if glued and _is_given(glued[1]) else ""


def instead(text: str) -> int:
    """Where the name begins that is meant instead of the one before it (갑수 말고 곡갑순), or 0."""
    return max((found.end() for found in _INSTEAD.finditer(text)), default=0)


def _is_given(core: str) -> bool:
    """Three syllables or a long surname: 이번 and 감사 are built like names of two."""
    is_long_enough = len(core) == 3 or (core.startswith(LONG_SURNAMES) and 3 <= len(core) <= 4)
    if not is_long_enough or not is_name(core) or not is_likely(core) or VERBAL.match(core):
        return False
    if is_noun(core[:2]) and core[-1] in _BEHIND_NOUN:
        return False
    return courtesy.KNOWN_WORDS.fullmatch(core) is None and courtesy.NOD.fullmatch(core) is None
