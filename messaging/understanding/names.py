"""Names as people give them: 홍길동입니다, 김 철 수, 남궁옥분, 이름: 마리아 산토스, NGUYEN THI LAN, 김영잡니다."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messaging.understanding import courtesy
from messaging.understanding.doubts import DOUBTS
from messaging.understanding.lexicon import (
    GIVEN,
    INFLECTED,
    LONG_SURNAMES,
    RARE_SURNAMES,
    ROLE,
    SURNAMES,
    VERBAL,
    is_compound,
    is_noun,
    is_noun_or_name,
)
from messaging.understanding.model import Span
from messaging.understanding.normalising import Normal
from portal.core.hangul import is_syllable, letters_of, syllable_of

_COPULA = re.compile(
    "(?:이?라고(?:합니다|해요|하는데요?|하고요?|합니더)?|이?라합니다|[입임]니[다더댜당]|이?올시다|이올습니다|"
    "이?에[요여유]|이?예[요여]|이여[유요]?|이유|여유|이요|"
    "이?라[예유]|이?라우|이?랑께|이구만유?|이구[요여]?|구[요여]|이고[요여]?|고요|이며|이지요|이죠|이다|이오|"
    "인데[요유예]?|이?니더|[임입]더|이시더|드림|"
    r"올림|배상|드려요|씨|님|[요유여임]|본인|이란사람[가-힣]{0,4})"
)
_NEXT_FIELD = re.compile(r"생년월일|생년|생일|주민번호|전화번호")
_AFTER_NOT = frozenset("해지고음함네나래가할갈임요")
_PARTICLE = re.compile(r"(?:은|는|이|가|도|의|께서|이가)$")
_VERB_ENDS = frozenset("세네죠까데거여와려어해예에")  # 주세요, 하네요: no names
_VERB_STEMS = frozenset("하한함할합해허혀안못몬")  # behind a label these go on with the verb: 동의하시오
_NEXT_FIELD = re.compile(r"생년월일|생년|생일|주민번호|전화번호")
_AFTER_NOT = frozenset("해지고음함네나래가할갈임요")
_PARTICLE = re.compile(r"(?:은|는|이|가|도|의|께서|이가)$")
_LEAD = re.compile(
    "^(?:안녕하세요|수고하세요|저는요?|나는|내는|제 ?이름은|내 ?이름은|이름은|성명은|성함은|이름|성명|성함|본인은|"
    "본인|신청인|민원인|수신자|대상자|일번|[0-9]번(?:은|요|이요)?|번|"
    "여기는|네네?|예|넵)(?=[가-힣]{2})"
)
_FIELD = re.compile(
    r"(?:이름|성명|성함|본인 ?이름|신청인|(?<![a-z])(?:my )?name(?: is)?)(?:은|는|이|요)?\s?[:=/.,\-(\[]{0,2}\s?"
)
_BETWEEN = re.compile(
    "[^0-9a-z가-힣]*(?:(?:생년월일|생년|생일|주민등록번호|주민번호|출생|나이|음력|양력|음|양|남자|여자|남|여|생|은|"
    "는|씨|님|인|"
    "본인|번호|일생|년생|입니[다더]|이?에[요여]|이?예[요여]|이여|이요|요|이라고|이고요?|이구요?|"
    "이며)[^0-9a-z가-힣]*){0,3}"
)
_RUN = re.compile(r"[가-힣]+")
_LATIN = re.compile(r"(?<![a-z])[a-z]+(?:[ .,'’-]{1,2}[a-z]+){0,4}(?![a-z])")
_ENGLISH = (
    "yes no ok okay stop my name is am i im birth date of born dob hello hi agree consent mr ms mrs and the thank "
    "thanks you please sms web o x n y me male female m f"
)
_LATIN_WORDS = frozenset(_ENGLISH.split())


@dataclass(frozen=True, slots=True)
class _Word:
    """A run of Hangul in the text, without what is glued to it."""

    core: str
    at: Span
    whole: str
    has_copula: bool


def find(
    normal: Normal, births: Sequence[Span], *, roster: str, labels: Sequence[str], is_asked: bool
) -> tuple[str, Span | None]:
    """
    A name and where it stands.

    `normal` has the births blanked; `roster` is who was asked, `labels` are answers that may stick to a name,
    `is_asked` says that nothing but a name and a birth was asked for.
    """
    text = normal.text
    if roster and (known := re.search(r"\s{0,2}".join(map(re.escape, roster.replace(" ", "").lower())), text)):
        return roster.replace(" ", ""), known.span()
    words = [_peeled(found, labels, births) for found in _RUN.finditer(text)]
    words = [word for word in words if not any(label in word.core for label in labels)]
    field = _FIELD.search(text)
    if field and (named := _from_field(normal, field.end(), words, births)):
        return named
    if found := _first(text, words, births, is_asked):
        return found[0], _with_saying(text, found[1])
    return _foreign(normal, words, births, is_asked=is_asked)


_SAYING = re.compile(r"\s?(?:합니다|합니더|해[요유여]|하는데요?|하고요?|하구요?|하며|불러요)")


def _with_saying(text: str, at: Span) -> Span:
    """홍길동이라고 합니다: what is said of a name is no hearsay."""
    saying = _SAYING.match(text, at[1]) if text[at[1] - 2 : at[1]] == "라고" else None
    return (at[0], saying.end()) if saying else at


def _first(text: str, words: Sequence[_Word], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    for look in (_beside, _with_copula, _spelled, _alone):
        if named := look(text, words, births, is_asked):
            return named
    return None


def _peeled(found: re.Match[str], labels: Sequence[str], births: Sequence[Span]) -> _Word:
    """홍길동동의합니다 → 홍길동; 저는홍길동입니다 → 홍길동, said with a copula."""
    whole, start = found[0], found.start()
    core = whole
    is_before_birth = any(begin == found.end() for begin, _ in births)
    lead = _LEAD.match(core)
    if lead and not (len(core) == 3 and _is_likely(core)):
        core, start = core[lead.end() :], start + lead.end()
    if field := _NEXT_FIELD.search(core, 2):
        core = core[: field.start()]
    for label in labels:
        behind = core[len(label) :]
        if core.startswith(label) and is_name(behind) and (behind[0] not in _VERB_STEMS or is_before_birth):
            core, start = behind, start + len(label)
        elif (at := core.find(label)) >= 2 and is_name(core[:at]):
            core = core[:at]
    bare = _without_copula(core) or _contracted(core)
    if bare:
        return _Word(bare, (start, start + len(core)), whole, has_copula=True)
    if not is_name(core) and (short := _PARTICLE.sub("", core)) != core and is_name(short) and _is_likely(short):
        core = short
    return _Word(core, (start, start + len(core)), whole, has_copula=False)


def _without_copula(core: str) -> str:
    """홍길동입니다 → 홍길동. Most names have three syllables: 여진구요 is 여진구 + 요, not 여진 + 구요."""
    for size in (3, 4, 2, 5):
        head, tail = core[:size], core[size:]
        if not tail or not _COPULA.fullmatch(tail) or not is_name(head):
            continue
        if head[-1] == "하" and tail[0] in "여였":
            continue
        is_verb = tail == "요" and (head[-1] in _VERB_ENDS or (size > 3 and not head.startswith(LONG_SURNAMES)))
        if not is_verb and (size != 3 or _is_likely(head)):
            return head
    return ""


def _contracted(core: str) -> str:
    """김영잡니다 → 김영자: 입니다 said short after a vowel."""
    for endings, wanted in ((("니다", "니더"), "ㅂ"), (("데요", "데유", "데예"), "ㄴ")):
        if core.endswith(endings) and 5 <= len(core) <= 6 and core[-3] not in "입합습십인한":
            initial, medial, final = letters_of(core[-3])
            bare = core[:-3] + syllable_of(initial, medial)
            if final == wanted and is_name(bare) and _is_likely(bare):
                return bare
    return ""


def is_name(word: str) -> bool:
    """Whether a word is built like a Korean name: a surname and one to three syllables, and no everyday word."""
    if not 2 <= len(word) <= 5 or not all(map(is_syllable, word)) or _COPULA.fullmatch(word) or "동의" in word:
        return False
    if VERBAL.match(word) or is_noun(word) or INFLECTED.search(word) or ROLE.search(word):
        return False
    if word.startswith(LONG_SURNAMES) and 3 <= len(word) <= 5:
        return True
    return len(word) <= 4 and word[0] in SURNAMES


def _is_likely(word: str) -> bool:
    """Whether every syllable behind the surname is one that people are given, and the whole no compound word."""
    if is_compound(word) or word[0] in RARE_SURNAMES:
        return False
    given = word[2:] if word.startswith(LONG_SURNAMES) and len(word) > 2 else word[1:]
    return set(given) <= GIVEN


_GOING_ON = frozenset(["", *"중하해할한함됨되이을를은는도만요임좀"])  # 고민중, but 고민정
_CUES = frozenset({"question", "condition", "later", "sarcasm", "whether", "contrast"})


def _is_explained(word: _Word) -> bool:
    """A greeting, a nod, a polite word or a doubt is no name."""
    if courtesy.KNOWN_WORDS.fullmatch(word.whole) or courtesy.NOD.fullmatch(word.whole):
        return True
    return any(
        found and (found.end() != 2 or word.whole[2:3] in _GOING_ON)
        for name, pattern in DOUBTS
        if name in _CUES and (found := pattern.match(word.whole))
    )


def _joined(words: Sequence[_Word], text: str) -> Iterator[_Word]:
    """Every word, and every surname with the syllables set apart from it: 김 철 수, 남궁 민수."""
    for index, word in enumerate(words):
        yield word
        if not (word.whole in SURNAMES or word.whole in LONG_SURNAMES):
            continue
        core, end = word.whole, word.at[1]
        for following in words[index + 1 : index + 4]:
            if text[end : following.at[0]] != " " or len(core) + len(following.core) > 5 or _is_everyday(following):
                break
            if core == "안" and following.core[-1] in _AFTER_NOT:
                break  # 안 원해: no An Wonhae
            if len(following.core) == 3 and is_name(following.core) and _is_likely(following.core):
                break  # 전 백두산인데요: 전 is 저는
            core, end = core + following.core, following.at[1]
            yield _Word(core, (word.at[0], end), core, following.has_copula)


def _is_everyday(word: _Word) -> bool:
    return VERBAL.match(word.whole) is not None or is_noun(word.whole)


def _beside(text: str, words: Sequence[_Word], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """A name with nothing but punctuation between it and a birth."""
    best: tuple[int, str, Span] | None = None
    for word in _joined(words, text):
        if not (is_name(word.core) or is_noun_or_name(word.core)) or not _is_near(word.at, births, text):
            continue
        rank = len(word.core) + (4 if _is_likely(word.core) else 0) - (3 if _is_explained(word) else 0)
        if rank > (-1 if is_asked else 2) and (best is None or rank > best[0]):
            best = rank, word.core, word.at
    return best[1:] if best else None


def _is_near(at: Span, births: Sequence[Span], text: str) -> bool:
    for begin, end in births:
        between = text[at[1] : begin] if at[1] <= begin else text[end : at[0]]
        if len(between) < 24 and _BETWEEN.fullmatch(between):
            return True
    return False


def _with_copula(text: str, words: Sequence[_Word], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    for word in _joined(words, text):
        is_whole = len(word.core) >= 3 or is_asked or bool(births)
        if word.has_copula and is_whole and is_name(word.core) and _is_likely(word.core) and not _is_explained(word):
            return word.core, word.at
    return None


def _spelled(text: str, words: Sequence[_Word], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """김 철 수: three syllables set apart."""
    for found in re.finditer(r"(?<![가-힣])[가-힣] [가-힣] [가-힣](?![가-힣])", text):
        joined = found[0].replace(" ", "")
        if is_name(joined) and _is_likely(joined) and not courtesy.KNOWN_WORDS.fullmatch(joined):
            return joined, found.span()
    return None


def _alone(text: str, words: Sequence[_Word], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """A name by itself, where every other word is understood: 동의 이순신."""
    unexplained = [
        word for word in words if not (courtesy.ONLY_FILLER.fullmatch(word.whole) or courtesy.NOD.fullmatch(word.whole))
    ]
    for word in _joined(words, text):
        size = len(word.core)
        if not (is_name(word.core) and _is_likely(word.core)) or _is_explained(word):
            continue
        others = [one for one in unexplained if not (word.at[0] <= one.at[0] < word.at[1]) and not is_answer_word(one)]
        is_apart = size == 3 and text[: word.at[0]].rstrip(" ")[-1:] in (":", "/")
        if is_apart or ((size in (3, 4) or is_asked or births) and not others):
            return word.core, word.at
    return None


_ANSWER = re.compile(r"^(?:미|부|비|불)?(?:동의|참석|불참|찬성|반대|참가|참여|확인)|^(?:일|이)?번|^안|^못")


def is_answer_word(word: _Word) -> bool:
    """A word that answers, beside which a name may stand."""
    return _ANSWER.match(word.whole) is not None


def _from_field(normal: Normal, start: int, words: Sequence[_Word], births: Sequence[Span]) -> tuple[str, Span] | None:
    """이름: … up to the next field, number or line."""
    text = normal.text
    stop = min([begin for begin, _ in births if begin >= start] or [len(text)])
    behind = [word for word in words if start <= word.at[0] < stop and word.at[0] - start < 24]
    joined = [word for word in _joined(behind, text) if is_name(word.core) and word.at[0] - start < 4]
    if joined and not _is_first_of_several(joined[0], behind, text):
        best = max(joined, key=lambda word: (_is_likely(word.core), len(word.core)))
        return best.core, best.at
    taken: list[_Word] = []
    for word in behind[:4]:
        if not _may_be_foreign(word) or len(word.core) < 2 or (taken and text[taken[-1].at[1] : word.at[0]].strip(" ")):
            break
        taken.append(word)
    if taken:
        return "".join(word.core for word in taken), (taken[0].at[0], taken[-1].at[1])
    latin = _LATIN.search(text, start, min(stop, start + 40))
    return _latin(normal, latin) if latin else None


def _is_first_of_several(word: _Word, behind: Sequence[_Word], text: str) -> bool:
    """마리아 산토스: a word built like a Korean name, with another right behind it that is none."""
    after = [one for one in behind if one.at[0] >= word.at[1]][:1]
    return (
        bool(after) and text[word.at[1] : after[0].at[0]] == " " and _may_be_foreign(after[0]) and not word.has_copula
    )


def _foreign(
    normal: Normal, words: Sequence[_Word], births: Sequence[Span], *, is_asked: bool
) -> tuple[str, Span | None]:
    """Names without a Korean surname, only beside a birth date: 응우옌티흐엉 930411, LI WEI 1985.10.03."""
    text = normal.text
    if not births and not is_asked:
        return "", None
    for found in _LATIN.finditer(text):
        is_enough = " " in found[0] or _is_near(found.span(), births, text)
        if is_enough and (named := _latin(normal, found)):
            return named
    for index, word in enumerate(words):
        if not _is_near(word.at, births, text) or not _may_be_foreign(word):
            continue
        if is_name(word.core) and _is_likely(word.core):
            return word.core, word.at
        first = index
        while first and text[words[first - 1].at[1] : word.at[0]] == " " and _may_be_foreign(words[first - 1]):
            first -= 1
        if 2 <= len(word.core) <= 8 and not _SENTENCE_END.search(word.core):
            return "".join(one.core for one in words[first : index + 1]), (words[first].at[0], word.at[1])
    return "", None


_SENTENCE_END = re.compile(
    r"(?:[니이][다더]|습니|데이|[가-힣]요|는데|니까|지만|라고|다고|에서|에게|까지|부터|하고|[했었겠았냈렸났됐]어)$"
)


def _may_be_foreign(word: _Word) -> bool:
    if VERBAL.match(word.core) or is_noun(word.core) or is_answer_word(word) or _is_explained(word):
        return False
    return not any(pattern.search(word.whole) for _, pattern in DOUBTS)


def _latin(normal: Normal, found: re.Match[str]) -> tuple[str, Span] | None:
    """The words as the citizen capitalised them, without yes, my name is and the like."""
    words = list(re.finditer(r"[a-z]+", found[0]))
    while words and words[0][0] in _LATIN_WORDS:
        words.pop(0)
    while words and words[-1][0] in _LATIN_WORDS:
        words.pop()
    if not words or (len(words) == 1 and len(words[0][0]) < 3):
        return None
    at = (found.start() + words[0].start(), found.start() + words[-1].end())
    begin, end = normal.raw_span(at)
    return " ".join(normal.raw[begin:end].split()), at
