"""What stands in a draft, read when it is drawn: stored replies hold none of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from chatbot import proving
from chatbot.asking import BILL, CASE, NOTICE, RESUME
from chatbot.cards import Card, Link, Links, Row, Summary, Text
from chatbot.models import Conversation, Draft, DraftAnswer, Turn
from chatbot.resuming import OPEN
from chatbot.resuming import token_of as token_of_draft
from chatbot.tokens import Kind, token_of
from complaints.petitions import Petition, shipped
from complaints.slots import Slot
from notices.bill_queries import proven_bills_of
from notices.models import Bill
from notices.opening_queries import notices_of, proven_lines_of
from notices.services.billing import bill_path
from portal.accounts.models import User
from portal.core.clock import in_korea
from portal.core.workdays import WEEKDAYS

HIDDEN = "적음 (보이지 않게 가렸습니다)"
FOUND = "확인해 주세요"
SKIPPED = "적지 않음"
ELSEWHERE = "이어지는 화면은 구청 누리집에서 본인 확인 뒤에 여실 수 있습니다."
PROOF_OVER = "본인 확인 뒤 30분이 지나 이 내용을 가렸습니다. 다시 물어보시면 번호를 확인하고 알려 드립니다."
GONE = "이 신청서는 끝났거나 보관 기간이 지났습니다."

_API = Conversation.Channel.API


def in_words(slot: Slot, value: object) -> str:
    """An answer as people read it."""
    match value:
        case bool():
            return "동의합니다" if value else "동의하지 않습니다"
        case int() if slot.type == "money":
            return f"{value:,}원"
        case int() if slot.is_uploaded:
            return f"{value}개 올림"
        case list():
            return ", ".join(str(one) for one in value)
        case str() if slot.type == "datetime":
            return _moment(value)
        case str() if slot.type == "date":
            return _moment(value).split(")")[0] + ")"
    return str(value)


def _moment(value: str) -> str:
    moment = datetime.fromisoformat(value)
    local = in_korea(moment) if moment.tzinfo else moment
    day = f"{local.year}년 {local.month}월 {local.day}일({WEEKDAYS[local.weekday()]})"
    return f"{day} {local.hour}시" + (f" {local.minute}분" if local.minute else "")


def filled(cards: Iterable[Card], turn: Turn, *, now: datetime) -> Iterator[Card]:
    """Stored cards with what only their own conversation may read, and there no longer than a proof lasts."""
    is_over = proving.is_over(turn.conversation, turn.asked_at, now=now)
    for card in cards:
        if isinstance(card, Summary):
            yield _summary(card, turn)
        elif isinstance(card, Text) and card.is_personal and is_over:
            yield Text(PROOF_OVER)
        elif isinstance(card, Links):
            links = tuple(
                link for link in (_link(one, turn, is_over=is_over) for one in card.links) if link is not None
            )
            if links:
                yield Links(links)
            elif turn.conversation.channel == _API:
                yield Text(ELSEWHERE)
        else:
            yield card


def _draft(public_id: str, conversation: Conversation) -> Draft | None:
    """A draft of this conversation, or of its citizen; anybody else's does not exist."""
    draft = Draft.objects.select_related("complaint").filter(public_id=public_id).first()
    if draft is None:
        return None
    is_own = draft.conversation_id == conversation.pk
    is_citizens = draft.citizen_id is not None and draft.citizen_id == conversation.citizen_id
    return draft if is_own or is_citizens else None


def _summary(card: Summary, turn: Turn) -> Card:
    draft = _draft(card.draft, turn.conversation)
    petition = shipped().by_code.get(draft.petition_code) if draft else None
    if draft is None or petition is None:
        return Text(GONE)
    answers = {row.slot: row for row in draft.answers.all()}
    return replace(card, rows=tuple(_rows(draft, petition, answers, turn.asked_at))) if answers else Text(GONE)


def _rows(draft: Draft, petition: Petition, answers: Mapping[str, DraftAnswer], at: datetime) -> Iterator[Row]:
    values = {name: json.loads(row.value) for name, row in answers.items()}
    given = {name: value for name, value in values.items() if value is not None}
    for slot in petition.shown(given):
        if slot.name in values:
            token = token_of(Kind.CHANGE, str(draft.public_id), slot.name, now=at)
            yield Row(slot.label or slot.ask, _shown(slot, values[slot.name], answers[slot.name]), token)


def _shown(slot: Slot, value: object, row: DraftAnswer) -> str:
    if value is None:
        return SKIPPED
    words = HIDDEN if slot.is_sensitive else in_words(slot, value)
    return words if row.is_confirmed else f"{words} ({FOUND})"


def _link(link: Link, turn: Turn, *, is_over: bool) -> Link | None:
    """
    An address that is secret, or a name that is personal, is worked out each time it is drawn.

    Another office's key proves an office, not a citizen: it is given none.
    """
    scheme, _, name = link.url.partition(":")
    scheme = f"{scheme}:"
    if scheme not in (RESUME, CASE, BILL, NOTICE):
        return link
    if turn.conversation.channel == _API:
        return None
    label, path = link.label, ""
    if scheme == BILL:
        label, path = _bill(name, turn.conversation.citizen)
    elif scheme == NOTICE:
        label, path = _notice(name, turn.conversation.citizen)
    elif (draft := _draft(name, turn.conversation)) is not None:
        path = _resume_path(draft) if scheme == RESUME else _track_path(draft) if is_over else _case_path(draft)
    is_here = turn.conversation.channel == Conversation.Channel.WEB
    return Link(label, path if is_here else f"{settings.SITE_URL}{path}") if path else None


def _bill(pk: str, user: User | None) -> tuple[str, str]:
    """Its name, sum and day, for whom it is for sure; a bill that was settled since is not shown again."""
    hers = proven_bills_of(user).filter(status=Bill.Status.OPEN) if user and pk.isdigit() else None
    bill = hers.filter(pk=int(pk)).first() if hers is not None else None
    if bill is None:
        return "", ""
    return f"{bill.title} {bill.amount_won:,}원, {bill.due_on.month}월 {bill.due_on.day}일까지", bill_path(bill)


def _notice(pk: str, user: User | None) -> tuple[str, str]:
    """Its name and the day it was sent, for whom it is for sure; it is opened on her own page."""
    hers = notices_of(user).filter(pk__in=proven_lines_of(user).values("pk")) if user and pk.isdigit() else None
    found = hers.filter(pk=int(pk)).first() if hers is not None else None
    if found is None:
        return "", ""
    sent_on = in_korea(found.sent_at) if found.sent_at else None
    day = f" ({sent_on.month}월 {sent_on.day}일)" if sent_on else ""
    return f"{found.campaign.title}{day}", reverse("site:my_notices")


def _case_path(draft: Draft) -> str:
    return reverse("complaints:link", args=[draft.complaint.token]) if draft.complaint else ""


def _track_path(draft: Draft) -> str:
    """Where the number and the phone are asked for again; a case that names no phone has only its own address."""
    is_named = draft.complaint is not None and bool(draft.complaint.phone)
    return reverse("complaints:track") if is_named else _case_path(draft)


def _resume_path(draft: Draft) -> str:
    return reverse("chatbot:resume", args=[token_of_draft(draft)]) if draft.state in OPEN else ""
