"""Reads for officials' screens: many counts in one question, what came in since, and what lies nearby."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from complaints import queries
from complaints.geography import Point, cells_around, distance_m
from complaints.models import AnswerDraft, Complaint, ComplaintQuerySet, Follower, StageChange, StandardText
from complaints.nearby_queries import family_of
from portal.accounts.models import Official, User
from portal.approvals.models import Approval

MOST_COUNTED = 1000
NEAR_METRES = 100
NEAR_DAYS = 30
NEARBY = 8
MANY = 5  # citizens of one purport are taken in together (병합, the Act's Decree on receiving)
NEWS = 99
# What brings a case into somebody's list; a message or a correction does not.
ENTRIES = (
    "file",
    "receive",
    "route",
    "reroute",
    "assign",
    "reassign",
    "bounce",
    "unmerge",
    "reopen",
    "accept_reopening",
    "answer_supplement",
)


def capped_counts(wanted: Mapping[str, QuerySet[Any]], *, most: int = MOST_COUNTED) -> dict[str, int]:
    """
    How many rows each question finds, at most `most` and one more: one round trip, and no list of millions is counted.

    A question that can find nothing at all counts 0.
    """
    parts: list[str] = []
    params: list[Any] = []
    asked: list[str] = []
    for name, found in wanted.items():
        try:
            sql, values = found.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(select count(*) from ({sql}) as part_{len(parts)})")  # noqa: S608  (the ORM's own SQL)
        params += values
        asked.append(name)
    counts = dict.fromkeys(wanted, 0)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"select {', '.join(parts)}", params)
            counts.update(zip(asked, cursor.fetchone(), strict=True))
    return counts


def news_in(found: ComplaintQuerySet, *, user: User, since: datetime) -> int:
    """How many cases of a list came into it after a moment, by somebody else's doing."""
    entered = StageChange.objects.filter(complaint=OuterRef("pk"), step__in=ENTRIES, at__gt=since).exclude(by=user)
    return found.filter(Exists(entered)).order_by().values("pk")[: NEWS + 1].count()


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs on a case: parts of it, cases merged into it, people who follow it, an approval under way."""

    open_part_count: int
    part_count: int
    merged_count: int
    follower_count: int
    approval_count: int


def around(complaint: Complaint) -> Around:
    """All of it in one question."""
    parts = Complaint.objects.filter(parent=complaint.pk)
    merged = Complaint.objects.filter(lead=complaint.pk)
    followers = Follower.objects.filter(complaint=complaint.pk, ended_at=None)
    approvals = Approval.objects.filter(
        reference=complaint.number, state__in=["draft", "in_review"], subject__startswith="complaints."
    )
    wanted = (parts.filter(is_open=True), parts, merged, followers, approvals)
    counts = capped_counts({str(number): found for number, found in enumerate(wanted)})
    return Around(*counts.values())


@dataclass(frozen=True, slots=True)
class Near:
    """A case close by."""

    complaint: Complaint
    metres: int


def nearby(complaint: Complaint, *, by: User) -> list[Near]:
    """Cases within 100 m filed within 30 days of this one, the nearest first, as far as `by` may see them."""
    if complaint.lat is None or complaint.lon is None:
        return []
    here, span = Point(complaint.lat, complaint.lon), timedelta(days=NEAR_DAYS)
    around = queries.seen_by(by).filter(
        cell__in=cells_around(here, NEAR_METRES),
        submitted_at__gte=complaint.submitted_at - span,
        submitted_at__lte=complaint.submitted_at + span,
    )
    rows = around.exclude(pk=complaint.pk).select_related("category").order_by()[: 20 * NEARBY]
    found = [
        Near(row, round(distance_m(here, Point(row.lat, row.lon))))
        for row in rows
        if row.lat is not None and row.lon is not None
    ]
    return sorted((one for one in found if one.metres <= NEAR_METRES), key=lambda one: one.metres)[:NEARBY]


def citizens_of_one_purport(complaint: Complaint, near: Sequence[Near]) -> int:
    """How many people, the reporter of this one among them, have open cases close by about the same kind of thing."""
    if complaint.category is None or not complaint.is_open:
        return 0
    family = family_of(complaint.category.code)
    alike = [
        one.complaint
        for one in near
        if one.complaint.is_open and one.complaint.category and family_of(one.complaint.category.code) == family
    ]
    return len({bytes(case.phone_index) if case.phone_index else case.pk for case in [complaint, *alike]})


def standard_texts(official: Official) -> list[StandardText]:
    """The answers that an official's department keeps."""
    return list(StandardText.objects.filter(department=official.department_id).order_by("title"))


def draft_of(complaint: Complaint, *, official: Official, step: str) -> AnswerDraft | None:
    """What this official has begun to write for a step."""
    return AnswerDraft.objects.filter(complaint=complaint, official=official, step=step).first()
