"""One text → one reading, in the order of the specification: identity, stop, quotes, options, doubts."""

import re
from collections.abc import Sequence
from datetime import date

from messaging.understanding import choosing, courtesy, numbers, options, quoting, stopping
from messaging.understanding import grammar as g
from messaging.understanding.case import Case
from messaging.understanding.choosing import Chosen
from messaging.understanding.doubts import AUTO_REPLY
from messaging.understanding.identity import compare, identify
from messaging.understanding.keyboard import retyped
from messaging.understanding.model import Finding, Option, Person, Question, Reading, Span
from messaging.understanding.normalising import NO_MARKS, YES_MARKS, Line, normalise

LATEST = date(2026, 12, 31)  # where the caller gives no day; with a roster it decides nothing
_WITHDRAWN = re.compile(r"취소|철회|무효|번복")
_EVENT = re.compile(r"시간|가야|가도|가면|갈|언제|몇시(?!에나)|참석|늦")  # what somebody asks who may come
_TRAILING_OFF = re.compile(r"데[요유예]?$")  # 2동 사는데요
_EXCUSE_LONGEST = 20
_EXCUSE = re.compile(r"선약|출장|약속이|일이있|병원|수술|입원|결혼식|제사|근무|당직|여행")
_FILLING_IN = re.compile(r"적어|적으|적나|쓰면|써야|호적|이름으로")  # how to give a name and a birth
_ANSWERED = re.compile(r"동의|답|눌렀|보냈|회신|신청|접수|[0-9]번|참석|확인했")
_OWN_EXCUSE = re.compile(r"중이(?:라|었|여|어)서?[가-힣]{0,4}늦")  # no machine is sorry to be late
_LAUGHTER = re.compile(r"[ㅋㅎ\s]+|[ㅡ;\s]+")
_OTHER_YES = re.compile(r"(?:네 ?|예 ?|저는 ?)?(?:동의|찬성)(?:[하합함할해입이요]|$)")  # said where "coming?" was asked
_SPOKEN_TWO = re.compile(r"[이일](?:번)?(?:이?[요유임]|입니다|으로.{0,6})?")  # 이번: "number two", or "this time"


def read(text: str, question: Question, person: Person | None = None, *, today: date = LATEST) -> Reading:
    """
    Read one inbound text as an answer to `question`.

    `person` is the roster's row of whoever was asked, `today` the day the text came. Never raises for any text.
    """
    normal = normalise(text)
    normal = normal.at_its_ends()
    who = identify(normal, question, person, today=today)
    case = Case.of(normal, question, who, compare(who, question, person))
    if not case.tight.text:
        return _stop(case) or _nothing_said(case)
    if quote := quoting.quoted(normal, question):
        return _beside_quote(case, quote)
    return _stop(case) or _auto_reply(case) or _answer(case)


def _stop(case: Case) -> Reading | None:
    """A stop without the name beside it (문자 그만 김순자), or in what only looked like a name (고마해라)."""
    whole = case.with_name
    stopped = _stopped(case) if case.tight.text else None
    return stopped or (None if whole is case else _stopped(whole))


def _stopped(case: Case) -> Reading | None:
    calm = courtesy.COURTESY.sub("", case.tight.text)
    wants_post = g.POST_IN_WORDS.search(case.words.text) is not None
    found = stopping.find(case.tight, case.words, case.question, wants_post=wants_post, calm=calm)
    if found is None:
        return None
    at = _in_words(case.words, case.tight.span(found.at))
    refuse = case.question.meaning("refuse")
    if found.is_this_only and refuse is not None:
        return case.reading("refuse", "stop.this_notice_only", option=refuse, spans=(at,), flags=("maybe_opt_out",))
    return case.reading("opt_out", found.rule, spans=(at,))


