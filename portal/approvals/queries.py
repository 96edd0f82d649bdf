"""Reads about approvals."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.approvals.models import Approval, ApprovalStep, StandIn

S = Approval.State


def absentees_of(official: Official, *, on: date) -> frozenset[int]:
    """Whose place this official may take on a day."""
    return frozenset(_standing(on).filter(deputy=official).values_list("absent_id", flat=True))


def deputies_of(official: Official, *, on: date) -> list[Official]:
    """Who takes this official's place on a day."""
    found = Official.objects.select_related("user", "department").filter(
        pk__in=_standing(on).filter(absent=official).values("deputy"), is_active=True
    )
    return list(found.order_by("pk"))


def stand_ins_seen_by(official: Official) -> QuerySet[StandIn]:
    """Whose absence concerns an official: her department's, those she stands in for; an administrator sees all."""
    if official.has_role("administrator"):
        return StandIn.objects.all()
    return StandIn.objects.filter(Q(absent__department=official.department_id) | Q(deputy=official))


def _standing(on: date) -> QuerySet[StandIn]:
    return StandIn.objects.filter(starts_on__lte=on, ends_on__gte=on, revoked_at__isnull=True)


def waiting_for(official: Official, *, on: date) -> QuerySet[Approval]:
    """What this official has to decide now, herself or in somebody's place; oldest first."""
    seats = [official.pk, *absentees_of(official, on=on)]
    return _listed().filter(pk__in=_turns_of(seats)).exclude(drafter=official).order_by("proposed_at", "pk")


def _turns_of(officials: Collection[int]) -> QuerySet[ApprovalStep, int]:
    waiting = ApprovalStep.objects.filter(approval__state=S.IN_REVIEW, decision="")
    firsts = waiting.order_by("approval", "position").distinct("approval")
    return ApprovalStep.objects.filter(pk__in=firsts.values("pk"), official__in=officials).values_list(
        "approval", flat=True
    )


def proposed_by(official: Official) -> QuerySet[Approval]:
    """What this official has under way."""
    return _listed().filter(drafter=official, state__in=[S.DRAFT, S.IN_REVIEW]).order_by("-proposed_at", "-pk")


def finished_for(official: Official) -> QuerySet[Approval]:
    """What is over and she had to do with; newest first."""
    return seen_by(official).exclude(state__in=[S.DRAFT, S.IN_REVIEW]).order_by("-decided_at", "-pk")


def seen_by(official: Official, *, on: date | None = None) -> QuerySet[Approval]:
    """What this official may read: what she drafted, decides, decided, or may decide in somebody's place."""
    mine = Q(drafter=official) | Q(
        pk__in=ApprovalStep.objects.filter(Q(official=official) | Q(acting_for=official)).values("approval")
    )
    if on is not None:
        places = ApprovalStep.objects.filter(official__in=absentees_of(official, on=on))
        mine |= Q(pk__in=places.values("approval"))
    return _listed().filter(mine)


def _listed() -> QuerySet[Approval]:
    return Approval.objects.select_related("drafter", "department")


def waiting_count(user: User, *, on: date) -> int:
    """How many approvals wait for this user."""
    official = official_of(user)
    return waiting_for(official, on=on).count() if official else 0


def next_step(approval: Approval) -> ApprovalStep | None:
    """Whose turn it is; None when it is over."""
    if not approval.is_open:
        return None
    return approval.steps.select_related("official").filter(decision="").order_by("position").first()


def standing(subject: str, reference: str) -> Approval | None:
    """What waits or was approved last for a reference; None if there is nothing that holds."""
    found = _listed().filter(subject=subject, reference=reference, state__in=[S.DRAFT, S.IN_REVIEW, S.APPROVED])
    return found.order_by("-pk").first()
