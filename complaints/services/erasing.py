"""개인정보 파기: when a category's retention is over, words, contacts and files go; that it happened stays counted."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import Q

from complaints import attachments
from complaints.attachments import COPIES
from complaints.models import (
    AnswerDraft,
    Assignment,
    Attachment,
    Category,
    Complaint,
    Correction,
    Exclusion,
    Extension,
    Follower,
    Note,
    Proposal,
    Revision,
    Satisfaction,
    StageChange,
    SupplementRequest,
    Transfer,
)
from complaints.models.keeping import FLAG

_log = structlog.get_logger(__name__)
BATCH = 200
UNKNOWN_YEARS = 10  # of a case that never had a category
GONE = "보존기간이 지나 지웠습니다."


def erase_old_cases(*, now: datetime) -> int:
    """
    Empty every ended case whose retention is over. Running it again finds nothing.

    A tombstone stays: number, dates, stages, department and outcome, and the daily figures as they were.
    """
    count = 0
    while found := _erase_batch(now=now):
        count += found
    _log.info("cases_erased", count=count)
    return count


@transaction.atomic
def _erase_batch(*, now: datetime) -> int:
    rows = Complaint.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(_is_over(now))
    cases = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if cases:
        _flag("on")
        _erase_files(cases, now=now)
        _erase_books(cases)
        _erase_beside(cases)
        _erase_cases(cases, now=now)
        _flag("off")
    return len(cases)


def _is_over(now: datetime) -> Q:
    over = Q(category=None, ended_at__lt=_years_before(now, UNKNOWN_YEARS))
    for years in set(Category.objects.values_list("retention_years", flat=True)):
        over |= Q(category__retention_years=years, ended_at__lt=_years_before(now, years))
    return Q(is_open=False, erased_at=None) & over


def _years_before(now: datetime, years: int) -> datetime:
    """The same date in an earlier year; for the 29th of February the day before."""
    is_leap_day = (now.month, now.day) == (2, 29)
    return now.replace(year=now.year - years, day=28 if is_leap_day else now.day)


def _flag(value: str) -> None:
    """Only while it is on, and only in this transaction, do the books let go of their words."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [FLAG, value])


def _erase_files(cases: Sequence[int], *, now: datetime) -> None:
    """The bytes of every copy; the digest stays."""
    rows = Attachment.objects.filter(complaint__in=cases)
    for sealed_id in rows.values_list("sealed_id", flat=True):
        for copy in COPIES:
            attachments.discard(sealed_id, copy)
    rows.update(
        state=Attachment.State.FAILED,
        reason=GONE,
        name_sealed=b"",
        exif_lat=None,
        exif_lon=None,
        taken_at=None,
        lease_until=None,
    )


def _erase_books(cases: Sequence[int]) -> None:
    StageChange.objects.filter(complaint__in=cases).update(public_text_sealed=b"", internal_text_sealed=b"", data={})
    Revision.objects.filter(complaint__in=cases).update(old_sealed=b"", new_sealed=b"")
    Note.objects.filter(complaint__in=cases).update(text_sealed=b"")
    Assignment.objects.filter(complaint__in=cases).update(explanation="", breakdown={})


def _erase_beside(cases: Sequence[int]) -> None:
    SupplementRequest.objects.filter(complaint__in=cases).update(items=GONE, answer_sealed=b"")
    transfers = Transfer.objects.filter(complaint__in=cases)
    transfers.exclude(bounce_note="").update(bounce_note=GONE)
    transfers.update(reason=GONE)
    Extension.objects.filter(complaint__in=cases).update(explanation=GONE)
    Exclusion.objects.filter(complaint__in=cases).update(note=GONE)
    Satisfaction.objects.filter(complaint__in=cases).update(comment_sealed=b"")
    Correction.objects.filter(complaint__in=cases).update(text_sealed=b"")
    Proposal.objects.filter(complaint__in=cases).update(arguments_sealed=b"")
    AnswerDraft.objects.filter(complaint__in=cases).delete()
    Follower.objects.filter(complaint__in=cases).delete()


def _erase_cases(cases: Sequence[int], *, now: datetime) -> None:
    Complaint.objects.filter(pk__in=cases).update(
        body_sealed=b"",
        extra_sealed=b"",
        name_sealed=b"",
        phone_sealed=b"",
        phone_index=None,
        citizen=None,
        address="",
        address_detail_sealed=b"",
        lat=None,
        lon=None,
        answer_sealed=b"",
        refusal_reason_sealed=b"",
        remedy="",
        published_text="",
        search_grams=[],
        unread_count=0,
        erased_at=now,
    )
