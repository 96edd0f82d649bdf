"""The one option everything in a text agrees on, and whether it may count."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from messaging.understanding import clauses, courtesy, options, stopping
from messaging.understanding.case import Case
from messaging.understanding.doubts import NO_STANDS, doubts_of
from messaging.understanding.model import Finding, Option, Reading, Span, Weight
from messaging.understanding.normalising import NO_MARKS, Line, tightened
from portal.core.hangul import initials

# Syllables nobody could place that may stand beside an answer, by how plainly it was given.
_UNREAD_BESIDE: dict[Weight, int] = {"strong": 60, "medium": 10, "weak": 0}
_UNREAD_BESIDE_NO: dict[Weight, int] = {"strong": 60, "medium": 60, "weak": 8}
_UNREAD_APART = 16  # beside an answer that is a sentence by itself
_UNREAD_BEHIND_DEED = 6
_UNREAD_BEFORE_NO = 60  # 무릎이 아파서 못 갑니다: reasons come first
_UNREAD_BEHIND = 14  # after a plain "yes" the rest may take it back
_CHANGED = re.compile(r"말고|말구|아니고|아니구|아니라|아니|아닌(?!가|지)|정정|취소하고|수정")
_CHANGED_PLAINLY = frozenset({"말고", "말구", "아니고", "아니구", "아니라"})
_CIRCLE = re.compile(r"(?<![0-9a-z가-힣])o(?![0-9a-z가-힣])")
_STRANGE_DIGITS = 3  # a number as long as this is no slip of an option: a house, an amount


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option, the rule that found it, how plainly it was said, and where the last word of it ends."""

    option: Option
    rule: str
    weight: Weight
    spans: tuple[Span, ...]

    @property
    def end(self) -> int:
        """Where the answer is over."""
        return max(end for _, end in self.spans)


def choose(case: Case, findings: Sequence[Finding]) -> Chosen | Reading | None:
    """What everything agrees on; a Reading where it does not agree; None where nothing speaks."""
    speaking = [one for one in findings if one.weight != "mention"]
    spans = tuple(one.at for one in speaking)
    voices = _voices(speaking)
    blocked = [one for one in speaking if one.option is None]
    if len(voices) > 1 or (blocked and voices):
        if last := _after_correction(case, speaking):
            return Chosen(last, "options.corrected", "strong", spans)
        if said := _outspoken(case, speaking):
            return Chosen(said, "options.label", "strong", spans)
        return case.reading("ambiguous", "options.several", spans=spans, flags=("several_options",))
    if _says_yes_and_no(case, speaking):
        return case.reading("ambiguous", "options.several", spans=spans, flags=("several_options",))
    if blocked:
        return _denied(case, blocked[0], spans)
    if strange := _strange_numbers(case, findings, speaking):
        where = tuple(one.at for one in strange)
        return case.reading("ambiguous", "options.no_such_number", spans=where, flags=("no_such_number",))
    if not voices:
        return None
    weights = {one.weight for one in speaking}
    weight: Weight = "strong" if "strong" in weights else "medium" if "medium" in weights else "weak"
    is_apart = all(one.at[1] < other.at[0] for one, other in pairwise(speaking))
    if weight == "weak" and len({one.rule for one in speaking}) > 1 and is_apart:
        weight = "medium"  # 2번 동의: said twice
    return Chosen(next(iter(voices.values())), _rule(speaking), weight, spans)


def _voices(findings: Sequence[Finding]) -> dict[str, Option]:
    return {one.option.key: one.option for one in findings if one.option is not None}


def _rule(speaking: Sequence[Finding]) -> str:
    """The rule of the plainest finding: words before digits."""
    by_word = [one.rule for one in speaking if one.rule != "options.digit_only"]
    return by_word[0] if by_word else "options.digit_only"


def _strange_numbers(case: Case, findings: Sequence[Finding], speaking: Sequence[Finding]) -> list[Finding]:
    """Numbers that no option carries, where they can be meant as an answer."""
    strange = [one for one in findings if one.rule == "options.no_such_number"]
    if any(one.weight == "strong" for one in speaking):
        return [one for one in strange if one.at[1] - one.at[0] < _STRANGE_DIGITS]
    if not speaking and options.unread(case.words, covered(case, findings), case.question):
        return []
    return strange


def _says_yes_and_no(case: Case, speaking: Sequence[Finding]) -> bool:
    """네 아니요."""
    words = case.words.text
    denies = any(
        one.rule == "options.refusing_word" and words[one.at[0] : one.at[0] + 2] in ("아니", "아뇨", "no", "노")
        for one in speaking
    )
    return denies and any(courtesy.NOD.fullmatch(one) for one in words.split(" ") if not one.startswith("그"))


