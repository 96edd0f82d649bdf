"""Names as people give them: 홍길동입니다, 김 철 수, 남궁옥분, 이름: 마리아 산토스, NGUYEN THI LAN, 김영잡니다."""

import re
from collections.abc import Sequence
from itertools import pairwise

from messaging.understanding import courtesy, endings, signatures
from messaging.understanding.doubts import DOUBTS
from messaging.understanding.lexicon import ROLE, SURNAMES, VERBAL, is_noun, is_noun_or_name
from messaging.understanding.model import Span
from messaging.understanding.name_words import (
    ON_BEHALF,
    PRESENTED,
    NameWord,
    is_copula,
    is_explained,
    is_likely,
    is_name,
    joined,
    may_be_called,
    peeled,
    said_of,
)
from messaging.understanding.normalising import Normal

_FIELD = re.compile(
    r"(?:이름|성명|성함|본인 ?이름|신청인|(?<![a-z])(?:my )?name(?: is)?)(?:은|는|이|요)?\s?[:=/.,\-(\[]{0,2}\s?"
)
_BETWEEN = re.compile(
    "[^0-9a-z가-힣]*(?:(?:(?:한국|우리)?이름|본명|생년월일|생년|생일|주민등록번호|주민번호|출생|나이|음력|양력|음|양|남자|여자|남|여|생|은|"
    "는|씨|님|인|"
    "본인|번호|일생|년생|입니[다더]|이?에[요여]|이?예[요여]|이여|이요|요|이라고|이고요?|이구요?|"
    "이며)[^0-9a-z가-힣]*){0,3}"
)
_RUN = re.compile(r"[가-힣]{1,40}?(?:이름은|성함은|성명은)(?=[가-힣])|[가-힣]+")
_ASKED_FOR = re.compile(r"[해어아여려] ?(?:주[세십시이소]|줘|달라|드[릴리려립]|보[세시]|봐)")  # 연결해 주세요
_MOST_WORDS = 20
_LONGEST_WORD = 60
_LATIN = re.compile(r"(?<![a-z])[a-z]+(?:[ .,'’-]{1,2}[a-z]+){0,4}(?![a-z])")
_ENGLISH = (
    "yes no ok okay stop my name is am i im birth date of born dob hello hi agree consent mr ms mrs and the thank "
    "thanks you please sms web send sending sent paper mail post letter text texts message messages remove cancel not do don dont t want "
    "more number unsubscribe from to for in on it will can receive attend coming go this that are we they sorry o x n y me male female m f"
)
_LATIN_WORDS = frozenset(_ENGLISH.split())


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
    runs = [found for found in _RUN.finditer(text) if len(found[0]) <= _LONGEST_WORD]
    if len(runs) > 2 * _MOST_WORDS:
        runs = runs[:_MOST_WORDS] + runs[-_MOST_WORDS:]  # a name opens or closes a letter
    words = [peeled(found, labels, births) for found in runs]
    if named := _like_a_label(text, births, labels):
        return named
    words = [word for word in words if not any(label in word.core for label in labels)]
    words = [word for word in words if word.has_copula or not _ASKED_FOR.match(text, word.at[1] - 1)]
    if (meant := signatures.instead(text)) and (found := _first(text, _from(words, meant), births, is_asked)):
        return found
    field = _FIELD.search(text)
    if field and (named := _from_field(normal, field.end(), words, births)):
        return named
    if found := _first(text, words, births, is_asked):
        return found[0], _with_saying(text, found[1])
    if found := _introduced(text) or _called(text, words, births, is_asked):
        return found
    if not births and (name := signatures.signed(text, words)):
        return name, None
    foreign = _foreign(normal, words, births, is_asked=is_asked)
    return foreign if foreign[0] else (signatures.signed(text, words), None)


def _from(words: Sequence[NameWord], begin: int) -> list[NameWord]:
    return [word for word in words if word.at[0] >= begin]


_SAYING = re.compile(r"\s?(?:합니다|합니더|해[요유여]|하는데요?|하고요?|하구요?|하며|불러요)")


def _with_saying(text: str, at: Span) -> Span:
    """홍길동이라고 합니다: what is said of a name is no hearsay."""
    saying = _SAYING.match(text, at[1]) if text[at[1] - 2 : at[1]] == "라고" else None
    return (at[0], saying.end()) if saying else at


