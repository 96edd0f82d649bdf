"""병합: several citizens, one matter. Each keeps a case; one of them leads."""

from datetime import datetime, timedelta

from django.db import transaction

from complaints.models import Complaint, StageChange
from complaints.services.handing import share
from complaints.services.stepping import NotAllowed, Told, TooMany, allowed_actor, take
from complaints.workflow import Actor, Stage, step_named
from portal.accounts.models import User

MERGE_DAYS = timedelta(days=30)


@transaction.atomic
def merge(complaint: Complaint, *, lead: Complaint, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    Let a complaint be handled with another; its complainant hears what happens to the lead.

    Both rows are locked in the order of their ids, so that A→B and B→C at once end with both on C.

    :raises NotAllowed: if the lead cannot lead
    """
    actor = allowed_actor(step_named("merge"), complaint, by=by)
    locked = Complaint.objects.select_for_update().filter(pk__in=[complaint.pk, lead.pk]).order_by("pk")
    leader = next((row for row in locked if row.pk == lead.pk), lead)
    _check_lead(complaint, leader, by=by, actor=actor, now=now)
    change = take(
        complaint,
        "merge",
        by=by,
        now=now,
        version=version,
        given={"lead": leader},
        changes={"lead": leader, "department": complaint.department or leader.department},
        told=Told(data={"lead": leader.number}),
    )
    Complaint.objects.filter(lead=complaint).update(lead=leader)  # a lead is never itself merged
    return change


def _check_lead(complaint: Complaint, lead: Complaint, *, by: User, actor: Actor, now: datetime) -> None:
    """The intake desk receives the same matter together whoever has it (시행령 §6); others merge what they can see."""
    step = step_named("merge")
    if lead.pk == complaint.pk:
        raise NotAllowed(step, complaint.stage, "같은 민원끼리는 병합할 수 없습니다.")
    if actor is not Actor.CLERK and not Complaint.objects.visible_to(by).filter(pk=lead.pk).exists():
        raise NotAllowed(step, complaint.stage, "대표로 정할 민원을 찾을 수 없습니다.")
    answered_lately = lead.stage == Stage.RESOLVED and lead.ended_at is not None and lead.ended_at > now - MERGE_DAYS
    if lead.department_id is None or not (lead.is_open or answered_lately):
        raise NotAllowed(step, complaint.stage, "부서가 정해져 처리 중이거나 30일 안에 답변한 민원만 대표가 됩니다.")


@transaction.atomic
def unmerge(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """
    Handle a merged complaint by itself again, under its own old clock.

    :raises TooMany: more than 30 days after the merge, unless the lead ended without an answer
    """
    allowed_actor(step_named("unmerge"), complaint, by=by)
    if by is not None and complaint.ended_at is not None and complaint.ended_at <= now - MERGE_DAYS:
        raise TooMany("병합한 지 30일이 지나 되돌릴 수 없습니다.")
    change = take(complaint, "unmerge", by=by, now=now, version=version, changes={"lead": None, "officer": None})
    share(complaint, now=now)
    return change


def free_followers(lead: Complaint, *, now: datetime) -> None:
    """The lead ended for reasons of its own complainant: the others' matters are not settled by that."""
    for follower in Complaint.objects.filter(lead=lead).order_by("pk"):
        unmerge(follower, by=None, now=now)
