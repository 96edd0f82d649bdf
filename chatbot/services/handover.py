"""A person takes over: somebody on duty answers in the thread; at night or on a holiday a time is promised."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from chatbot import proving
from chatbot.cards import Card, Phone, Reply, Text
from chatbot.channels import sms
from chatbot.engine.text import mask
from chatbot.models import Conversation, Draft, Handover, Turn
from chatbot.services import drafts
from chatbot.services.recording import held, stored
from complaints.models import Category, Complaint
from complaints.petitions import shipped
from complaints.services.onduty import away
from messaging import services as messaging
from portal.accounts.models import Department, Official, User
from portal.accounts.queries import calendar, official_of, officials_holding
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_resident_numbers
from portal.core.workdays import WEEKDAYS, CalendarMissing, add_hours

CALLBACK = "callback"
OFFICE_HOURS = "평일 9시~18시"
PROMISED_WITHIN = 2  # working hours
LONGEST_ANSWER = 1000
LEFT_AFTER = timedelta(minutes=3)  # no word of the citizen for so long: the answer also goes to the phone
DUTY = "complaints.duty"
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)  # no text message may hold one
State = Handover.State
_log = structlog.get_logger(__name__)


class NotWaiting(Refused):
    """Somebody else answered, or the citizen needs nobody any more."""

    sentence = "이미 끝난 상담입니다."


class NothingSaid(Refused):
    """An empty answer helps nobody."""

    sentence = "답할 내용을 적어 주세요."


def is_office_open(*, now: datetime) -> bool:
    """Whether this is working time; a calendar that does not know says no."""
    try:
        day = calendar().day(in_korea(now).date())
    except CalendarMissing:
        return False
    return day.is_open and any(begin <= now < end for begin, end in day.spans)


def on_duty(department: Department | None, *, now: datetime) -> QuerySet[Official]:
    """Who could answer now: the department's people, or the intake desk's when no department is known."""
    here = Official.objects.filter(is_active=True, user__is_active=True).exclude(
        pk__in=away(now=now).values("official")
    )
    if department is not None:
        return here.filter(department=department)
    return here.filter(user__groups__name="intake").distinct()


def ask(conversation: Conversation, *, reason: str, draft: Draft | None, now: datetime) -> list[Card] | None:
    """A person is asked for. Somebody is there: the citizen waits in line. Nobody: None, and a call is promised."""
    department = _department_of(conversation, draft)
    if not is_office_open(now=now) or not on_duty(department, now=now).exists():
        _offered(conversation, department, reason=reason, now=now)
        return None
    waiting = _open(conversation) or Handover(conversation=conversation, asked_at=now)
    if waiting.state not in (State.TALKING, State.PROMISED):
        waiting.state, waiting.reason, waiting.department = State.WAITING, reason[:20], department
        waiting.save()
    before = Handover.objects.filter(state=State.WAITING, department=department, asked_at__lt=waiting.asked_at)
    place = before.count() + 1
    words = (
        f"상담사에게 전했습니다. 지금 {place}번째로 기다리고 계십니다. 이 창에서 답을 드립니다. "
        "그동안 다른 것을 물어보셔도 되고, 창을 닫으셔도 대화는 남아 있습니다."
    )
    return [Text(words, title="상담사 연결"), office_phone(department)]


def nobody_there(*, now: datetime) -> str:
    """Why nobody answers at once, and when somebody will."""
    until = _in_words(promised_time(now=now))
    return f"지금은 상담사가 자리에 없습니다. 번호를 남겨 주시면 {until}까지 전화드리겠습니다."


def promised_time(*, now: datetime) -> datetime:
    """Two working hours from when the office is open next."""
    return add_hours(calendar(), now, PROMISED_WITHIN)


def promise_for(draft: Draft, complaint: Complaint, *, now: datetime) -> str:
    """A call-back was filed: the promise stands with it, in the same transaction."""
    if draft.petition_code != CALLBACK:
        return ""
    handover = _open(draft.conversation) or Handover(conversation=draft.conversation, asked_at=now)
    handover.state, handover.complaint, handover.escalated_at = State.PROMISED, complaint, None
    handover.promised_at = promised_time(now=now)
    handover.department = complaint.department or handover.department
    handover.save()
    return f"{_in_words(handover.promised_at)}까지 전화드리겠습니다."


@transaction.atomic
def answer_handover(
    handover: Handover, *, text: str, by: User, now: datetime, closes: bool = False, request_key: UUID | None = None
) -> Turn:
    """
    A person's words in the thread; to the phone as well if the citizen has left and a number is known.

    :param request_key: of the press: the same one twice says it once
    :raises NotWaiting: if it is over
    :raises NothingSaid: if there are no words
    """
    conversation = held(handover.conversation)  # before its row here, as the citizen's own turn does
    if request_key is not None and (said := stored(conversation, request_key)) is not None:
        return said
    answered = Handover.objects.select_for_update(of=("self",)).select_related("department").get(pk=handover.pk)
    if answered.state == State.CLOSED:
        raise NotWaiting
    words = mask_resident_numbers(text.strip())[:LONGEST_ANSWER]
    if not words:
        raise NothingSaid
    answered.official = official_of(by)
    answered.state = State.TALKING
    if closes:
        answered.state, answered.closed_at = State.CLOSED, now
    answered.save()
    who = answered.official.department.name if answered.official else "상담사"
    reply = Reply((Text(mask(words), title=f"{who} 상담사의 답"), office_phone(answered.department)))
    turn = append(conversation, reply, decision=Turn.Decision.PERSON, now=now, request_key=request_key)
    if now - conversation.last_at > LEFT_AFTER:
        _to_the_phone(answered, words, turn, by=by, now=now)
    return turn


@transaction.atomic
def close_handover(handover: Handover, *, now: datetime) -> None:
    """It is done: called back, or the citizen needs nothing more."""
    Handover.objects.filter(pk=handover.pk).exclude(state=State.CLOSED).update(state=State.CLOSED, closed_at=now)


def waiting_for(user: User) -> QuerySet[Handover]:
    """What an official may answer: her department's and what has no department; everything for an administrator."""
    rows = Handover.objects.exclude(state__in=[State.CLOSED, State.OFFERED]).select_related(
        "conversation", "department", "official", "complaint"
    )
    official = official_of(user)
    if user.is_superuser or (official is not None and official.has_role("administrator")):
        return rows.order_by("asked_at")
    if official is None:
        return rows.none()
    return rows.filter(Q(department=official.department_id) | Q(department=None)).order_by("asked_at")


