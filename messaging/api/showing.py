"""Rows as the API says them: numbers masked unless the key may see them."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from messaging.models import ApiKey, LegStatus, Message, OfficeReply, Scope, TemplateVersion
from messaging.office_queries import variables_of
from messaging.services.offices import Placed
from portal.accounts.services import record_access
from portal.core import clock
from portal.core.client import address_of
from portal.core.phones import national
from portal.core.privacy import mask_phone

Shown = dict[str, Any]


def placed(done: Placed, key: ApiKey) -> Shown:
    """What became of an order."""
    queued = [
        {"row": row, "id": message.sealed_id, "reference": message.reference, "status": message.status}
        for row, message in sorted(done.messages.items())
    ]
    return {
        "accepted_count": len(queued),
        "refused_count": len(done.refusals),
        "is_test": key.is_test,
        "messages": queued,
        "refusals": refusals(done),
    }


def refusals(done: Placed) -> list[Shown]:
    """The rows that were not taken."""
    return [{"row": one.row, "field": one.field, "detail": one.sentence} for one in done.refusals]


def message(row: Message, key: ApiKey) -> Shown:
    """One message with its legs."""
    return {
        "id": row.sealed_id,
        "template": row.template_version.template.code,
        "reference": row.reference,
        "to": phone(row.phone, key),
        "sender_number": row.sender_number.number,
        "status": row.status,
        "status_label": row.get_status_display(),
        "is_test": row.is_test,
        "created_at": row.created_at,
        "due_at": row.due_at,
        "delivered_at": row.delivered_at,
        "legs": [
            {
                "channel": leg.channel,
                "status": leg.status,
                "status_label": LegStatus(leg.status).label,
                "reason": leg.reason or leg.get_reason_kind_display(),
                "final_at": leg.final_at,
            }
            for leg in sorted(row.attempts.all(), key=lambda leg: leg.ordinal)
        ],
    }


def reply(row: OfficeReply, key: ApiKey) -> Shown:
    """One reply and the message it answers."""
    asked = row.reply.message
    return {
        "id": row.reply.sealed_id,
        "message_id": asked.sealed_id if asked else None,
        "reference": asked.reference if asked else "",
        "sender": phone(row.reply.phone, key),
        "text": row.reply.text,
        "received_at": row.reply.received_at,
    }


def template(version: TemplateVersion) -> Shown:
    """One wording and what it needs."""
    return {
        "code": version.template.code,
        "version": version.number,
        "title": version.title,
        "purpose": version.purpose,
        "route": version.route,
        "body": version.body,
        "fallback_body": version.fallback_body,
        "variables": variables_of(version),
    }


def phone(number: str, key: ApiKey) -> str:
    """Whole only for a key that may see it; '' once it is erased."""
    return (national(number) if key.may(Scope.UNMASK) else mask_phone(number)) if number else ""


def note_look(request: HttpRequest, key: ApiKey, kind: str, pks: Sequence[int], *, action: str) -> None:
    """One line in the audit book for each answer that shows personal data; before it is shown."""
    match = request.resolver_match
    if pks:
        record_access(
            actor=None,
            action=action,
            subject_kind=f"messaging.{kind}",
            subject_ids=pks,
            reason=f"API 키 {key}",
            task=f"api:{match.url_name}" if match else "api",
            address=address_of(request),
            now=clock.now(),
        )
