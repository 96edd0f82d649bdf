"""What other offices' systems send: an approved wording of theirs to many people, each row judged on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging import office_queries
from messaging.models import ApiKey, Message, SenderNumber, TemplateVersion
from messaging.queries import messages_with
from messaging.services.preparing import Outgoing
from messaging.services.sending import Refusal, send_many
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

TOPIC = "api.message"
BULK_FROM, BULK_LANE = 101, 2  # more than a hundred people at once travel with the campaigns
FURTHEST = timedelta(days=365)
UNKNOWN_VARIABLE = "서식에 없는 치환변수입니다."
SLACK = timedelta(minutes=5)  # clocks differ, and a request may have waited


class TemplateClosed(Refused):
    """No approved wording of that name is open to other systems."""

    field = "template"
    sentence = "다른 시스템이 쓸 수 있는 승인된 서식이 아닙니다. GET /api/v1/templates에서 확인해 주세요."


class SenderClosed(Refused):
    """The number is not registered, or will not be on that day."""

    field = "sender_number"
    sentence = "등록되어 있고 유효기간이 남은 발신번호가 아닙니다."


class WrongTime(Refused):
    """The time has passed, or is too far away."""

    field = "due_at"
    sentence = "보낼 일시는 지금부터 1년 안이어야 합니다."


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row of an order."""

    to: str
    variables: Mapping[str, str]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One request for messages."""

    template: str
    rows: Sequence[Wanted]
    sender_number: str = ""
    due_at: datetime | None = None
    reply_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an order: queued rows by their number, counted from 1, and the refused ones."""

    messages: Mapping[int, Message]
    refusals: Sequence[Refusal]


def place(*, api_key: ApiKey, order: Order, request: int, now: datetime) -> Placed:
    """
    Queue an order in the caller's transaction; a bad row never stops the others.

    :param request: makes the messages' keys, so that one request sends each row once
    :raises TemplateClosed:
    :raises SenderClosed:
    :raises WrongTime:
    """
    version = office_queries.wordings_for_offices().filter(template__code=order.template).first()
    if version is None:
        raise TemplateClosed
    if order.due_at is not None and not now - SLACK <= order.due_at <= now + FURTHEST:
        raise WrongTime
    sender = _sender(order, now)
    refusals = _strange_variables(order.rows, version)
    refused = {refusal.row for refusal in refusals}
    numbers = [number for number in range(1, len(order.rows) + 1) if number not in refused]
    keys = {f"api:{request}:{number}": number for number in numbers}
    lane = BULK_LANE if len(order.rows) >= BULK_FROM else None
    outgoing = [
        Outgoing(
            to=order.rows[number - 1].to,
            template=order.template,
            context=order.rows[number - 1].variables,
            topic=TOPIC,
            reference=order.rows[number - 1].reference,
            key=key,
            stream=f"api:{api_key.pk}",
            due_at=order.due_at,
            reply_for=None if api_key.is_test else order.reply_for,  # nobody has it, so nobody answers it
            sender_number=sender,
            lane=lane,
        )
        for key, number in keys.items()
    ]
    sent = send_many(outgoing, by=None, now=now, api_key=api_key)
    refusals += [Refusal(numbers[one.row - 1], _field(one.field), one.sentence) for one in sent.refusals]
    found = messages_with(keys)
    messages = {keys[key]: found[key] for key in keys if key in found}
    return Placed(messages, sorted(refusals, key=lambda one: one.row))


def _sender(order: Order, now: datetime) -> SenderNumber | None:
    if not order.sender_number:
        return None
    digits = "".join(letter for letter in order.sender_number if letter.isascii() and letter.isdigit())
    sender = SenderNumber.objects.filter(number=digits).first()
    if sender is None or not sender.may_send_on(day_in_korea(order.due_at or now)):
        raise SenderClosed
    return sender


def _strange_variables(rows: Sequence[Wanted], version: TemplateVersion) -> list[Refusal]:
    known = set(office_queries.variables_of(version))
    strange = []
    for number, row in enumerate(rows, start=1):
        for name in row.variables:
            if name not in known:
                strange.append(Refusal(number, f"variables.{name}", UNKNOWN_VARIABLE))
                break
    return strange


def _field(field: str) -> str:
    """Our word for it in the API's words."""
    return field.replace("context", "variables", 1)
