"""병합: several citizens, one matter. Each keeps a case; one of them leads."""

from datetime import datetime, timedelta

from django.db import transaction

from complaints.models import Complaint, StageChange
from complaints.permissions import is_hidden_from, official_behind
from complaints.services.handing import share
from complaints.services.onduty import is_there
from complaints.services.stepping import NotAllowed, Told, TooMany, allowed_actor, take
from complaints.workflow import Actor, Stage, step_named
from portal.accounts.models import User
from portal.core.errors import Refused

MERGE_DAYS = timedelta(days=30)


class AlreadyMerged(Refused):
    """The other case is handled with this one already."""

    sentence = "이 민원과 이미 함께 처리하고 있는 민원입니다."


@transaction.atomic
def merge(complaint: Complaint, *, lead: Complaint, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    Let a complaint be handled with another; its complainant hears what happens to the lead.

    A lead that is merged itself stands for its own lead: A→B after B→C ends on C. The rows are locked in the order of
    their ids, so that both at once end there too.

    :raises NotAllowed: if the lead cannot lead
    :raises AlreadyMerged: if the lead is merged into this very case
    """
    actor = allowed_actor(step_named("merge"), complaint, by=by)
    leader = _leader(complaint, lead)
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


def _leader(complaint: Complaint, lead: Complaint) -> Complaint:
    """The case that really leads, locked together with the one that will follow."""
    wanted = lead.pk
    while True:
        rows = Complaint.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[complaint.pk, wanted])
        found = next((row for row in rows.order_by("pk") if row.pk == wanted), lead)
        if found.lead_id is None:
            return found
        if found.lead_id == complaint.pk:
            raise AlreadyMerged
        wanted = found.lead_id


def _check_lead(complaint: Complaint, lead: Complaint, *, by: User, actor: Actor, now: datetime) -> None:
    """The intake desk receives the same matter together whoever has it (시행령 §6); others merge what they can see."""
    step = step_named("merge")
    if lead.pk == complaint.pk:
        raise NotAllowed(step, complaint.stage, "같은 민원끼리는 병합할 수 없습니다.")
    official = official_behind(by)
    is_hidden = official is not None and is_hidden_from(lead, official)
    if is_hidden or (actor is not Actor.CLERK and not Complaint.objects.visible_to(by).filter(pk=lead.pk).exists()):
        raise NotAllowed(step, complaint.stage, "대표로 정할 민원을 찾을 수 없습니다.")
    answered_lately = lead.stage == Stage.RESOLVED and lead.ended_at is not None and lead.ended_at > now - MERGE_DAYS
    if lead.department_id is None or not (lead.is_open or answered_lately):
        raise NotAllowed(step, complaint.stage, "부서가 정해져 처리 중이거나 30일 안에 답변한 민원만 대표가 됩니다.")
    if not _same_family(complaint, lead):
        raise NotAllowed(step, complaint.stage, "갈래가 다른 민원은 병합할 수 없습니다. 분류를 확인해 주세요.")
    if complaint.parts.filter(is_open=True).exists() or complaint.parent_id is not None:
        raise NotAllowed(step, complaint.stage, "나눈 민원은 병합할 수 없습니다.")


def _same_family(complaint: Complaint, lead: Complaint) -> bool:
    """parking.illegal and parking.disabled are one family; a case without a category may belong to any."""
    families = {one.category.code.partition(".")[0] for one in (complaint, lead) if one.category is not None}
    return len(families) <= 1


@transaction.atomic
def unmerge(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """
    Handle a merged complaint by itself again, under its own old clock: with the officer it had, or whoever is there.

    A second look that was merged goes on as one; its old answer stands in the book.

    :raises TooMany: more than 30 days after the merge, unless the lead ended without an answer
    """
    allowed_actor(step_named("unmerge"), complaint, by=by)
    if by is not None and complaint.ended_at is not None and complaint.ended_at <= now - MERGE_DAYS:
        raise TooMany("병합한 지 30일이 지나 되돌릴 수 없습니다.")
    stays = is_there(complaint, now=now)
    changes: dict[str, object] = {"lead": None} if stays else {"lead": None, "officer": None}
    if complaint.outcome:
        changes |= {"outcome": "", "answer": "", "refusal_reason": "", "remedy": "", "round": complaint.round + 1}
    change = take(complaint, "unmerge", by=by, now=now, version=version, changes=changes, otherwise=not stays)
    if not stays:
        share(complaint, now=now)
    return change


def free_followers(lead: Complaint, *, now: datetime) -> None:
    """The lead ended for reasons of its own complainant: the others' matters are not settled by that."""
    for follower in Complaint.objects.filter(lead=lead).order_by("pk"):
        unmerge(follower, by=None, now=now)