@transaction.atomic
def escalate_promises(*, now: datetime) -> int:
    """A promised time went by and nobody called: the department's heads hear of it, once."""
    late = Handover.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=State.PROMISED, promised_at__lt=now, escalated_at=None
    )
    count = 0
    for handover in late.select_related("complaint", "department").order_by("pk")[:200]:
        handover.escalated_at = now
        if handover.complaint is not None and not handover.complaint.is_open:
            handover.state, handover.closed_at = State.CLOSED, now
        else:
            _tell_heads(handover, now=now)
        handover.save()
        count += 1
    return count


def _tell_heads(handover: Handover, *, now: datetime) -> None:
    department = (handover.complaint.department if handover.complaint else None) or handover.department
    if department is None or handover.complaint is None:
        return
    messaging.tell_officials(
        officials_holding("head", department_id=department.pk),
        template="chatbot.promise_missed",
        words={"부서": department.name, "번호": handover.complaint.number},
        topic=DUTY,
        mark=handover.complaint.number,
        reference=handover.complaint.number,
        now=now,
    )


def _offered(conversation: Conversation, department: Department | None, *, reason: str, now: datetime) -> None:
    if _open(conversation) is None:
        Handover.objects.create(
            conversation=conversation, state=State.OFFERED, reason=reason[:20], department=department, asked_at=now
        )


def _open(conversation: Conversation) -> Handover | None:
    """The row that is open, locked: an official may be answering it."""
    rows = Handover.objects.select_for_update(of=("self",)).filter(conversation=conversation)
    return rows.exclude(state=State.CLOSED).first()


def _department_of(conversation: Conversation, draft: Draft | None) -> Department | None:
    """Whose matter it is: the form's that is open, else the last answer's."""
    if draft is not None:
        petition = shipped().get(draft.petition_code)
        category = Category.objects.select_related("department").filter(code=petition.category).first()
        return category.department if category else Department.objects.filter(name=petition.department).first()
    return conversation.last_faq.department if conversation.last_faq else None


def append(
    conversation: Conversation,
    reply: Reply,
    *,
    decision: Turn.Decision,
    now: datetime,
    request_key: UUID | None = None,
) -> Turn:
    """What is said to a citizen who has asked nothing just now: her own last word stays when it was."""
    last = conversation.turns.aggregate(last=Max("seq"))["last"] or 0
    return Turn.objects.create(
        conversation=conversation,
        seq=last + 1,
        request_key=request_key or uuid5(conversation.public_id, f"person:{last + 1}"),
        text_masked="",
        decision=decision,
        asked_at=now,
        latency_ms=0,
        reply=reply.to_json(),
    )


def _to_the_phone(answered: Handover, words: str, turn: Turn, *, by: User, now: datetime) -> None:
    """As much as one text takes. What cannot be texted stands in the thread all the same."""
    phone = _phone_known(answered.conversation, asked_at=answered.asked_at)
    if not phone:
        return
    try:
        with transaction.atomic():
            messaging.send(
                to=phone,
                template="chatbot.person_answered",
                context={"답": sms.fitted(_LINK.sub("(주소는 대화 창에 있습니다)", words), "")},
                topic="chatbot.answer",
                reference=f"chat:{turn.pk}",
                key=f"chatbot.person:{turn.pk}",
                by=by,
                now=now,
            )
    except Refused as refused:
        _log.warning("answer_not_texted", turn=turn.pk, reason=type(refused).__name__)


def _phone_known(conversation: Conversation, *, asked_at: datetime) -> str:
    """The citizen's own, else one that was just proven in a form here. What was only typed may be a neighbour's."""
    if conversation.citizen is not None and conversation.citizen.phone:
        return conversation.citizen.phone
    for draft in conversation.drafts.select_related("complaint").order_by("-changed_at"):
        if proving.is_over(conversation, draft.changed_at, now=asked_at):
            break  # whoever asked for a person may be another one than who filed this
        phone = draft.complaint.phone if draft.complaint else drafts.own(draft, drafts.PROVEN)
        if phone:
            return phone
    return ""


def office_phone(department: Department | None) -> Phone:
    """Where somebody answers the telephone."""
    if department is None:
        return Phone("대표전화", settings.DISTRICT_PHONE, OFFICE_HOURS)
    return Phone(department.name, department.phone, OFFICE_HOURS)


def _in_words(moment: datetime) -> str:
    local = in_korea(moment)
    return f"{local.month}월 {local.day}일({WEEKDAYS[local.weekday()]}) {local.hour}시 {local.minute:02d}분"
