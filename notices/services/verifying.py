"""진위확인: the numbers of notices become findable, a little at a time."""

from django.db.models import Exists, OuterRef

from notices.models import Campaign, Notice, VerifyCode
from notices.opening_queries import codes_of, index_of

BLOCK = 5_000
_BEFORE = (Campaign.State.DRAFT, Campaign.State.READING)
_OVER = (Campaign.State.CLOSED, Campaign.State.PURGED, Campaign.State.CANCELLED)


def index_codes() -> int:
    """
    Make the numbers of sendable notices findable, up to 5,000 notices at a time; returns how many pages.

    Numbers are the same for ever, so a notice is indexed once, whenever it was proved or released.
    """
    waiting = Notice.objects.sendable().filter(~Exists(VerifyCode.objects.filter(notice=OuterRef("pk"))))
    waiting = waiting.exclude(recipient__campaign__state__in=(*_BEFORE, *_OVER))
    rows = [
        VerifyCode(notice=notice, page_of=page, code_index=index_of(code))
        for notice in waiting.select_related("recipient__campaign").order_by("pk")[:BLOCK]
        for page, code in enumerate(codes_of(notice), start=1)
    ]
    VerifyCode.objects.bulk_create(rows, batch_size=BLOCK, ignore_conflicts=True)
    return len(rows)
