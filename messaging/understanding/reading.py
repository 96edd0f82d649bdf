"""One text → one reading, in the order of the specification: identity, stop, doubts, then options."""

from dataclasses import dataclass
from datetime import date

from messaging.understanding import cues, options
from messaging.understanding.identity import Identified, compare, identify
from messaging.understanding.model import Finding, Identity, Label, Option, Person, Question, Reading, Span
from messaging.understanding.normalising import Normal, normalise
from messaging.understanding.options import Tight
from portal.core.hangul import from_english_keyboard
from portal.core.privacy import mask_resident_numbers

_STRONG_LEFTOVER = 14  # syllables nobody could place beside a named option
_WEAK_LEFTOVER = 0  # beside a bare digit or a nod
_DOUBTS = (
    ("question", cues.QUESTION),
    ("condition", cues.CONDITION),
    ("on_behalf", cues.SOMEBODY_ELSE),
    ("deceased", cues.DECEASED),
    ("minor", cues.MINOR),
    ("wrong_person", cues.WRONG_PERSON),
    ("sarcasm", cues.SARCASM),
    ("already", cues.ALREADY),
    ("hearsay", cues.HEARSAY),
    ("double_negation", cues.DOUBLE_NEGATION),
)


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything known about one text while it is being read."""

    normal: Normal
    question: Question
    person: Person | None
    who: Identified
    identity: Identity
    rest: Normal
    tight: Tight

    def reading(
        self,
        label: Label,
        rule: str,
        *,
        option: Option | None = None,
        spans: tuple[Span, ...] = (),
        flags: tuple[str, ...] = (),
        suggested: Option | None = None,
    ) -> Reading:
        technical = (
            ("too_long",) * self.normal.is_cut + ("broken_bytes",) * self.normal.has_broken_bytes + self.who.flags
        )
        return Reading(
            label=label,
            rule=rule,
            masked_text=mask_resident_numbers(self.normal.raw),
            option=option.key if option else "",
            name=self.who.name,
            birth=self.who.birth,
            birth_candidates=self.who.candidates,
            identity=self.identity,
            spans=tuple(self.normal.raw_span(self.tight.span(at)) for at in spans if at[0] < at[1]),
            flags=(*technical, *flags),
            suggested=suggested.key if suggested else "",
        )


def read(text: str, question: Question, person: Person | None = None, *, today: date = date.max) -> Reading:
    """
    Read one inbound text as an answer to `question`.

    `person` is the roster's row of whoever was asked, `today` the day the text came. Never raises for any text.
    """
    normal = normalise(text)
    who = identify(normal, person, today=today)
    rest = normal.without(*who.spans)
    tight = options.tighten(rest)
    case = _Case(normal, question, person, who, compare(who, question, person), rest, tight)
    if stopped := _opt_out(case):
        return stopped
    if not tight.text.strip():
        return _nothing_said(case)
    return _answer(case)


def _opt_out(case: _Case) -> Reading | None:
    text = case.tight.text
    found = cues.OPT_OUT.search(text)
    if not found or ("?" in text and not cues.STANDING.search(text)):
        return None
    nouns = [noun for noun in case.question.nouns if noun in text and noun not in case.question.stop_nouns]
    about_this = bool(nouns) or cues.BY_POST.search(text) is not None
    refuse = case.question.meaning("refuse")
    if about_this and not cues.STANDING.search(text) and refuse is not None:
        return case.reading(
            "refuse", "stop.this_notice_only", option=refuse, spans=(found.span(),), flags=("maybe_opt_out",)
        )
    return case.reading("opt_out", "stop.words", spans=(found.span(),))


def _nothing_said(case: _Case) -> Reading:
    if case.who.name or case.who.candidates or case.who.flags:
        return case.reading("identity", "identity.only")
    rule = "noise.decoration" if case.normal.has_decoration else "noise.empty"
    return case.reading("ambiguous" if case.normal.text.strip() or case.normal.has_decoration else "unrelated", rule)


def _answer(case: _Case) -> Reading:
    findings = options.named(case.tight, case.question)
    numbered = list(options.digits(case.rest, case.question))
    chosen = _chosen(case, findings, numbered)
    if isinstance(chosen, Reading):
        return chosen
    doubts = _doubts(case)
    if chosen is None:
        return _unclaimed(case, doubts, has_number=bool(numbered))
    option, rule, spans, is_strong = chosen
    if doubts:
        return case.reading("ambiguous", f"doubt.{doubts[0]}", spans=spans, flags=doubts, suggested=option)
    taken = [at for _, at in numbered]
    unread = options.leftover(case.tight, findings, case.question, taken)
    if len(unread) > (_STRONG_LEFTOVER if is_strong else _WEAK_LEFTOVER):
        return case.reading("ambiguous", "doubt.unread_words", spans=spans, flags=("unread_words",), suggested=option)
    if case.normal.has_glyph:
        return case.reading("ambiguous", "doubt.glyph", spans=spans, flags=("glyph",), suggested=option)
    return case.reading(option.meaning, rule, option=option, spans=spans)


_Chosen = tuple[Option, str, tuple[Span, ...], bool]


def _chosen(
    case: _Case, findings: list[Finding], numbered: list[tuple[Option | None, Span]]
) -> _Chosen | Reading | None:
    """The one option everything in the text agrees on; a Reading where it does not agree; None where nothing speaks."""
    spans = tuple(finding.at for finding in findings)
    by_number = [option for option, _ in numbered]
    by_word = [finding.option for finding in findings]
    voices = {option.key for option in (*by_number, *by_word) if option is not None}
    if len(voices) > 1:
        last = _last_after_correction(case, numbered, findings)
        if last is not None:
            return last, "options.corrected", spans, True
        return case.reading("ambiguous", "options.several", spans=spans, flags=("several_options",))
    if None in by_number:
        if not voices and len(numbered) == 1 and options.leftover(case.tight, [], case.question, [numbered[0][1]]):
            return None
        return case.reading("ambiguous", "options.no_such_number", spans=spans, flags=("no_such_number",))
    if not voices:
        return None
    option = next(one for one in (*by_number, *by_word) if one is not None)
    is_strong = any(finding.is_strong for finding in findings)
    rule = findings[0].rule if findings else "options.digit_only"
    return option, rule, spans, is_strong


def _last_after_correction(
    case: _Case, numbered: list[tuple[Option | None, Span]], findings: list[Finding]
) -> Option | None:
    """1번 말고 2번: what stands behind the correction counts, if it is one option only."""
    found = cues.CHANGED_MIND.search(case.tight.text)
    if found is None or found[0] not in ("말고", "아니고", "아니라"):
        return None
    border = case.tight.span(found.span())[1]
    after = {option.key: option for option, at in numbered if option is not None and at[0] >= border}
    after |= {one.option.key: one.option for one in findings if case.tight.span(one.at)[0] >= border}
    return next(iter(after.values())) if len(after) == 1 else None


def _doubts(case: _Case) -> tuple[str, ...]:
    text = case.tight.text
    found = [name for name, pattern in _DOUBTS if pattern.search(text)]
    if "question" not in found and cues.QUESTION.search(case.rest.text):
        found.insert(0, "question")
    if cues.BOTH_WAYS.search(text):
        found.append("both_ways")
    return tuple(found)


def _unclaimed(case: _Case, doubts: tuple[str, ...], *, has_number: bool) -> Reading:
    """Nothing speaks for an option: noise, a thank-you, a question of one's own, or half a thought about answering."""
    text = case.tight.text
    flags = (*doubts, *(("number",) if has_number else ()))
    consent = case.question.meaning("consent")
    typed = from_english_keyboard(text)
    if typed and consent is not None and cues.NODDING.match(typed):
        return case.reading("ambiguous", "doubt.english_keyboard", flags=("ime_en",), suggested=consent)
    unread = options.leftover(case.tight, [], case.question, [])
    if (case.who.name or case.who.candidates or case.who.flags) and set(doubts) <= {"condition"}:
        return case.reading("identity", "identity.only", flags=flags)
    if ("question" in doubts and len(text) <= 3) or set(doubts) & {"sarcasm", "both_ways"}:
        return case.reading("ambiguous", f"doubt.{doubts[0]}", flags=flags)
    if set(doubts) <= {"condition"} and doubts:
        return case.reading("ambiguous", "doubt.condition", flags=flags)
    if not unread:
        return case.reading("unrelated", "noise.polite", flags=flags)
    return case.reading("unrelated", "noise.other", flags=flags)
