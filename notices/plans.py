"""What an official plans before anybody is contacted: kind, legal basis, questions, dates. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from portal.core.errors import Refused
from portal.core.hangul import josa

MOST_QUESTIONS, MOST_OPTIONS, SCALE_TOP = 5, 9, 5
LONGEST_TITLE, LONGEST_BASIS, LONGEST_QUESTION, LONGEST_LABEL, LONGEST_WORDS = 40, 200, 200, 20, 1_000
_ARTICLE = re.compile(r"제 ?\d+ ?조")
_ADDRESS = re.compile(r"https?://|www\.|(?<![\w@])[a-z0-9-]+\.(?:kr|com|net|org|me|gl|ly)\b", re.IGNORECASE)


class PlanRefused(Refused):
    """The plan of the campaign makes no sense."""


@dataclass(frozen=True, slots=True)
class PlannedOption:
    """One answer on offer."""

    digit: int
    label: str
    meaning: str = "choice"  # consent, refuse, choice
    synonyms: tuple[str, ...] = ()
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """One question and the way to answer it."""

    text: str
    answer: str = "choice"  # choice, scale, number, text
    options: tuple[PlannedOption, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a campaign but its people and its document."""

    title: str
    legal_basis: str
    kind: str = "notice"
    consent: str = "ask"  # ask, standing, none: on what ground a notice is sent
    effect: str = "delivered"  # entered, delivered, opened: what counts as served
    identity: str = "birth"  # none, birth, both
    has_paper: bool = True
    questions: tuple[PlannedQuestion, ...] = ()
    ladder: str = ""
    words: str = ""  # what `text` and `acknowledge` say
    purpose: str = ""  # what the consent is for; the title, if nothing else is said
    asks_from: datetime | None = None
    asks_until: datetime | None = None
    sends_from: datetime | None = None
    unopened_until: datetime | None = None

    @property
    def asks(self) -> bool:
        """Whether citizens are asked something before anything else happens."""
        needs_no_consent = self.kind == "notice" and self.consent != "ask"
        return kind_of(self.kind).asks and not needs_no_consent and (self.kind == "notice" or not self.has_document)

    @property
    def has_document(self) -> bool:
        """Whether every citizen gets her own pages: a notice does, and what is to be acknowledged unless in words."""
        return self.kind == "notice" or (self.kind == "acknowledge" and not self.words.strip())


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of campaign needs."""

    asks: bool
    question_count: tuple[int, int] = (0, 0)  # how many the official writes
    answers: tuple[str, ...] = ()
    may_have_paper: bool = False
    is_identified: bool = False  # whose answer it is must be proved
    serves: bool = False  # a legal act reaches the citizen with it
    has_words: bool = False


KINDS: dict[str, Kind] = {
    "notice": Kind(asks=True, question_count=(0, 1), answers=("choice",), may_have_paper=True, serves=True),
    "consent": Kind(asks=True, question_count=(0, 1), answers=("choice",), is_identified=True),
    "survey": Kind(asks=True, question_count=(1, MOST_QUESTIONS), answers=("choice", "scale", "number", "text")),
    "rsvp": Kind(asks=True, question_count=(0, 1), answers=("choice",)),
    "acknowledge": Kind(asks=True, may_have_paper=True, serves=True, has_words=True),
    "vote": Kind(asks=True, question_count=(1, 1), answers=("choice",)),
    "text": Kind(asks=False, has_words=True),
}


def kind_of(name: str) -> Kind:
    """
    The rules of one kind.

    :raises PlanRefused: if there is no such kind
    """
    found = KINDS.get(name)
    if found is None:
        raise PlanRefused("발송 종류를 골라 주세요.")
    return found


def completed(plan: Plan) -> Plan:
    """The same with the questions that need not be typed, and without settings its kind has no use for."""
    kind = kind_of(plan.kind)
    plan = replace(
        plan,
        title=plan.title.strip(),
        legal_basis=plan.legal_basis.strip(),
        words=" ".join(plan.words.split()) if kind.has_words else "",
        purpose=plan.purpose.strip(),
        consent=plan.consent if plan.kind == "notice" else "ask" if plan.kind == "consent" else "none",
        effect="opened" if plan.kind == "acknowledge" else plan.effect,
        has_paper=plan.has_paper and kind.may_have_paper,
        questions=tuple(_numbered(question) for question in plan.questions) or tuple(_usual_questions(plan)),
    )
    if plan.kind == "text":
        plan = replace(plan, identity="none")
    return plan if plan.asks else replace(plan, asks_from=None, asks_until=None)


def _usual_questions(plan: Plan) -> Iterator[PlannedQuestion]:
    if not plan.asks:
        return
    if plan.kind == "notice":
        yield PlannedQuestion(f"{josa(plan.title, '을/를')} 이 번호의 그림문자로 받으시겠습니까?", options=_CONSENT)
    elif plan.kind == "consent":
        yield PlannedQuestion(f"{plan.title}에 동의하십니까?", options=_CONSENT)
    elif plan.kind == "rsvp":
        yield PlannedQuestion(f"{plan.title}에 참석하십니까?", options=_COMING)
    elif plan.kind == "acknowledge":
        yield PlannedQuestion(f"{josa(plan.title, '을/를')} 확인하셨습니까?", options=_SEEN)


_CONSENT = (PlannedOption(1, "동의", "consent"), PlannedOption(2, "미동의", "refuse"))
_COMING = (PlannedOption(1, "참석", "consent"), PlannedOption(2, "불참", "refuse"))
_SEEN = (PlannedOption(1, "확인", "consent"),)


def _numbered(question: PlannedQuestion) -> PlannedQuestion:
    """A scale has its five numbers, whatever was typed."""
    if question.answer != "scale" or question.options:
        return question
    labels = ("매우 불만족", "불만족", "보통", "만족", "매우 만족")
    return replace(question, options=tuple(PlannedOption(at, label) for at, label in enumerate(labels, start=1)))


def check(plan: Plan, *, now: datetime) -> None:
    """
    Say what is wrong with a completed plan, in words for the official who typed it.

    :raises PlanRefused: with the first sentence of all that could be said
    """
    for sentence in problems_of(plan, now=now):
        raise PlanRefused(sentence)


def problems_of(plan: Plan, *, now: datetime) -> Iterator[str]:
    """Everything that is wrong with a completed plan."""
    yield from _problems_of_basis(plan)
    yield from _problems_of_words(plan)
    yield from _problems_of_questions(plan)
    yield from _problems_of_dates(plan, now)


def _problems_of_basis(plan: Plan) -> Iterator[str]:
    kind = kind_of(plan.kind)
    if not plan.title or not plan.legal_basis:
        yield "통지 이름과 법적 근거를 적어 주세요."
    if len(plan.title) > LONGEST_TITLE or len(plan.legal_basis) > LONGEST_BASIS:
        yield f"통지 이름은 {LONGEST_TITLE}자, 법적 근거는 {LONGEST_BASIS}자까지 적을 수 있습니다."
    if plan.consent not in ("ask", "standing", "none"):
        yield "동의를 어떻게 확인할지 골라 주세요."
    if plan.effect not in ("entered", "delivered", "opened"):
        yield "무엇을 송달로 볼지 골라 주세요."
    if plan.identity not in ("none", "birth", "both"):
        yield "본인확인 방법을 골라 주세요."
    if kind.serves and plan.consent == "none" and not _ARTICLE.search(plan.legal_basis):
        yield "동의 없이 전자로 통지하려면 그것을 허용하는 법 조항을 적어 주세요. 예) ○○법 제14조"
    if (kind.is_identified or (plan.kind == "notice" and plan.consent != "none")) and plan.identity == "none":
        yield "동의는 본인확인 없이 셀 수 없습니다. 생년월일을 함께 받도록 골라 주세요."


def _problems_of_words(plan: Plan) -> Iterator[str]:
    if plan.kind == "text" and not plan.words:
        yield "보낼 내용을 적어 주세요."
    if len(plan.words) > LONGEST_WORDS:
        yield f"내용은 {LONGEST_WORDS:,}자까지 적을 수 있습니다."
    if any(_ADDRESS.search(text) for text in (plan.words, *(one.text for one in plan.questions))):
        yield "문자에는 인터넷 주소를 적을 수 없습니다. 시민은 주소가 적힌 관공서 문자를 사칭으로 의심합니다."


def _problems_of_questions(plan: Plan) -> Iterator[str]:
    kind = kind_of(plan.kind)
    fewest, most = kind.question_count
    if plan.kind == "text" and plan.questions:
        yield "안내 문자는 아무것도 묻지 않습니다. 물음을 지우거나 설문을 골라 주세요."
        return
    if not plan.asks and plan.questions:
        yield "동의를 묻지 않는 통지에는 물음을 둘 수 없습니다."
        return
    if plan.asks and plan.kind != "acknowledge" and not fewest <= len(plan.questions) <= max(most, 1):
        yield f"물음은 {most}개까지 적을 수 있습니다." if len(plan.questions) > most else "물음을 적어 주세요."
    for number, question in enumerate(plan.questions, start=1):
        for sentence in _problems_of_question(plan, question):
            yield f"물음 {number}: {sentence}"


def _problems_of_question(plan: Plan, question: PlannedQuestion) -> Iterator[str]:
    allowed = kind_of(plan.kind).answers or ("choice",)
    if not question.text.strip() or len(question.text) > LONGEST_QUESTION:
        yield f"물음을 {LONGEST_QUESTION}자 안으로 적어 주세요."
    if question.answer not in allowed:
        yield "이 종류의 발송에서는 번호를 고르는 물음만 쓸 수 있습니다."
    elif question.answer in ("number", "text"):
        if question.options:
            yield "숫자나 글로 답하는 물음에는 고를 답을 두지 않습니다."
    else:
        yield from _problems_of_options(plan, question.options)


def _problems_of_options(plan: Plan, options: tuple[PlannedOption, ...]) -> Iterator[str]:
    fewest = 1 if plan.kind == "acknowledge" else 2
    if not fewest <= len(options) <= MOST_OPTIONS:
        yield f"고를 답을 {fewest}개에서 {MOST_OPTIONS}개까지 적어 주세요."
    if any(not 1 <= one.digit <= MOST_OPTIONS for one in options) or _has_twice(one.digit for one in options):
        yield "답의 번호는 1에서 9까지이고 서로 달라야 합니다."
    if any(not one.label.strip() or len(one.label) > LONGEST_LABEL for one in options):
        yield f"답을 {LONGEST_LABEL}자 안으로 적어 주세요."
    if _has_twice(one.label.replace(" ", "") for one in options):
        yield "같은 답이 두 번 있습니다."
    if any(one.capacity is not None and one.capacity < 1 for one in options):
        yield "정원은 1명 이상이어야 합니다."
    meanings = [one.meaning for one in options if one.meaning != "choice"]
    if plan.kind in ("notice", "consent") and sorted(meanings) != ["consent", "refuse"]:
        yield "동의를 묻는 물음에는 동의와 미동의가 하나씩 있어야 합니다."
    elif _has_twice(meanings) or not set(meanings) <= {"consent", "refuse"}:
        yield "같은 뜻의 답이 두 번 있습니다."


def _has_twice(values: Iterable[object]) -> bool:
    found = list(values)
    return len(set(found)) != len(found)


def _problems_of_dates(plan: Plan, now: datetime) -> Iterator[str]:
    if plan.asks:
        if plan.asks_from is None or plan.asks_until is None:
            yield "언제부터 언제까지 회신을 받을지 적어 주세요."
        elif plan.asks_until <= max(plan.asks_from, now):
            yield "회신 마감은 동의 요청 시작과 지금보다 뒤여야 합니다."
    if plan.sends_from is not None and plan.asks_until is not None and plan.sends_from < plan.asks_until:
        yield "통지서는 회신을 마감한 뒤에 보낼 수 있습니다."
    starts = [at for at in (plan.asks_until, plan.sends_from, now) if at is not None]
    if plan.unopened_until is not None and plan.unopened_until <= max(starts):
        yield "열람 기한은 발송보다 뒤여야 합니다."
