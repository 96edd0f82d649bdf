"""
A turn as neutral cards. An approved answer is drawn from its own row each time; what the dialogue said was stored.

Buttons carry the time the turn was asked, so the same turn always draws the same cards, and they fade a day later.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from chatbot.cards import (
    Card,
    Chip,
    Chips,
    Form,
    Image,
    Layer,
    Link,
    Links,
    Phone,
    Place,
    Reply,
    Safety,
    Text,
    from_json,
    leads_on,
)
from chatbot.draft_queries import filled
from chatbot.engine.conduct import RESIDENT_NUMBER_WARNING
from chatbot.engine.safety import SafetyCard, card_of
from chatbot.engine.text import has_resident_number
from chatbot.models import Faq, FaqFacet, Turn, TurnCandidate
from chatbot.tokens import Kind, token_of
from complaints.petitions import shipped

OFFICE_HOURS = "평일 9시~18시"
OTHERS = "다른 질문이었어요"
NONE_OF_THESE = "다 아니에요"
PERSON = "상담사에게 남기기"
_EXAMPLE_HOST = ".example."
Decision = Turn.Decision


def cards_of(turn: Turn, *, is_second_miss: bool = False, now: datetime | None = None) -> Reply:
    """
    Everything under one question. There is always a way on: at the very least the district's own number.

    `now`: when it is looked at, where that is later than it was asked; what was proven then may be over.
    """
    said = _said(turn, is_second_miss=is_second_miss, now=now or turn.asked_at)
    cards = [*_safety(turn), *_warned(turn), *said]
    if not any(leads_on(card) for card in cards):
        cards.append(main_phone())
    return Reply(tuple(cards))


def main_phone() -> Phone:
    """The district's own number."""
    return Phone("대표전화", settings.DISTRICT_PHONE, OFFICE_HOURS)


def person_chip(*, now: datetime) -> Chip:
    """상담사 연결, which every channel offers all the time."""
    return Chip(PERSON, token_of(Kind.PERSON, now=now))


def _safety(turn: Turn) -> Iterator[Card]:
    card = card_of(turn.safety_kind) if turn.safety_kind else None
    if card is not None:
        yield safety_of(card)


def safety_of(card: SafetyCard) -> Safety:
    """What somebody in danger is shown first; no row is needed for it."""
    return Safety(card.kind, card.title, card.text, tuple(Phone(label, number) for label, number in card.phones))


def _warned(turn: Turn) -> Iterator[Card]:
    if has_resident_number(turn.text_masked):
        yield Text(RESIDENT_NUMBER_WARNING)


def _said(turn: Turn, *, is_second_miss: bool, now: datetime) -> Iterator[Card]:
    """Stored words stand before an answer (what changed about it), and after one given in the middle of a form."""
    stored = list(filled([from_json(values) for values in turn.reply], turn, now=now))
    candidates = [one for one in sorted(turn.candidates.all(), key=lambda one: one.rank) if _is_live(one.faq)]
    if turn.decision == Decision.DIRECT:
        yield from stored
    if turn.faq is not None:
        yield from answer_cards(turn.faq, facet=turn.facet, now=turn.asked_at)
    if turn.also is not None:
        yield from answer_cards(turn.also, now=turn.asked_at)
    yield from _choices(turn, candidates)
    if turn.decision != Decision.DIRECT and stored:
        yield from stored
    elif turn.decision == Decision.EXITS or (turn.decision == Decision.CHIPS and not candidates):
        yield from _exits(turn, is_second_miss=is_second_miss)
    elif turn.decision == Decision.EMPTY:
        yield Text("무엇이 궁금하신가요? 평소 말하듯 적어 주세요. 예) 대형폐기물, 여권, 불법주차 신고")


def _choices(turn: Turn, candidates: Sequence[TurnCandidate]) -> Iterator[Card]:
    if turn.decision == Decision.DIRECT:
        others = [one for one in candidates if one.faq_id not in (turn.faq_id, turn.also_id)]
        if others:
            yield Chips(tuple(_choice(turn, one) for one in others), folded_under=OTHERS)
    elif candidates and turn.decision in (Decision.CHIPS, Decision.SAFETY):
        yield Text("혹시 이 내용을 찾으셨나요?" if turn.safety_kind else "이 가운데 찾으시는 것이 있나요?")
        none = Chip(NONE_OF_THESE, token_of(Kind.CHOICE, turn.pk, 0, now=turn.asked_at))
        yield Chips((*(_choice(turn, one) for one in candidates), none))