def _denied(case: Case, denial: Finding, spans: tuple[Span, ...]) -> Reading:
    """A no denied, or a choice denied: nothing to count. 미동의는 아니에요 is nearly a yes."""
    is_no = case.question.meaning("refuse") is not None and denial.rule == "options.denied_label"
    if not is_no:
        return case.reading("ambiguous", "options.denied_choice", spans=spans)
    suggested = case.question.meaning("consent")
    rule = "doubt.double_negation"
    return case.reading("ambiguous", rule, spans=spans, flags=("double_negation",), suggested=suggested)


def _after_correction(case: Case, speaking: Sequence[Finding]) -> Option | None:
    """1번 말고 2번: what stands behind the correction counts, if it is one option only; a yes needs plain words."""
    words = case.words.text
    found = _CHANGED.search(words)
    if found is None:
        return None
    if found[0] == "아니" and len(said := _voices([one for one in speaking if one.rule == "options.label"])) == 1:
        denied = [one for one in speaking if one.rule != "options.label"]
        firm = [one for one in speaking if one.rule == "options.label" and one.weight == "strong"]
        if len(firm) > 1 and all(words.startswith("아니", one.at[0]) for one in denied):
            return next(iter(said.values()))  # 동의해유 아니 동의한당께요
    after = _voices([one for one in speaking if one.at[0] >= found.end()])
    if len(after) != 1:
        return None
    option = next(iter(after.values()))
    return option if option.meaning != "consent" or found[0] in _CHANGED_PLAINLY else None


def _outspoken(case: Case, speaking: Sequence[Finding]) -> Option | None:
    """
    What is said in so many words against what is only done or denied beside it.

    거절하겠습니다 은행 앱으로 받습니다 is a no; 불참 아닙니다 참석입니다 is a yes, as the denial stands before the plain word.
    """
    labels = [one for one in speaking if one.option is not None and _is_in_words(case, one)]
    said = _voices(labels)
    if len(said) != 1:
        return None
    option = next(iter(said.values()))
    others = [one for one in speaking if one not in labels]
    if option.meaning == "refuse" and any(one.weight == "strong" for one in labels):
        return option if all(one.rule == "options.deed" for one in others) else None
    if option.meaning != "consent" or any(one.rule == "options.denied_label" for one in labels):
        return None
    is_before = all(one.at[1] <= labels[0].at[0] for one in others)
    is_denied_no = all(one.option is None or (one.option is option) for one in others)
    return option if is_before and is_denied_no and others else None


_REFUSED = re.compile(r"(?:거절|거부|사양|반대)(?:을|를)? ?[하할합함해]")


def _is_in_words(case: Case, one: Finding) -> bool:
    """동의합니다, 동의 안 해요, 거절하겠습니다."""
    if one.rule == "options.refusing_word":
        return _REFUSED.match(case.words.text, one.at[0]) is not None
    return one.rule in ("options.label", "options.denied_label")


def covered(case: Case, findings: Sequence[Finding]) -> list[Span]:
    """The places that findings explain."""
    return [options.to_word_end(case.words, one) for one in findings]


def weigh(case: Case, chosen: Chosen, findings: Sequence[Finding]) -> Reading:
    """Whether an answer may count: no doubt speaks against it, and nothing unread stands beside it."""
    option = chosen.option
    doubts = case.doubts
    if option.meaning == "refuse":
        doubts = _without_rhetoric(case, doubts, chosen, findings)
    elif option.meaning == "consent":
        doubts = _without_settled(case, doubts, chosen, findings)
    if "question" in doubts and _asks_about_something_else(case, findings):
        return case.reading("unrelated", "noise.other", flags=doubts)
    if option.meaning == "refuse" and _PARTLY.search(case.words.text):
        return case.reading("ambiguous", "options.several", spans=chosen.spans, flags=("several_options",))
    if doubts:
        suggested = case.question.meaning("consent") if doubts[0] == "double_negation" else option
        rule = f"doubt.{doubts[0]}"
        return case.reading("ambiguous", rule, spans=chosen.spans, flags=doubts, suggested=suggested)
    if chosen.weight != "strong" and option.meaning != "refuse":
        if _is_only_about(findings):
            return case.reading("ambiguous", "options.mention", spans=chosen.spans, suggested=option)
        if _has_a_no_beside(case, findings):
            rule = "doubt.no_beside"
            return case.reading("ambiguous", rule, spans=chosen.spans, flags=("no_beside",), suggested=option)
    if _has_unread_words(case, chosen, findings):
        rule = "doubt.unread_words"
        return case.reading("ambiguous", rule, spans=chosen.spans, flags=("unread_words",), suggested=option)
    if _is_drawn(case, chosen):
        return case.reading("ambiguous", "doubt.glyph", spans=chosen.spans, flags=("glyph",), suggested=option)
    is_wide = option.meaning == "refuse" and stopping.MAYBE.search(case.tight.text) is not None
    flags = ("maybe_opt_out",) if is_wide else ()
    return case.reading(option.meaning, chosen.rule, option=option, spans=chosen.spans, flags=flags)


