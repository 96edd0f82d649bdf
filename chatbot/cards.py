"""A turn as neutral cards: plain values that any channel can draw."""

from dataclasses import dataclass, field

from chatbot.engine.safety import SafetyCard, card_of
from chatbot.models import Faq, Turn


@dataclass(frozen=True, slots=True)
class Link:
    """A label and where it leads; example addresses of the demo district are shown but lead nowhere."""

    label: str
    url: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers to pick from."""

    rank: int
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One approved answer with everything that leads further."""

    title: str
    text: str
    links: list[Link]
    place_name: str
    place_address: str
    department: str
    phone: str
    has_petition: bool
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Cards:
    """What stands under one question. There is always a way on."""

    seq: int
    question: str
    decision: str
    safety: SafetyCard | None
    answer: Answer | None
    choices: list[Choice] = field(default_factory=list)
    department: str = ""
    phone: str = ""
    value: int | None = None

    @property
    def is_direct(self) -> bool:
        """One sure answer."""
        return self.decision == Turn.Decision.DIRECT

    @property
    def offers_choices(self) -> bool:
        """Several possible answers."""
        return bool(self.choices) and self.decision in (Turn.Decision.CHIPS, Turn.Decision.SAFETY)

    @property
    def offers_exits(self) -> bool:
        """None: a complaint, the department's number, or another question."""
        return self.decision == Turn.Decision.EXITS

    @property
    def is_empty(self) -> bool:
        """Nothing was asked."""
        return self.decision == Turn.Decision.EMPTY


def cards_of(turn: Turn, *, phone: str) -> Cards:
    """The cards of a turn read by `queries.thread_of`; `phone` is the district's, for when no department is known."""
    candidates = sorted(turn.candidates.all(), key=lambda one: one.rank)
    nearest = candidates[0].faq.department if candidates else None
    listed = candidates if turn.decision in (Turn.Decision.CHIPS, Turn.Decision.SAFETY) else []
    return Cards(
        seq=turn.seq,
        question=turn.text_masked,
        decision=turn.decision,
        safety=card_of(turn.safety_kind) if turn.safety_kind else None,
        answer=_answer(turn.faq) if turn.faq else None,
        choices=[Choice(one.rank, one.faq.question) for one in listed],
        department=nearest.name if nearest else "",
        phone=nearest.phone if nearest else phone,
        value=turn.value,
    )


def _answer(faq: Faq) -> Answer:
    links = [
        Link(link.label, link.url, ".example." in link.url or link.url.startswith("https://example."))
        for link in sorted(faq.links.all(), key=lambda link: link.position)
    ]
    return Answer(
        title=faq.question,
        text=faq.answer,
        links=links,
        place_name=faq.place_name,
        place_address=faq.place_address,
        department=faq.department.name if faq.department else "",
        phone=faq.department.phone if faq.department else "",
        has_petition=bool(faq.petition_code),
        is_sample=faq.has_sample_facts,
    )