def _in_words(words: Line, at: Span) -> Span:
    inside = [index for index, place in enumerate(words.places) if at[0] <= place < at[1]]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _auto_reply(case: Case) -> Reading | None:
    if AUTO_REPLY.search(case.tight.text) and not _names_an_option(case):
        return case.reading("unrelated", "noise.auto_reply", flags=("auto_reply",))
    return None


def _names_an_option(case: Case) -> bool:
    """동의요 지금 회의 중이라, 1이요 운전 중이라 늦었네요: somebody who answers is there."""
    opening = numbers.numbered(case.words, case.question)[:1]
    if opening and opening[0].option and opening[0].at[0] == 0 and _OWN_EXCUSE.search(case.tight.text):
        return True
    return any(one.weight != "mention" for one in options.named(case.words, case.question))


def _beside_quote(case: Case, quote: Span) -> Reading:
    """What is written beside a copy of our question is only suggested."""
    rest = Case.of(case.normal, case.question, case.who, case.identity, quote)
    suggested = ""
    if rest.tight.text:
        if stopped := _stop(rest):
            return stopped
        suggested = _answer(rest).option
    option = case.option(suggested)
    return case.reading("ambiguous", "doubt.quoted_question", flags=("quote",), suggested=option)


def _nothing_said(case: Case) -> Reading:
    if case.who.says_something:
        return case.reading("identity", "identity.only")
    if _LAUGHTER.fullmatch(case.normal.raw):
        return case.reading("unrelated", "noise.decoration")
    if marks := _marked_option(case):
        return case.reading("ambiguous", "doubt.glyph", flags=("glyph",), suggested=marks)
    if case.normal.has_decoration or case.normal.raw.strip():
        return case.reading("ambiguous", "noise.decoration")
    return case.reading("unrelated", "noise.empty")


def _marked_option(case: Case) -> Option | None:
    """What ⭕ or ❌ would mean, if only one of them is drawn."""
    has_yes, has_no = (bool(set(case.normal.marks) & set(marks)) for marks in (YES_MARKS, NO_MARKS))
    if has_yes == has_no:
        return None
    return case.question.meaning("consent" if has_yes else "refuse")


def _answer(case: Case) -> Reading:
    findings = [*options.named(case.words, case.question), *numbers.numbered(case.words, case.question)]
    findings.sort(key=lambda one: one.at)
    chosen = choosing.choose(case, findings)
    if isinstance(chosen, Reading):
        return chosen
    if isinstance(chosen, Chosen):
        return choosing.weigh(case, chosen, findings)
    return _nodded(case, findings) or _unclaimed(case, findings)


def _nodded(case: Case, findings: Sequence[Finding]) -> Reading | None:
    consent = case.question.meaning("consent")
    if consent is None or findings:
        return None
    nodded = options.nod(case.words)
    if nodded is None:
        return None
    how, at = nodded
    if how == "thanks":
        return case.reading("unrelated", "doubt.acknowledged", spans=(at,), suggested=consent)
    doubts = case.doubts
    if doubts:
        rule = f"doubt.{doubts[0]}"
    elif case.normal.is_hesitant:
        rule, doubts = "doubt.hesitation", ("hesitation",)
    elif set(case.normal.marks) & set(NO_MARKS):
        rule, doubts = "doubt.glyph", ("glyph",)
    elif case.who.name and not case.who.candidates:
        rule, doubts = "doubt.acknowledged", ("acknowledged",)  # 네 홍길동입니다: a greeting, perhaps
    else:
        return case.reading("consent", "options.nod", option=consent, spans=(at,))
    return case.reading("ambiguous", rule, spans=(at,), flags=doubts, suggested=consent)