_PARTLY = re.compile(r"[은는] ?(?:참석|참가|동의|찬성)(?:은|는)? ?하고(?! ?싶| ?자)")  # 오전은 참석하고 오후는 불참
_NO_BESIDE = re.compile(
    r"(?<![가-힣])(?:안|못|몬)(?![내녕전심부경건동과식])|(?<!늦지)(?<!늦지 )않|없|싫|말고|아니|못하|못했|거부|반대|"
    r"거절|힘들|어렵|불편|곤란"
)


def _has_a_no_beside(case: Case, findings: Sequence[Finding]) -> bool:
    """교육 못 받으러 갑니다: a deed or a digit beside any kind of no is left to a person."""
    text = options.blanked(case.words.text, covered(case, findings))
    return _NO_BESIDE.search(clauses.without_other_denials(text, case.question)) is not None


def _from(words: Line, begin: int, *, tight: bool = False) -> Line:
    line = Line(words.text[begin:], words.places[begin:])
    return tightened(line) if tight else line


def _asks_about_something_else(case: Case, findings: Sequence[Finding]) -> bool:
    """서류 어디서 받아요?: a deed in a question that has nothing to do with ours."""
    is_deed = case.question.kind == "consent" and all(one.rule == "options.deed" for one in findings)
    return is_deed and not any(noun in case.tight.text for noun in (*case.question.nouns, "동의"))


_TAKEN_BACK = re.compile(r"취소|철회|무효|번복|반대로|없던 ?(?:일|걸)")
_FORBIDDEN = re.compile(
    r"(?<!걱정)(?<!걱정하)(?<!염려)(?<!염려하)(?<!부담갖)(?<!전화는)(?<!전화)(?!빼)[가-힣](?:지|질|덜)(?:좀|는|도|를)?(?:마(?!는|다)|"
    r"말[아라길고])"
)
# 잘 모르지만 동의합니다, 바쁘지만 참석할게요: what is conceded before a plain yes
_CONCEDED = re.compile(
    r".*(?:지만은?|으나|는데도|더라도|아도|어도|으니|니까|니께|[아어해려]서|라서|므로|그래서|그러니까?|따라서)(?= )"
)
_CONCEDABLE = frozenset({"contrast", "later", "unsure", "condition", "both_ways"})
_THIS_TIME = re.compile(r"(?:는데|지만|으나|은데) ?이번(?:에|엔|에는|은)?")


def _without_settled(
    case: Case, doubts: tuple[str, ...], chosen: Chosen, findings: Sequence[Finding]
) -> tuple[str, ...]:
    """Doubts that a plain yes settles (반대할 이유 없죠 동의합니다), and those that only its place in the text shows."""
    speaking = [one for one in findings if one.option is chosen.option]
    first = min((one.at[0] for one in speaking), default=0)
    words = case.words.text
    is_plain = chosen.weight == "strong" and first > 0
    if is_plain and doubts == ("double_negation",):
        doubts = ()
    if chosen.weight != "weak" and first > 0 and (conceded := _CONCEDED.search(words[:first])):
        rest = doubts_of(_from(case.words, conceded.end()), _from(case.words, conceded.end(), tight=True))
        doubts = tuple(one for one in doubts if one in rest or one not in _CONCEDABLE)
    if is_plain and set(doubts) <= {"already", "contrast"} and _THIS_TIME.search(words[:first]):
        doubts = ()
    if _TAKEN_BACK.search(options.blanked(words, covered(case, findings))):
        doubts = (*doubts, "withdrawn")
    if _FORBIDDEN.search(case.tight.text):
        doubts = (*doubts, "no_beside")
    if "on_behalf" not in doubts and any(clauses.somebody_else(words, one.at[0]) for one in speaking):
        doubts = (*doubts, "on_behalf")
    return doubts


def _is_only_about(findings: Sequence[Finding]) -> bool:
    """1 동의서: beside a word about an answer, a digit or a deed is no answer."""
    return any(one.rule == "options.mention" for one in findings)


