"""Words of a text as parts of a name: what is glued to them (입니다, 씨, 는), and whether they can be one at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from messaging.understanding import courtesy
from messaging.understanding.doubts import DOUBTS
from messaging.understanding.lexicon import (
    FORM,
    GIVEN,
    INFLECTED,
    LONG_SURNAMES,
    RARE_SURNAMES,
    ROLE,
    SURNAMES,
    VERBAL,
    is_compound,
    is_noun,
)
from messaging.understanding.model import Span
from portal.core.hangul import is_syllable, letters_of, syllable_of

# 입니다 in its many voices, and what follows a name on a letter
_COPULA = re.compile(
    "(?:이?라고(?:합니다|해요|하는데요?|하고요?|합니더|해유|불러요)?|이?라(?:합니다|캅니더|카는)|[입임]니[다더댜당]|"
    "임[다더당돠]|입다|이?올시다|이?올습니다|"
    "이?외다|이?에[요여유욤]|이?예[요여유욤]|이여[유요라]?|이?여라|이?어[라유]|이?어라우|이유|여유|이요|이?라[예유]|"
    "이?라우|이?라오|이?래[요유]|이?당?랑께|"
    "이?당께|이구만유?|이?구먼유?|이?구마|이?구[요여유]|이?고|이구|이[고구][요여유]?|고[요여유]|이며|이?지[요유예]|이?죠|이?쥬|"
    "이?다|"
    "이?[고구]예|이?[고구]유|이라|이오|이우|이?우다|이?쿠다|이?마씀|이?마씸|"
    "인데[요유예]?|인디[요유]?|이?니더|[임입]더|이시더|이?라는(?:사람[가-힣]{0,4})?|이란(?:사람[가-힣]{0,4})?|드림|"
    "올림|배상|드려요|씀|씨[는가도의]?|님[은이도]?|[요유여임]|본인)"
)
ON_BEHALF = dict(DOUBTS)["on_behalf"]
PRESENTED = re.compile(r"(?:이?라고|이?라는|이?란|이?라카|올시다|드림|올림|배상)")  # plainly said of a name
_APART = re.compile(
    "(?:씨|님|어르신|할머니|할아버지|드림|올림|배상|씀|[입임]니[다더댜당]|이에요|예요|이라고|라고|이라는|이라예|"
    "이여유?|이요|"
    "본인|맞(?:습니[다더]|아요|음|심더|어요))(?:[가-힣]{0,3})"
)  # said behind a name with a blank: 용다혜 드림
_NEXT_FIELD = re.compile(r"생년월일|생년|생일|주민번호|전화번호")
_AFTER_NOT = frozenset("해지고음함네나래가할갈임요")
_PARTICLE = re.compile(r"(?:은|는|이|가|도|의|께서|이가)$")
_TRAILING = frozenset("이가은는도의님씨랑임")  # 김옥출이: the fourth syllable is none of the name
_VERB_ENDS = frozenset("세네죠까데거여와려어해예에")  # 주세요, 하네요: no names
_VERB_STEMS = frozenset("하한함할합해허혀안못몬")  # behind a label these go on with the verb: 동의하시오
_SLANG_ENDS = frozenset("용염욤임함요")
_VERB_OF_LABEL = re.compile(
    r"(?:합니[다더]|함니다|하겠습니다|할게요|할께요|해요|하고|해유|함|이요|요|입니다|임)?(?=[가-힣]{2,4}$)"
)
_LEAD = re.compile(
    "^(?:안녕하세요|수고하세요|저는요?|나는|내는|제 ?이름은|내 ?이름은|이름은|성명은|성함은|이름|성명|성함|본인은|"
    "본인|신청인|민원인|수신자|대상자|일번|[0-9]번(?:은|요|이요)?|번|"
    "여기는|네네?|예|넵)(?=[가-힣]{2})"
)


@dataclass(frozen=True, slots=True)
class NameWord:
    """A run of Hangul in the text, without what is glued to it."""

    core: str
    at: Span
    whole: str
    has_copula: bool


def peeled(found: re.Match[str], labels: Sequence[str], births: Sequence[Span]) -> NameWord:
    """홍길동동의합니다 → 홍길동; 저는홍길동입니다 → 홍길동, said with a copula."""
    whole, start = found[0], found.start()
    core = whole
    is_before_birth = any(begin == found.end() for begin, _ in births)
    lead = _LEAD.match(core)
    if lead and not (len(core) == 3 and is_likely(core)):
        core, start = core[lead.end() :], start + lead.end()
    if field := _NEXT_FIELD.search(core, 2):
        core = core[: field.start()]
    core, start = _without_labels(core, start, labels, is_before_birth=is_before_birth)
    bare = _without_copula(core) or _contracted(core)
    if bare:
        return NameWord(bare, (start, start + len(core)), whole, has_copula=True)
    place = (start, start + len(core))
    if not is_name(core) and (short := _PARTICLE.sub("", core)) != core and is_name(short) and is_likely(short):
        core = short
    if len(core) == 4 and core[-1] in _TRAILING and not core.startswith(LONG_SURNAMES) and is_likely(core[:3]):
        core = core[:3]
    return NameWord(core, place, whole, has_copula=False)


def _without_copula(core: str) -> str:
    """홍길동입니다 → 홍길동. Most names have three syllables: 여진구요 is 여진구 + 요, not 여진 + 구요."""
    if len(core) == 3 and is_name(core) and is_likely(core):
        return ""  # 탁순임 is nobody's 탁순 + 임
    for size in (3, 4, 2, 5):
        head, tail = core[:size], core[size:]
        if not tail or not _COPULA.fullmatch(tail) or not is_name(head, is_said=len(tail) > 1):
            continue
        if (tail in ("다", "고") and size != 3) or (tail == "고" and head[-1] == "이"):
            continue
        if (head[-1] == "하" and tail[0] in "여였") or (size == 2 and _FIELD_OR_TITLE.search(head + tail[0])):
            continue
        is_verb = tail == "요" and (head[-1] in _VERB_ENDS or (size > 3 and not head.startswith(LONG_SURNAMES)))
        if not is_verb and (size != 3 or is_likely(head)):
            return head
    return ""


def _without_labels(core: str, start: int, labels: Sequence[str], *, is_before_birth: bool) -> tuple[str, int]:
    """홍길동동의합니다 → 홍길동, 동의용정해린 → 정해린."""
    for label in labels:
        at = core.find(label)
        if at < 0:
            continue
        behind = core[len(label) :]
        if at == 0 and len(behind) == 4 and behind[0] in _SLANG_ENDS and is_name(behind[1:]) and is_likely(behind[1:]):
            core, start = behind[1:], start + len(label) + 1  # 동의용정해린
        elif at == 0 and is_name(behind) and (behind[0] not in _VERB_STEMS or is_before_birth):
            core, start = behind, start + len(label)
        elif at >= 2 and is_name(core[:at]):
            core = core[:at]
        elif (verb := _VERB_OF_LABEL.match(core, at + len(label))) and verb[0]:
            behind = core[verb.end() :]
            if is_name(behind) and is_likely(behind):
                core, start = behind, start + verb.end()
    return core, start


def is_copula(word: str) -> bool:
    """이고, 이라예: what is said behind a name, with a blank before it."""
    return len(word) > 1 and _COPULA.fullmatch(word) is not None


def said_of(whole: str) -> str:
    """What a copula is said of, however it is built: 노을입니다 → 노을."""
    for size in (3, 2, 4):
        if len(whole) > size + 1 and _COPULA.fullmatch(whole[size:]):
            return whole[:size]
    return ""


def _contracted(core: str) -> str:
    """김영잡니다 → 김영자: 입니다 said short after a vowel."""
    for endings, wanted in ((("니다", "니더"), "ㅂ"), (("데요", "데유", "데예"), "ㄴ")):
        if core.endswith(endings) and 5 <= len(core) <= 6 and core[-3] not in "입합습십인한":
            initial, medial, final = letters_of(core[-3])
            bare = core[:-3] + syllable_of(initial, medial)
            if final == wanted and is_name(bare) and is_likely(bare):
                return bare
    return ""


def is_name(word: str, *, is_said: bool = False) -> bool:
    """
    Whether a word is built like a Korean name: a surname and one to three syllables, and no everyday word.

    `is_said`: something behind it says that it is a name, so that 정말순 and 제일호 are not taken for adverbs.
    """
    if not 2 <= len(word) <= 5 or not all(map(is_syllable, word)) or _COPULA.fullmatch(word) or "동의" in word:
        return False
    verbal = VERBAL.match(word)
    if verbal and not (is_said and len(word) == 3 and verbal.end() == 2 and word[:2] in _NAMELIKE):
        return False
    if is_noun(word) or INFLECTED.search(word) or ROLE.search(word) or _FIELD_OR_TITLE.search(word):
        return False
    if word.startswith(LONG_SURNAMES) and 3 <= len(word) <= 5:
        return True
    return len(word) <= 4 and word[0] in SURNAMES


_FIELD_OR_TITLE = re.compile(r"..(?:이름|성함|성명)$|[장사원생모부자수객주머버례무관]님$")  # 한국이름, 소장님
_NAMELIKE = frozenset(
    ("정말", "제일", "이제", "이따", "전부", "고생", "여기", "진짜", "나중", "이번", "안하", "안수", "안한")
)


def may_be_called(word: str) -> bool:
    """노을, 조심, 이나라: built like a name though an everyday word; believed only where the text says it is one."""
    return (
        2 <= len(word) <= 4
        and word[0] in SURNAMES
        and all(map(is_syllable, word))
        and set(word[1:]) <= GIVEN
        and FORM.fullmatch(word.removesuffix("로").removesuffix("으")) is None
        and ROLE.search(word) is None
        and courtesy.NOD.fullmatch(word) is None
        and "동의" not in word
        and _COPULA.fullmatch(word) is None
    )


def is_likely(word: str) -> bool:
    """Whether every syllable behind the surname is one that people are given, and the whole no compound word."""
    if is_compound(word) or word[0] in RARE_SURNAMES:
        return False
    given = word[2:] if word.startswith(LONG_SURNAMES) and len(word) > 2 else word[1:]
    return set(given) <= GIVEN


_GOING_ON = frozenset(["", *"중하해할한함됨되이을를은는도만요임좀"])  # 고민중, but 고민정
_CUES = frozenset({"question", "condition", "later", "sarcasm", "whether", "contrast"})


def is_explained(word: NameWord) -> bool:
    """A greeting, a nod, a polite word or a doubt is no name."""
    if courtesy.KNOWN_WORDS.fullmatch(word.whole) or courtesy.NOD.fullmatch(word.whole):
        return True
    return any(
        found and (found.end() != 2 or word.whole[2:3] in _GOING_ON)
        for name, pattern in DOUBTS
        if name in _CUES and (found := pattern.match(word.whole))
    )


_NO_SYLLABLE = frozenset("생일월년번은는이가도씨님요남여양음의인")


def joined(words: Sequence[NameWord], text: str) -> Iterator[NameWord]:
    """Every word, and every surname with the syllables set apart from it: 김 철 수, 남궁 민수, 사공 혁입니다."""
    for index, word in enumerate(words):
        behind = words[index + 1] if index + 1 < len(words) else None
        if behind and text[word.at[1] : behind.at[0]] == " ":
            yield from _with_next(word, behind)
        else:
            yield word
        if word.whole in SURNAMES or word.whole in LONG_SURNAMES:
            yield from _spelled_out(word, words[index + 1 : index + 4], text)


def _with_next(word: NameWord, behind: NameWord) -> Iterator[NameWord]:
    """용다혜 드림; 김순 자, the last syllable set apart; 사공 혁입니다."""
    yield replace(word, has_copula=word.has_copula or _APART.fullmatch(behind.whole) is not None)
    at = (word.at[0], behind.at[1])
    is_pair = len(word.whole) == 2 and len(behind.core) == 1 and behind.core not in _NO_SYLLABLE
    if is_pair and is_name(word.whole) and behind.core in GIVEN:
        yield NameWord(word.core + behind.core, at, word.whole, behind.has_copula)
    is_surname = word.whole in SURNAMES or word.whole in LONG_SURNAMES
    is_said = len(behind.whole) > 2 and _COPULA.fullmatch(behind.whole[1:]) is not None
    if is_surname and is_said and not _is_no_deed(word.whole, behind):
        yield NameWord(word.whole + behind.whole[0], at, word.whole, has_copula=True)


def _spelled_out(word: NameWord, behind: Sequence[NameWord], text: str) -> Iterator[NameWord]:
    core, end = word.whole, word.at[1]
    for following in behind:
        if len(core) > len(word.whole) and text[end : following.at[0]] == " " and is_copula(following.whole):
            yield NameWord(core, (word.at[0], end), core, has_copula=True)
            return
        if text[end : following.at[0]] != " " or not _goes_on(core, word.whole, following):
            return
        core, end = core + following.core, following.at[1]
        bare = _without_copula(core) if len(core) > 3 and not following.has_copula else ""
        if bare:
            core, end = bare, end - len(core) + len(bare)
        yield NameWord(core, (word.at[0], end), core, following.has_copula or bool(bare))


def _is_no_deed(surname: str, following: NameWord) -> bool:
    """안 원해, 안 허쿠다: no An Wonhae."""
    return surname == "안" and (following.core[-1] in _AFTER_NOT or following.core[0] in "하허해혀헐험헙")


def _goes_on(core: str, surname: str, following: NameWord) -> bool:
    """Whether the next word may be more of the name that began with a surname."""
    if core != surname and len(following.core) > 1 and not _COPULA.fullmatch(following.core[1:]):
        return False
    if len(core) + len(following.core) > 5 or _is_everyday(following) or ON_BEHALF.match(following.whole):
        return False  # 제 딸이고
    if _is_no_deed(core, following):
        return False
    # 전 백두산인데요: 전 is 저는
    return not (len(following.core) == 3 and is_name(following.core) and is_likely(following.core))


def _is_everyday(word: NameWord) -> bool:
    return VERBAL.match(word.whole) is not None or is_noun(word.whole)
