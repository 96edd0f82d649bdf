"""Saying that an answer was understood: once, to people, and never so that two machines answer each other for ever."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from messaging import locks
from messaging.models import Message, Reply
from messaging.services.preparing import TemplateNotApproved
from messaging.services.sending import send
from portal.core.hangul import josa

TOPIC = TEMPLATE = "messaging.acknowledged"
AT_MOST_EVERY = timedelta(minutes=10)
AUTOMATIC = "auto_reply"  # the reader's flag: 부재중, 자동응답, 운전 중
_ACKNOWLEDGEMENT = re.compile(r"(접수|처리|수신|확인)\s*(되었|됐|하였|했|완료)")


def may_acknowledge(*, reply: Reply, templates: Collection[str], now: datetime) -> bool:
    """
    Whether the writer may be told what her text did.

    Not if a machine wrote it, or acknowledges something itself; and not if she was told by one of these templates
    within ten minutes. Holds the number until the caller's transaction ends, so that two workers tell her once.
    """
    if AUTOMATIC in reply.flags or _ACKNOWLEDGEMENT.search(reply.text):
        return False
    locks.hold([f"messaging.acknowledged:{bytes(reply.phone_index).hex()}"])
    told = Message.objects.filter(phone_index=reply.phone_index, created_at__gt=now - AT_MOST_EVERY)
    return not told.filter(template_version__template__code__in=templates).exists()


@transaction.atomic
def acknowledge(*, reply: Reply, answer: str, now: datetime) -> Message | None:
    """
    Tell a citizen that her clear answer was taken as `answer` ("4점"); None where nothing may be said.

    For topics that have no words of their own for it. The owner calls it once the answer really counts.
    """
    if not reply.phone.startswith("+82") or not may_acknowledge(reply=reply, templates=[TEMPLATE], now=now):
        return None
    try:
        return send(
            to=reply.phone,
            template=TEMPLATE,
            context={"답으로": josa(answer, "으로/로")},
            topic=TOPIC,
            reference=f"reply {reply.pk}",
            key=f"{TOPIC}:{reply.pk}",
            by=None,
            department=reply.department,
            now=now,
            sender_number=reply.to_number,
        )
    except TemplateNotApproved:  # a courtesy still under review must not keep the answer from counting
        return None
