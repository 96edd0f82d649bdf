"""Who could take a case now: on duty for its category and 동, not away; and who knows the matter already."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from complaints.models import Assignment, Complaint, Duty, Leave
from complaints.sharing import Candidate, Known, load_of
from portal.accounts.models import Official
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.hangul import josa

REMEMBERED = timedelta(days=30)
ALWAYS = 1e9  # slack of somebody who was named: her load does not matter, her being there does


class NotAvailable(Refused):
    """The department or the officer cannot take the case now."""


def away(*, now: datetime) -> QuerySet[Leave]:
    """The leaves of this moment."""
    return Leave.objects.filter(starts_at__lte=now, ends_at__gt=now)


def duties_for(complaint: Complaint, *, now: datetime) -> dict[int, Duty]:
    """
    By official, the duty under which each could take the case; one made for its very category and 동 comes first.

    A case whose 동 nobody knows is anybody's: it must not wait for want of an address.
    """
    today = day_in_korea(now)
    found = (
        Duty.objects.filter(
            Q(category=complaint.category_id) | Q(category=None),
            Q(ends_on__gte=today) | Q(ends_on=None),
            starts_on__lte=today,
            official__department=complaint.department_id,
            official__is_active=True,
            official__user__is_active=True,
        )
        .exclude(official__in=away(now=now).values("official"))
        .select_related("official")
        .order_by("category", "dong", "pk")  # NULL, any, sorts last
    )
    if complaint.dong_id is not None:
        found = found.filter(Q(dong=complaint.dong_id) | Q(dong=None))
    duties: dict[int, Duty] = {}
    for duty in found:
        duties.setdefault(duty.official_id, duty)
    return duties


def candidates_for(complaint: Complaint, *, now: datetime) -> list[Candidate]:
    """Everybody who could take the case, with what they have in hand; four queries."""
    duties = duties_for(complaint, now=now)
    cases = open_cases(duties)
    latest = dict(
        Assignment.objects.filter(officer__in=duties)
        .values("officer")
        .annotate(at=Max("at"))
        .values_list("officer", "at")
    )
    return [
        Candidate(
            official_id=official_id,
            name=duty.official.display_name,
            load=load_of(cases[official_id]),
            share=duty.weight,
            open_count=len(cases[official_id]),
            max_open=duty.max_open,
            last_assigned_at=latest.get(official_id),
        )
        for official_id, duty in sorted(duties.items())
    ]


def open_cases(officials: Collection[int]) -> dict[int, list[tuple[float, int]]]:
    """What each has in hand: the weight of the category and the priority of every open case."""
    cases: dict[int, list[tuple[float, int]]] = defaultdict(list)
    held = Complaint.objects.open().filter(officer__in=officials)
    for officer_id, weight, priority in held.values_list("officer", "category__weight", "priority"):
        cases[officer_id].append((weight or 1.0, priority))
    return cases


def is_there(complaint: Complaint, *, now: datetime) -> bool:
    """Whether whoever has, or last had, the case is still in its department and not away."""
    if complaint.officer_id is None or complaint.department_id is None:
        return False
    here = Official.objects.filter(pk=complaint.officer_id, is_active=True, department=complaint.department_id)
    return here.exists() and not away(now=now).filter(official=complaint.officer_id).exists()


def check_available(officer: Official, complaint: Complaint, *, now: datetime) -> None:
    """
    :raises NotAvailable: if the officer could not be given the case now
    """
    if officer.pk not in duties_for(complaint, now=now):
        name = josa(officer.display_name, "은/는")
        raise NotAvailable(f"{name} 지금 이 민원을 맡을 수 없습니다 (다른 부서, 담당 아님 또는 부재).")


def who_knows(complaint: Complaint, *, now: datetime) -> Known | None:
    """
    The officer of the case this one belongs to, else of the same citizen's last one at the same spot.

    A spot is a cell of about 100 m; a case without coordinates has none, and then nobody is remembered.
    """
    kin = complaint.lead or complaint.parent
    if kin is not None and kin.officer_id is not None:
        return Known(kin.officer_id, "함께 처리하는 민원을 맡고 있어서", settings.COMPLAINTS_STICKY_SLACK)
    same = _same_citizen(complaint)
    if complaint.cell is None or same is None:
        return None
    earlier = (
        Complaint.objects.filter(
            same, cell=complaint.cell, submitted_at__gt=now - REMEMBERED, officer__department=complaint.department_id
        )
        .exclude(pk=complaint.pk)
        .order_by("-submitted_at", "-pk")
    )
    officer_id = earlier.values_list("officer", flat=True).first()
    if officer_id is None:
        return None
    return Known(officer_id, "같은 분이 같은 곳에 낸 민원을 맡아서", settings.COMPLAINTS_STICKY_SLACK)


def _same_citizen(complaint: Complaint) -> Q | None:
    if complaint.citizen_id is not None:
        return Q(citizen=complaint.citizen_id)
    return Q(phone_index=complaint.phone_index) if complaint.phone_index is not None else None
