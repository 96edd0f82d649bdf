"""Who waits in line and is not answered: officials hear of it, and the citizen is told and offered a call."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chatbot.cards import Form, Reply, Text
from chatbot.models import Handover, Turn
from chatbot.services.handover import CALLBACK, DUTY, append, is_office_open, office_phone, on_duty
from chatbot.services.recording import held
from chatbot.services.telling import tell_when_open
from chatbot.tokens import Kind, token_of
from complaints.petitions import shipped
from portal.accounts.queries import officials_holding

TEMPLATE = "chatbot.waiting"
LONG = timedelta(minutes=10)
BATCH = 200
SORRY = "기다리시게 해 죄송합니다. 아직 상담사가 답하지 못했습니다. 번호를 남겨 주시면 전화드리겠습니다."


def tell_of_waiting(*, now: datetime) -> int:
    """Ten minutes in line, or the office has closed: told once for each wait. The row stays in the officials' list."""
    is_long = Q(asked_at__lt=now - LONG) if is_office_open(now=now) else Q()
    rows = Handover.objects.filter(is_long, state=Handover.State.WAITING, escalated_at=None)
    return sum(_told(handover, now=now) for handover in rows.select_related("conversation").order_by("pk")[:BATCH])


@transaction.atomic
def _told(handover: Handover, *, now: datetime) -> bool:
    conversation = held(handover.conversation)
    rows = Handover.objects.select_for_update(of=("self",)).select_related("department")
    waiting = rows.filter(pk=handover.pk, state=Handover.State.WAITING, escalated_at=None).first()
    if waiting is None:
        return False
    waiting.escalated_at = now
    waiting.save(update_fields=["escalated_at"])
    call = Form(CALLBACK, shipped().get(CALLBACK).title, token_of(Kind.PETITION, CALLBACK, now=now))
    reply = Reply((Text(SORRY), office_phone(waiting.department), call))
    append(conversation, reply, decision=Turn.Decision.DIALOGUE, now=now)
    _tell(waiting, now=now)
    return True


def _tell(waiting: Handover, *, now: datetime) -> None:
    """The department's heads, or whoever has duty at the intake desk."""
    desk = on_duty(None, now=now).select_related("user", "department")
    tell_when_open(
        officials_holding("head", department_id=waiting.department.pk) if waiting.department else desk,
        template=TEMPLATE,
        words={"번호": str(waiting.conversation_id)},
        topic=DUTY,
        mark=str(waiting.pk),
        reference=f"chat:{waiting.conversation_id}",
        now=now,
    )