def _choice(turn: Turn, candidate: TurnCandidate) -> Chip:
    return Chip(candidate.faq.question, token_of(Kind.CHOICE, turn.pk, candidate.rank, now=turn.asked_at))


def _exits(turn: Turn, *, is_second_miss: bool) -> Iterator[Card]:
    """A complaint, the nearest department's number, a person: after a second miss the person stands first."""
    nearest = next((one.faq.department for one in turn.candidates.all() if one.faq.department), None)
    phone = Phone(nearest.name, nearest.phone, OFFICE_HOURS) if nearest else main_phone()
    form = Form("", "이 내용으로 민원 접수")
    person = Chips((person_chip(now=turn.asked_at),))
    if is_second_miss:
        yield Text("거듭 답을 찾지 못해 죄송합니다. 사람이 답해 드리는 길을 먼저 알려 드릴게요.")
        yield from (person, phone, form)
    else:
        yield Text("꼭 맞는 답을 찾지 못했어요. 이렇게 도와드릴 수 있어요.")
        yield from (form, phone, person)


def _is_live(faq: Faq) -> bool:
    return faq.status == Faq.Status.PUBLISHED


def answer_cards(faq: Faq, *, facet: str = "", now: datetime) -> Iterator[Card]:
    """One approved answer: the point asked about first, then its text, place, links, number and petition."""
    if not _is_live(faq):
        yield Text("이 안내는 내용이 바뀌어 내려갔습니다. 다시 물어봐 주세요.", title=faq.question)
        yield main_phone()
        return
    point = next((one for one in faq.facets.all() if one.kind == facet), None) if facet else None
    if point is not None:
        yield Text(point.text, title=FaqFacet.Kind(point.kind).label)
    links = sorted(faq.links.all(), key=lambda one: one.position)
    yield from written_cards(faq, [(one.label, one.url) for one in links], now=now)


def written_cards(faq: Faq, links: Iterable[tuple[str, str]], *, now: datetime) -> Iterator[Card]:
    """What an official wrote of it; `faq` and its links need not be saved yet."""
    yield Text(faq.answer, title=faq.question, is_sample=faq.has_sample_facts)
    picture = getattr(faq, "picture", None)  # without one there is no such attribute
    if picture is not None:
        yield Image(reverse("chatbot:picture", args=[faq.pk, picture.sha256]), picture.alt)
    yield from _where(faq)
    if shown := _links(faq, links):
        yield Links(tuple(shown))
    if faq.petition_code in shipped().by_code:
        title = shipped().get(faq.petition_code).title
        yield Form(faq.petition_code, title, token_of(Kind.PETITION, faq.petition_code, now=now))
    if faq.department is not None:
        yield Phone(faq.department.name, faq.department.phone, OFFICE_HOURS)
    elif faq.agency_phone:
        yield Phone(faq.agency_name, faq.agency_phone)


def _where(faq: Faq) -> Iterator[Card]:
    if faq.map_kind == Faq.MapKind.PLACE and faq.place_name:
        yield Place(faq.place_name, faq.place_address, faq.lat, faq.lon, is_sample=faq.has_sample_facts)
    elif faq.map_kind == Faq.MapKind.LAYER and faq.map_layer:
        yield Layer(faq.map_layer, faq.place_name)


def _links(faq: Faq, links: Iterable[tuple[str, str]]) -> Sequence[Link]:
    shown = [
        Link(label, url, is_example=_EXAMPLE_HOST in url or url.startswith("https://example.")) for label, url in links
    ]
    if faq.agency_url:
        shown.insert(0, Link(f"{faq.agency_name} 누리집", faq.agency_url))
    return shown


def map_address(layer: str) -> str:
    """The page with the places of a layer."""
    return reverse("chatbot:map", args=[layer])
