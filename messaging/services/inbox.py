"""회신함: what an official does with a text nobody else claimed."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from messaging.models import Message, Reply
from messaging.permissions import require_answerer, require_own
from messaging.scope_queries import of_office
from messaging.services.sending import send
from portal.accounts.models import User
from portal.core.errors import Refused

TOPIC = TEMPLATE = "messaging.answer"


class NoAnswerPossible(Refused):
    """The text came to a number that is not ours, or from one that is no mobile."""

    sentence = "이 회신에는 문자로 답장할 수 없습니다."


def leave_to_officials(*, reply: Reply) -> None:
    """The room that was asked could make nothing of a text: it stands in 회신함 for a person to read."""
    Reply.objects.filter(pk=reply.pk).update(topic="")


@transaction.atomic
def answer_reply(*, reply: Reply, text: str, by: User, now: datetime, up_to: int | None = None) -> Message:
    """
    Text back from the number the citizen wrote to, and count her words as seen. The same answer twice is sent once.

    :raises messaging.permissions.MayNotAnswer: if the official only reads
    :raises messaging.permissions.NotYours: if another department asked
    :raises NoAnswerPossible: if no text can reach the writer from that number
    :raises Refused: if the words cannot be sent
    """
    require_answerer(by)
    require_own(reply, by)
    if reply.to_number is None or not reply.phone.startswith("+82"):
        raise NoAnswerPossible
    words = " ".join(text.split())
    message = send(
        to=reply.phone,
        template=TEMPLATE,
        context={"답장": words},
        topic=TOPIC,
        reference=f"reply {reply.pk}",
        key=f"{TOPIC}:{reply.pk}:{sha256(words.encode()).hexdigest()[:16]}",
        by=by,
        now=now,
        sender_number=reply.to_number,
    )
    close_reply(reply=reply, by=by, now=now, up_to=up_to)
    return message


@transaction.atomic
def close_reply(*, reply: Reply, by: User, now: datetime, up_to: int | None = None) -> None:
    """
    Count what a citizen wrote as seen by an official, up to the text she saw last; the first official stays on record.

    A text that came while she was writing stays waiting.

    :raises messaging.permissions.MayNotAnswer: if the official only reads
    :raises messaging.permissions.NotYours: if another department asked
    """
    require_answerer(by)
    require_own(reply, by)
    hers = of_office(Reply.objects.all(), by)
    seen = hers.filter(phone_index=reply.phone_index, pk__lte=max(reply.pk, up_to or 0))
    seen.filter(handled_by=None, handled_at__isnull=False, topic="").update(handled_by=by)
    Reply.objects.filter(pk=reply.pk, handled_by=None).update(handled_by=by)
