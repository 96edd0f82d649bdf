"""What a reply to a message of another office's system means to this room: that system may fetch it."""

from datetime import datetime

from django.db import connection
from django.db.models import Max

from messaging.models import Message, OfficeReply, Reply
from messaging.topics import on_reply
from messaging.understanding import Reading


@on_reply("api.message")
def office_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """
    Give the reply the next number of its department.

    The lock lasts until the commit, so numbers become visible in their order: whoever asks for what came after the last
    number seen misses nothing.
    """
    if message is None or message.department_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('messaging.officereply'), %s)", [message.department_id % 2**31]
        )
    ours = OfficeReply.objects.filter(department=message.department_id)
    last = ours.aggregate(last=Max("number"))["last"] or 0
    OfficeReply.objects.get_or_create(
        reply=reply, defaults={"department_id": message.department_id, "number": last + 1}
    )