def _has_unread_words(case: Case, chosen: Chosen, findings: Sequence[Finding]) -> bool:
    explained = covered(case, findings)
    spelled = initials(chosen.option.label)  # ㄷㅇ 동의요: the label once more
    explained += [found.span() for found in re.finditer(rf"(?<!\S){spelled}(?!\S)", case.words.text)]
    unread = options.unread(case.words, explained, case.question)
    if chosen.option.meaning == "refuse":
        if any(one.rule == "options.label" for one in findings):
            return False
        is_last = chosen.end == len(case.words.text)
        return len(unread) > (_UNREAD_BEFORE_NO if is_last else _UNREAD_BESIDE_NO[chosen.weight])
    if not unread:
        return False
    behind = options.unread(case.words, [*explained, (0, chosen.end)], case.question)
    if chosen.weight != "strong" and len(unread) <= _UNREAD_APART and _stands_alone(case, chosen, explained):
        return False
    if len(unread) > _UNREAD_BESIDE[chosen.weight]:
        return True
    return len(behind) > (_UNREAD_BEHIND if chosen.weight == "strong" else _UNREAD_BEHIND_DEED)


_SPOKEN = re.compile(r"\d ?번?(?:이|입|요|으로|을|에|할|하|선택)")


def _is_spoken(case: Case, chosen: Chosen) -> bool:
    """1번이요, 동의요: more than a bare digit, so that what was said before needs no full stop."""
    at = chosen.spans[-1][0]
    return chosen.rule != "options.digit_only" or _SPOKEN.match(case.words.text, at) is not None


def _stands_alone(case: Case, chosen: Chosen, explained: list[Span]) -> bool:
    """참석. 버스 타고 감: the answer is a sentence by itself, with nothing unread in it."""
    begin, end = clauses.own_clause(case, chosen.spans[-1], is_spoken=_is_spoken(case, chosen))
    if begin == 0 and end == len(case.words.text):
        return False
    elsewhere = [(0, begin), (end, len(case.words.text))]
    return not options.unread(case.words, [*explained, *elsewhere], case.question)


def _is_drawn(case: Case, chosen: Chosen) -> bool:
    """Answers that a drawn mark speaks against, or that are nothing but one."""
    is_crossed = bool(set(case.normal.marks) & set(NO_MARKS))
    if chosen.option.meaning != "refuse":
        return is_crossed
    return _CIRCLE.search(case.words.text) is not None or (is_crossed and case.tight.text == "x")


_NEXT_CHANCE = re.compile(r"(?:다음|담) ?(?:번|기회|회)?(?:에|에는|엔)")  # 불참합니다. 다음 기회에 뵙겠습니다
_NEXT = re.compile(r"(?:다음|담)(?:번|기회)?(?:에|에는|엔).{1,8}이번")  # 다음에 갈게요 이번엔 못 가요


def _without_rhetoric(
    case: Case, doubts: tuple[str, ...], chosen: Chosen, findings: Sequence[Finding]
) -> tuple[str, ...]:
    """A no said in anger or with a rhetorical why is a no all the same, where it closes the text."""
    is_said = any(one.option is not None and _is_in_words(case, one) for one in findings)
    if chosen.weight != "strong" and not is_said:
        return doubts
    stands = set(NO_STANDS)
    if is_said:
        stands |= {"both_ways", "other_way"}
    if any(one.rule not in ("options.by_post_instead", "options.mention") for one in findings):
        stands |= {"both_ways", "other_way"}
    first = min(at[0] for at in chosen.spans)
    is_settled = (
        is_said or any(one.rule == "options.by_post_instead" for one in findings) or _NEXT.search(case.tight.text)
    )
    if (
        is_settled
        and "later" in doubts
        and "later" not in doubts_of(_from(case.words, first), _from(case.words, first, tight=True))
    ):
        stands.add("later")  # 고민해 봤는데 동의 안 할래요
    clause = clauses.own_clause(case, chosen.spans[0], is_spoken=True)
    own = Line(case.words.text[slice(*clause)], case.words.places[slice(*clause)])
    if is_said and "?" not in case.words.text:  # 동의 못 합니다. 개인정보가 새 나갈까 걱정입니다
        stands |= {"question"} - set(doubts_of(own, tightened(own)))
    if is_said and chosen.rule != "options.corrected" and _NEXT_CHANCE.search(case.words.text):
        rest = Line(_NEXT_CHANCE.sub("", case.words.text), ())
        stands |= {"later"} - set(doubts_of(rest, Line(rest.text.replace(" ", ""), ())))
    if is_said and len(chosen.spans) > 1 and "?" not in case.words.text:  # 반대합니다 문자로 오면 놓칩니다 2번
        stands |= {"condition"} - set(_doubts_beside(case, chosen.spans))
    if len(case.words.text) - chosen.end <= 5 and "?" not in case.words.text:
        stands.add("question")
    return tuple(one for one in doubts if one not in stands)


def _doubts_beside(case: Case, spans: Sequence[Span]) -> Iterator[str]:
    """What doubts the sentences in which the answers themselves stand."""
    for at in spans:
        clause = slice(*clauses.own_clause(case, at, is_spoken=True))
        own = Line(case.words.text[clause], case.words.places[clause])
        yield from doubts_of(own, tightened(own))