def _unclaimed(case: Case, findings: Sequence[Finding]) -> Reading:
    """Nothing speaks for an option: noise, a thank-you, a question of one's own, or half a thought about answering."""
    if typed := _mistyped(case):
        return typed
    doubts = case.doubts
    flags = (*doubts, *(("number",) if any(one.rule == "options.no_such_number" for one in findings) else ()))
    if mentioned := next((one for one in findings if one.rule == "options.mention"), None):
        rule = f"doubt.{doubts[0]}" if doubts else "options.mention"
        return case.reading("ambiguous", rule, spans=(mentioned.at,), flags=flags, suggested=mentioned.option)
    unread = options.unread(case.words, choosing.covered(case, findings), case.question)
    if case.who.says_something and set(doubts) & {"deceased", "wrong_person"}:
        return case.reading("ambiguous", f"doubt.{doubts[0]}", flags=flags)
    asks = case.question.kind == "rsvp" and case.question.identity == "none" and "question" in doubts
    if case.who.says_something and not asks and (len(unread) <= 6 or not case.question.options):
        return case.reading("identity", "identity.only", flags=flags)
    if case.tight.text == "o" or (case.normal.marks and len(unread) <= 1):
        return case.reading("ambiguous", "doubt.glyph", flags=("glyph",), suggested=_marked_option(case))
    if _WITHDRAWN.search(case.tight.text):
        refuse = case.question.meaning("refuse")
        return case.reading("ambiguous", "doubt.withdrawn", flags=("withdrawn", *flags), suggested=refuse)
    if case.question.kind == "rsvp" and _OTHER_YES.match(case.words.text):
        consent = case.question.meaning("consent")
        return case.reading("ambiguous", "options.mention", flags=flags, suggested=consent)
    if case.question.kind == "rsvp" and len(case.tight.text) <= _EXCUSE_LONGEST and _EXCUSE.search(case.tight.text):
        refuse = case.question.meaning("refuse")
        return case.reading("ambiguous", "doubt.excuse", flags=("excuse", *flags), suggested=refuse)
    if rule := _half_answered(case, doubts):
        return case.reading("ambiguous", rule, flags=flags)
    return case.reading("unrelated", "noise.other" if unread else "noise.polite", flags=flags)


def _half_answered(case: Case, doubts: tuple[str, ...]) -> str:
    """The rule by which a text without an answer still is about answering, or ''."""
    text = case.tight.text
    if not doubts:
        return "doubt.unread_words" if _SPOKEN_TWO.fullmatch(text) else ""
    if set(doubts) & {"deceased", "minor", "wrong_person"}:
        return ""
    if "already" in doubts and (not case.question.options or not _ANSWERED.search(text)):
        return ""
    if not case.question.options and set(doubts) <= {"later"}:
        return ""
    if doubts == ("contrast",) and _TRAILING_OFF.search(text) and not _ANSWERED.search(text):
        return ""
    is_about_us = any(noun in text for noun in case.question.nouns)
    is_half = (
        bool(set(doubts) & {"sarcasm", "both_ways", "whether", "double_negation", "other_way"})
        or courtesy.NOD.fullmatch(case.words.text.split(" ", 1)[0].rstrip("?")) is not None
        or ("condition" in doubts and is_about_us)
        or ("question" in doubts and len(text) <= 3)
        or ("question" in doubts and not case.question.options and _FILLING_IN.search(text) is not None)
        or ("question" in doubts and case.question.kind == "rsvp" and _EVENT.search(text) is not None)
        or (
            case.question.kind == "rsvp"
            and bool(set(doubts) & {"unsure", "later", "condition"})
            and _EVENT.search(text) is not None
        )
        or set(doubts) <= {"later", "on_behalf", "already", "contrast"}
    )
    return f"doubt.{doubts[0]}" if is_half else ""


def _mistyped(case: Case) -> Reading | None:
    """Typed with the keyboard in the wrong language: an answer is only suggested, a stop is heard."""
    typed = retyped(case.normal.raw)
    if not typed:
        return None
    meant = read(typed, case.question)
    if meant.label == "opt_out":
        return case.reading("opt_out", "stop.words", flags=("ime_en",))
    option = case.option(meant.option)
    if option is None:
        return None
    return case.reading("ambiguous", "doubt.english_keyboard", flags=("ime_en",), suggested=option)