def _first(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    for look in (_presented, _titled, _beside, _with_copula, _spelled, _alone):
        if named := look(text, words, births, is_asked):
            return named
    return None


def _like_a_label(text: str, births: Sequence[Span], labels: Sequence[str]) -> tuple[str, Span] | None:
    """이름이 김동의고: somebody is called like an answer, where the text says that this is the name."""
    for found in re.finditer(rf"([가-힣])({'|'.join(labels)})(?=[고이입예라씨님 ,]|$)" if labels else "(?!)", text):
        if found[1] not in SURNAMES or found[1] in _BEFORE_LABEL:
            continue
        is_field = _FIELD.search(text[max(found.start() - 8, 0) : found.start()] + "|")
        if len(found[0]) == 3 and (is_field or any(0 <= begin - found.end() < 4 for begin, _ in births)):
            return found[0], found.span()
    return None


_PLACE_ENDS = frozenset("동구시읍면군리")
_BEFORE_LABEL = frozenset("미부비안전제나내도은이가번")
_INTRODUCED = re.compile(
    r"(?:^|\s)(?:저\s?는|나는|제가|본인은|내는)\s([가-힣]{2,8}(?:\s[가-힣]{1,6}){0,3}?)\s?"
    r"(?:입니다|이라고|라고|이에요|예요|이라는|입니더|이여|이라예)(?![가-힣]?면)"
)
_FOREIGN_SYLLABLE = re.compile(
    "[응옌쩐팜뜨흐꾸쿠크스트프브즈츠르드띠씨럿엔뭉밧촐잘갈샤쌴]|우옌|바트|티[가-힣]|[가-힣]티|리사|마리|안나|로사|"
    "제인|존|마이클|알렉"
)


def _introduced(text: str) -> tuple[str, Span] | None:
    """저는 응우옌 티 란입니다: a name that is no Korean one, said to be the writer's."""
    for found in _INTRODUCED.finditer(text):
        bare = found[1].replace(" ", "")
        is_foreign = _FOREIGN_SYLLABLE.search(bare) is not None and not is_noun(bare)
        if len(bare) >= 3 and is_foreign and not VERBAL.match(bare) and not ROLE.search(bare):
            return bare, found.span(1)
    return None


def _called(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """노을입니다 030228: an everyday word where the text says it is a name, or where nothing else can be one."""
    for word in words:
        bare = said_of(word.whole)
        is_near = _is_near((word.at[0], word.at[0] + len(word.whole)), births, text)
        if not bare and any(0 < begin - word.at[0] - len(word.whole) < 3 for begin, _ in births):
            bare = word.whole  # 나라 900101: right before a birth
        if bare and may_be_called(bare) and (is_near or (is_asked and births)):
            return bare, (word.at[0], word.at[0] + len(bare))
    for found in re.finditer(r"(?<![가-힣])([가-힣]) ([가-힣]{2}) (?=입니다|이에요|예요|이라고|입니더)", text):
        whole = found[1] + found[2]
        if births and may_be_called(whole):
            return whole, (found.start(), found.end() - 1)
    return None


def _presented(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """백남술이라는 사람이고, 고민이라고 하고요."""
    for word in words:
        bare = said_of(word.whole)
        if bare and PRESENTED.match(word.whole, len(bare)) and may_be_called(bare) and not VERBAL.match(bare):
            return bare, (word.at[0], word.at[0] + len(word.whole))
    return None


_TITLE = re.compile(
    r"(?:권사|장로|집사|목사|전도사|신부|수녀|스님|[가-힣]{0,4}(?:교사|교수|기사|점장|팀장|과장|부장|대리|주임|계장|"
    r"이장|통장|반장|회장|총무|대표))$"
)


def _titled(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """권사 라정희, 은퇴교사 추성대: what closes a text behind a title."""
    for title, word in pairwise(words):
        is_close = text[title.at[1] : word.at[0]] == " " and text[word.at[1] : word.at[1] + 1] in (
            "",
            " ",
            "\n",
            ".",
            ",",
            ")",
        )
        if not is_close or len(word.core) < 3:
            continue
        is_kin = ON_BEHALF.fullmatch(title.whole) is not None and is_name(word.core) and is_likely(word.core)
        if is_kin or (_TITLE.fullmatch(title.whole) and may_be_called(word.core)):
            return word.core, word.at
    return None


def _beside(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """A name with nothing but punctuation between it and a birth."""
    best: tuple[int, str, Span] | None = None
    said = any(one.has_copula and is_name(one.core) and is_likely(one.core) for one in words)
    foreign = {word.at[1] + 1 for word in words if _FOREIGN_SYLLABLE.search(word.core) and not is_likely(word.core)}
    for word in joined(words, text):
        if word.at[0] in foreign:
            continue  # 응우옌 반 남
        if said and word.core[-1] in _PLACE_ENDS and not word.has_copula:
            continue  # 58년 개띠 마장동 우상철이오
        if not (is_name(word.core) or is_noun_or_name(word.core)) or not _is_near(word.at, births, text):
            continue
        rank = len(word.core) + (4 if is_likely(word.core) else 0) - (3 if is_explained(word) else 0)
        if rank > (-1 if is_asked else 2) and (best is None or rank > best[0]):
            best = rank, word.core, word.at
    return best[1:] if best else None


def _is_near(at: Span, births: Sequence[Span], text: str) -> bool:
    for begin, end in births:
        between = text[at[1] : begin] if at[1] <= begin else text[end : at[0]]
        if len(between) < 24 and _BETWEEN.fullmatch(between):
            return True
    return False


def _with_copula(
    text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool
) -> tuple[str, Span] | None:
    for word in joined(words, text):
        is_whole = len(word.core) >= 3 or is_asked or bool(births)
        if word.has_copula and is_whole and is_name(word.core) and is_likely(word.core) and not is_explained(word):
            return word.core, word.at
    return None


_DURATIONS = frozenset(("한달", "두달", "석달", "일년", "한주", "한해"))  # 신고한 지 한 달


def _spelled(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """김 철 수: three syllables set apart."""
    for found in re.finditer(r"(?<![가-힣])[가-힣] [가-힣] [가-힣](?![가-힣])", text):
        joined = found[0].replace(" ", "")
        if joined[1:] in _DURATIONS:
            continue
        if is_name(joined) and is_likely(joined) and not courtesy.KNOWN_WORDS.fullmatch(joined):
            return joined, found.span()
    return None


def _alone(text: str, words: Sequence[NameWord], births: Sequence[Span], is_asked: bool) -> tuple[str, Span] | None:
    """A name by itself, where every other word is understood: 동의 이순신."""
    unexplained = [word for word in words if not _says_nothing(word, text) and not is_answer_word(word)]
    for word in joined(words, text):
        size = len(word.core)
        if not (is_name(word.core) and is_likely(word.core)) or is_explained(word):
            continue
        others = [one for one in unexplained if not (word.at[0] <= one.at[0] < word.at[1])]
        is_apart = size == 3 and text[: word.at[0]].rstrip(" ")[-1:] in (":", "/")
        if is_apart or ((size in (3, 4) or is_asked or births) and not others):
            return word.core, word.at
    return None


_ANSWER = re.compile(r"^(?:미|부|비|불)?(?:동의|참석|불참|찬성|반대|참가|참여|확인)|^(?:일|이)?번|^안|^못")


_DONE = re.compile(
    rf"(?:첫|두|세|네|다섯)번?째(?:로|요|꺼|꺼요|거요)?|하나로?|둘로?|{endings.DO}[가-힣]{{0,2}}|{endings.ASK}"
)
_TITLED = re.compile(
    r"[가-힣]+(?:팀|과|부|실|점|반|회|원|장|처|국|동|면|리|읍|구|시|군|사는|사람)|옆|앞|뒤|위|파란|지붕"
)


def _says_nothing(word: NameWord, text: str) -> bool:
    """Fillers, titles (점장, 총무팀) and what counts houses (1동 2호)."""
    if courtesy.ONLY_FILLER.fullmatch(word.whole) or courtesy.NOD.fullmatch(word.whole):
        return True
    if ON_BEHALF.match(word.whole) or word.whole in ("제", "저희", "우리"):
        return True
    if _DONE.fullmatch(word.whole):
        return True
    if len(word.whole) == 1 and text[word.at[0] - 1 : word.at[0]].isdigit():
        return True
    return ROLE.search(word.whole) is not None or (
        _TITLED.fullmatch(word.whole) is not None and not (is_name(word.core) and is_likely(word.core))
    )


def is_answer_word(word: NameWord) -> bool:
    """A word that answers, beside which a name may stand."""
    return _ANSWER.match(word.whole) is not None


def _from_field(
    normal: Normal, start: int, words: Sequence[NameWord], births: Sequence[Span]
) -> tuple[str, Span] | None:
    """이름: … up to the next field, number or line."""
    text = normal.text
    stop = min([begin for begin, _ in births if begin >= start] or [len(text)])
    behind = [word for word in words if start <= word.at[0] < stop and word.at[0] - start < 24]
    surnamed = [word for word in joined(behind, text) if is_name(word.core) and word.at[0] - start < 4]
    longest = max(surnamed, key=lambda word: (is_likely(word.core), len(word.core)), default=None)
    if longest is not None and len(longest.core) > len(surnamed[0].core):
        return longest.core, longest.at
    if surnamed and not _is_first_of_several(surnamed[0], behind, text):
        best = max(surnamed, key=lambda word: (is_likely(word.core), len(word.core)))
        return best.core, best.at
    taken: list[NameWord] = []
    for word in behind[:4]:
        if not _may_be_foreign(word) or len(word.core) < 2 or (taken and text[taken[-1].at[1] : word.at[0]].strip(" ")):
            break
        taken.append(word)
    if taken:
        return "".join(word.core for word in taken), (taken[0].at[0], taken[-1].at[1])
    latin = _LATIN.search(text, start, min(stop, start + 40))
    return _latin(normal, latin) if latin else None


def _is_first_of_several(word: NameWord, behind: Sequence[NameWord], text: str) -> bool:
    """마리아 산토스: a word built like a Korean name, with another right behind it that is none."""
    after = [one for one in behind if one.at[0] >= word.at[1]][:1]
    return (
        bool(after) and text[word.at[1] : after[0].at[0]] == " " and _may_be_foreign(after[0]) and not word.has_copula
    )


def _foreign(
    normal: Normal, words: Sequence[NameWord], births: Sequence[Span], *, is_asked: bool
) -> tuple[str, Span | None]:
    """Names without a Korean surname, only beside a birth date: 응우옌티흐엉 930411, LI WEI 1985.10.03."""
    text = normal.text
    if not births and not is_asked:
        return _capitalised(normal) or ("", None)
    for found in _LATIN.finditer(text):
        is_enough = " " in found[0] or _is_near(found.span(), births, text)
        if is_enough and (named := _latin(normal, found)):
            return named
    for index, word in enumerate(words):
        if not _is_near(word.at, births, text) or not _may_be_foreign(word):
            continue
        if is_name(word.core) and is_likely(word.core):
            return word.core, word.at
        run = _run_of_foreign(text, words, index)
        whole = "".join(one.core for one in run)
        if 2 <= len(whole) <= 12 and (len(word.core) >= 2 or _FOREIGN_SYLLABLE.search(whole)):
            return whole, (run[0].at[0], run[-1].at[1])
    return "", None


def _run_of_foreign(text: str, words: Sequence[NameWord], index: int) -> Sequence[NameWord]:
    """응우옌 반 남: the words beside this one that go on with the name."""
    first = last = index
    while first and text[words[first - 1].at[1] : words[first].at[0]] == " " and _may_be_foreign(words[first - 1]):
        first -= 1
    while last + 1 < len(words) and text[words[last].at[1] : words[last + 1].at[0]] == " ":
        if not _may_be_foreign(words[last + 1]) and words[last + 1].core not in _FOREIGN_LAST:
            break
        last += 1
    return words[first : last + 1]


_FOREIGN_LAST = frozenset("남란안하화")  # syllables that are words too


_SENTENCE_END = re.compile(
    r"(?:[니이][다더]|습니|데이|[가-힣]요|는데|니까|지만|라고|다고|에서|에게|까지|부터|하고|[했었겠았냈렸났됐]어)$"
)


def _may_be_foreign(word: NameWord) -> bool:
    if is_copula(word.whole) or word.whole == "외자로":
        return False
    if VERBAL.match(word.core) or is_noun(word.core) or is_answer_word(word) or is_explained(word):
        return False
    if (_SENTENCE_END.search(word.whole) or _SENTENCE_END.search(word.core)) and not word.has_copula:
        return False
    return not any(pattern.search(word.whole) for _, pattern in DOUBTS)


_CAPITALISED = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){1,3}(?![A-Za-z])")


def _capitalised(normal: Normal) -> tuple[str, Span] | None:
    """Bui Thi Hoa: two words or more that are written as a name is."""
    if len(normal.raw) != len(normal.text):
        return None
    found = _CAPITALISED.search(normal.raw)
    if found is None or set(found[0].lower().split()) & _LATIN_WORDS or (found[0].isupper() and len(found[0]) < 6):
        return None
    return found[0], found.span()


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
