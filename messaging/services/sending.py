"""Queueing messages: rows in the caller's transaction, and nothing else. The drain does the rest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection

from messaging import bulk, tasks
from messaging.models import ApiKey, Message, SenderNumber
from messaging.opting_out import opted_out
from messaging.services.preparing import (
    Draft,
    ImageRef,
    NoSenderNumber,
    Outgoing,
    Preparation,
    TemplateNotApproved,
)
from messaging.settling import because
from portal.accounts.models import Department, User
from portal.core.bells import ring
from portal.core.errors import Refused
from portal.core.languages import house_language
from portal.core.phones import PhoneRefused

__all__ = [
    "ApprovalNeeded",
    "ImageRef",
    "KeyReused",
    "NoSenderNumber",
    "NotInTransaction",
    "Outgoing",
    "Refusal",
    "Sent",
    "TemplateNotApproved",
    "send",
    "send_many",
]

BATCH = 2000
MOST_UNAPPROVED = 1000  # recipients


class NotInTransaction(Exception):
    """Sending belongs to the transaction of its cause; called outside one, a crash could send what never happened."""


class KeyReused(Refused):
    """The key already names another message."""

    field = "key"
    sentence = "같은 열쇠로 다른 내용이 이미 등록되어 있습니다."


class ApprovalNeeded(Refused):
    """One official's word is not enough for so many recipients."""

    field = "approved_by"
    sentence = f"{MOST_UNAPPROVED:,}명이 넘는 발송은 다른 담당자의 승인이 있어야 합니다."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one row of `send_many` was not queued. Rows count from 1."""

    row: int
    field: str
    sentence: str


@dataclass(slots=True)
class Sent:
    """What `send_many` did. `opted_out_count` of the queued will be suppressed at the claim if nothing changes."""

    queued_count: int = 0
    opted_out_count: int = 0
    refusals: list[Refusal] = field(default_factory=list)


@house_language()
def send(
    *,
    to: str,
    template: str,
    context: Mapping[str, str],
    topic: str,
    reference: str,
    key: str,
    by: User | None,
    now: datetime,
    due_at: datetime | None = None,
    reply_for: timedelta | None = None,
    images: Sequence[ImageRef] = (),
    stream: str = "",
    buttons_context: Mapping[str, str] | None = None,
    approved_by: User | None = None,
    sender_number: SenderNumber | None = None,
    department: Department | None = None,
) -> Message:
    """
    Queue one message. The same key with the same content returns the first message.

    :param department: who pays; without it the department of `by`, if any

    :raises NotInTransaction: if the caller has no transaction open
    :raises KeyReused: if the key names a message with other content
    :raises Refused: if the number, the words or the pictures cannot be sent
    """
    _require_transaction()
    asked = Outgoing(
        to=to,
        template=template,
        context=context,
        topic=topic,
        reference=reference,
        key=key,
        images=images,
        stream=stream,
        due_at=due_at,
        reply_for=reply_for,
        buttons_context=buttons_context,
        sender_number=sender_number,
    )
    preparation = Preparation(by=by, approved_by=approved_by, now=now, department=department)
    draft = preparation.draft(asked)
    preparation.follow_wishes([draft])
    _insert([draft])
    message = Message.objects.get(key=key)
    if not _same(message, draft):
        raise KeyReused
    ring(tasks.drain)
    return message


@house_language()
def send_many(
    rows: Iterable[Outgoing],
    *,
    by: User | None,
    now: datetime,
    approved_by: User | None = None,
    department: Department | None = None,
    api_key: ApiKey | None = None,
) -> Sent:
    """
    Queue many messages in batches. One bad row never stops the others; a row queued before under its key is left alone.

    :param department: who pays; without it the department of `by`, if any

    :raises NotInTransaction: if the caller has no transaction open
    :raises ApprovalNeeded: if one official alone sends to more than MOST_UNAPPROVED; nothing may be committed then
    """
    _require_transaction()
    preparation = Preparation(by=by, approved_by=approved_by, now=now, department=department, api_key=api_key)
    is_alone = by is not None and (approved_by is None or approved_by == by)
    sent = Sent()
    for batch in _batches(enumerate(rows, start=1)):
        if is_alone and batch[-1][0] > MOST_UNAPPROVED:
            raise ApprovalNeeded
        drafts = _drafts(batch, preparation, sent)
        preparation.follow_wishes([draft for _, draft in drafts])
        fresh = _insert([draft for _, draft in drafts])
        sent.queued_count += len(fresh)
        sent.opted_out_count += len(opted_out(draft.message for draft in fresh))
        _refuse_reused_keys(drafts, fresh, sent)
    ring(tasks.drain)
    return sent


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction


def _batches(rows: Iterator[tuple[int, Outgoing]]) -> Iterator[list[tuple[int, Outgoing]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _drafts(batch: list[tuple[int, Outgoing]], preparation: Preparation, sent: Sent) -> list[tuple[int, Draft]]:
    drafts = []
    for row, asked in batch:
        try:
            drafts.append((row, preparation.draft(asked)))
        except Refused as refused:
            where = "to" if isinstance(refused, PhoneRefused) else getattr(refused, "field", "")
            sent.refusals.append(Refusal(row, where, refused.sentence))
    return drafts


def _insert(drafts: Sequence[Draft]) -> list[Draft]:
    """Write the drafts whose key is free; the drafts really written, with their primary keys."""
    because("send")
    messages = [draft.message for draft in drafts]
    ours = dict(bulk.insert(messages, skips_conflicts=True, returning=("sealed_id", "id")))
    fresh = [draft for draft in drafts if draft.message.sealed_id in ours]
    for draft in fresh:
        draft.message.pk = ours[draft.message.sealed_id]
        draft.leg.message_id = draft.message.pk
        for image in draft.images:
            image.message = draft.message
    bulk.insert([draft.leg for draft in fresh])
    bulk.insert([image for draft in fresh for image in draft.images])
    return fresh


def _refuse_reused_keys(drafts: Sequence[tuple[int, Draft]], fresh: Sequence[Draft], sent: Sent) -> None:
    written = {draft.message.sealed_id for draft in fresh}
    others = [(row, draft) for row, draft in drafts if draft.message.sealed_id not in written]
    known = {
        message.key: message for message in Message.objects.filter(key__in=[draft.message.key for _, draft in others])
    }
    for row, draft in others:
        if not _same(known[draft.message.key], draft):
            sent.refusals.append(Refusal(row, KeyReused.field, KeyReused.sentence))


def _same(message: Message, draft: Draft) -> bool:
    return bytes(message.body_sha256) == draft.message.body_sha256 and bytes(message.phone_index) == bytes(
        draft.message.phone_index
    )
