"""
"Stop texting me", in every tone of voice: which act of `stop_acts` a text performs, and on what.

Refusing the question's own noun (the notice, receiving by text) is an answer, unless standing words (앞으로, 다시는, 모든)
widen it; everything else that ends our sending is a stop.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from messaging.understanding import stop_acts as acts
from messaging.understanding.model import Question, Span
from messaging.understanding.normalising import Line
from messaging.understanding.slips import distance, letters
from portal.core.hangul import jamo

_ALONE_LONGEST = 14
_POST = re.compile(
    r"(?:우편|등기|종이|고지서지로|편지)(?:물|고지서|통지서|안내문|우편)?(?:은|는|을|를|으로|로|도)?(?:이제|더)?$"
)
_TEXTS_INSTEAD = re.compile(r"문자(?:메[시새]지)?(?:로(?!는|도)|면|는(?:괜찮|좋|계속))")
_BY_TEXT = re.compile(r"문자(?:메시지)?로(?:는|만)?(?:좀|절대)?$")
# a no to texts, which may be a no to this text or to all of them: an official decides
MAYBE = re.compile(
    r"(?:문자|메시지|수신)(?!로).{0,6}?(?:거[부절]|사절|안받|받지않|받기싫|싫|원하지|원치|필요없|안[함합할해])"
)
_OBJECT = re.compile(rf"(?:{acts.TEXT})(?!로|메)")  # 문자 보내지 마: any text, whatever it is about
_PESTERED = re.compile(r"귀찮|귀찬|성가|괴롭|못살|피곤|짜증|시끄|작작")
# what one slip of the finger may not hide, and how many letters (jamo) it may be away
_PHRASES = {
    acts.spelled_alike(phrase): tolerance
    for phrase, tolerance in (
        ("수신거부", 2),
        ("보내지마세요", 1),
        ("그만보내세요", 1),
        ("그만보내", 1),
        ("보내지마", 1),
        ("차단해주세요", 1),
        ("문자그만", 1),
    )
}
_PHRASE_SYLLABLES = frozenset("".join(_PHRASES))
_RULES: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    ("stop.words", (*acts.FORBIDDEN, *acts.ENDED)),
    ("stop.struck_off", acts.STRUCK),
    ("stop.unwanted", acts.UNWANTED),
    ("stop.threat", acts.THREATENED),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the text says stop, and whether it means this notice only."""

    at: Span
    rule: str
    is_this_only: bool


def find(tight: Line, words: Line, question: Question, *, wants_post: bool, calm: str) -> Stop | None:
    """The first place that says "no more texts", if any; `calm` is the tight text without name and courtesies."""
    text = acts.spelled_alike(tight.text)
    for rule, at in _acted(text):
        is_this_only = rule != "stop.threat" and _is_about_this(text, at, question, wants_post)
        return Stop(at, rule, is_this_only)
    if "문자" not in question.nouns and (found := acts.NO_TEXTS.search(text)):
        return Stop(found.span(), "stop.unwanted", is_this_only=False)
    if english := acts.ENGLISH.search(words.text):
        return Stop(_in_tight(words, english.span()), "stop.english", is_this_only=False)
    return _alone(tight.text, acts.spelled_alike(calm), question)


def _acted(text: str) -> Iterator[tuple[str, Span]]:
    for rule, patterns in _RULES:
        for pattern in patterns:
            for found in pattern.finditer(text):
                if _is_call(text, found.span()):
                    continue
                if not acts.TURNED.match(text, found.end()) and not _POST.search(text[: found.start()][-8:]):
                    yield rule, found.span()


def _is_call(text: str, at: Span) -> bool:
    """전화는 하지 마시고 문자로만 주세요: no calls, but texts."""
    act = text[at[0] : at[1]]
    return "전화" in act and "문자" not in act and _TEXTS_INSTEAD.search(text) is not None


def _alone(text: str, calm: str, question: Question) -> Stop | None:
    """Texts that are nothing but a stop: 그만, 차단이요, 저는 빼 주세요, 수신커부."""
    if len(calm) > _ALONE_LONGEST or "?" in calm:
        return None
    begin = max(acts.spelled_alike(text).find(calm), 0)
    if (alone := acts.ALONE.search(calm)) and not acts.TURNED.match(calm, alone.end()):
        return Stop((begin + alone.start(), begin + alone.end()), "stop.alone", is_this_only=False)
    if acts.ME_OUT.search(calm):
        return Stop((begin, begin + len(calm)), "stop.words", is_this_only=question.kind == "rsvp")
    if _is_slip(calm):
        return Stop((begin, begin + len(calm)), "stop.slip", is_this_only=False)
    return None


def _is_about_this(text: str, at: Span, question: Question, wants_post: bool) -> bool:
    if acts.STANDING.search(text):
        return False
    if _OBJECT.search(text, max(at[0] - 6, 0), at[1]):
        return False
    if _PESTERED.match(text, at[0]):
        return False
    if text.startswith("안보", at[0]) and question.kind == "consent":
        return True  # 안 보내셔도 됩니다: what was offered
    nouns = [noun for noun in question.nouns if noun not in question.stop_nouns and noun in text]
    return bool(nouns) or wants_post or _BY_TEXT.search(text[: at[0]]) is not None


def _in_tight(words: Line, at: Span) -> Span:
    begin = at[0] - words.text.count(" ", 0, at[0])
    return begin, begin + at[1] - at[0] - words.text.count(" ", *at)


def _is_slip(text: str) -> bool:
    """수신커부, 그마보내세요: near enough, as nothing else looks like it; what turns it round is heard."""
    if len(_PHRASE_SYLLABLES.intersection(text)) < 2:
        return False
    for phrase, tolerance in _PHRASES.items():
        for at in range(max(len(text) - len(phrase) + 1, 0)):
            same = sum(one == other for one, other in zip(text[at:], phrase, strict=False))
            if same < len(phrase) - tolerance:
                continue
            near = distance(jamo(text[at : at + len(phrase)]), letters(phrase)) <= tolerance
            if near and not acts.TURNED.match(text, at + len(phrase)):
                return True
    return False
