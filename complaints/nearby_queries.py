"""What may be the same matter: open cases close by, and the same photo from somebody else."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from complaints import routing_queries
from complaints.geography import Point, cells_around, distance_m
from complaints.models import Attachment, Category, Complaint

WIDEST_M = 200  # no category asks for more than this
LONGEST_DAYS = 90
MOST = 3
LOOKED_AT = 50
COARSE_M = 50
SIGNAL = 0.2  # below this a guess about the category says nothing


@dataclass(frozen=True, slots=True)
class Likely:
    """An open case that may be the same matter, and within how many metres it is."""

    complaint: Complaint
    within_m: int


def family_of(code: str) -> str:
    """parking.illegal → parking: categories that are about the same kind of thing."""
    return code.split(".", 1)[0]


def families_in(text: str) -> frozenset[str]:
    """The kinds of things a text may be about; none if it is empty or says nothing."""
    if not text.strip():
        return frozenset()
    decision = routing_queries.router().decide(text)
    return frozenset(family_of(one.category) for one in decision.top3 if one.probability >= SIGNAL)


def likely_duplicates(
    point: Point, *, text: str, now: datetime, category: Category | None = None, exclude: Collection[int] = ()
) -> Sequence[Likely]:
    """
    Open cases of the same family within their category's distance and days, the nearest first.

    Without words any family counts: a citizen who has only taken a photo sees for herself. What only the audit office
    may see is never among them.
    """
    families = frozenset({family_of(category.code)}) if category else families_in(text)
    near = (
        Complaint.objects.filter(
            is_open=True, cell__in=cells_around(point, WIDEST_M), submitted_at__gt=now - timedelta(days=LONGEST_DAYS)
        )
        .exclude(pk__in=exclude)
        .exclude(category=None)
        .exclude(category__is_sensitive=True)
        .select_related("category", "department")
        .order_by("-submitted_at")[:LOOKED_AT]
    )
    found = []
    for complaint in near:
        if complaint.category is None or complaint.lat is None or complaint.lon is None:
            continue
        away = distance_m(point, Point(complaint.lat, complaint.lon))
        is_kin = not families or family_of(complaint.category.code) in families
        is_recent = complaint.submitted_at > now - timedelta(days=complaint.category.duplicate_days)
        if is_kin and is_recent and away <= complaint.category.duplicate_radius_m:
            found.append((away, Likely(complaint, _within(away))))
    return [likely for _, likely in sorted(found, key=lambda one: one[0])[:MOST]]


def _within(away: float) -> int:
    """As coarse as the public map: three exact distances would tell the very door of somebody's report."""
    return max(math.ceil(away / COARSE_M), 1) * COARSE_M


@dataclass(frozen=True, slots=True)
class Copy:
    """The same file on another citizen's case."""

    ordinal: int
    number: str
    pk: int


def same_photo_elsewhere(complaint: Complaint, files: Sequence[Attachment]) -> list[Copy]:
    """Files of a case that came from another citizen too: the same matter, or a picture from the web."""
    own = {bytes(row.sha256): row.ordinal for row in files}
    if not own:
        return []
    others = Attachment.objects.filter(sha256__in=list(own)).exclude(complaint=complaint).select_related("complaint")
    if complaint.category is None or not complaint.category.is_sensitive:
        others = others.exclude(complaint__category__is_sensitive=True)  # nothing tells that one of those exists
    return [
        Copy(own[bytes(row.sha256)], row.complaint.number, row.complaint_id)
        for row in others.order_by("complaint__submitted_at", "pk")
        if not _is_same_citizen(complaint, row.complaint)
    ]


def _is_same_citizen(one: Complaint, other: Complaint) -> bool:
    if one.citizen_id is not None and one.citizen_id == other.citizen_id:
        return True
    return one.phone_index is not None and one.phone_index == other.phone_index
