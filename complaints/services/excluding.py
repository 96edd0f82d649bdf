"""처리기간 제외 (시행령 §20): the clock stands while opinions are heard or something is tested."""

from datetime import datetime

from django.db import transaction

from complaints.models import Complaint, Exclusion, StageChange
from complaints.services import clocks
from complaints.services.extending import NotALegalReason
from complaints.services.holding import held
from complaints.services.stepping import Missing, Told, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.approvals.models import Approval
from portal.core.errors import Refused

NOT_LEGAL = "법이 정한 제외 사유가 아닙니다. 업무량이나 담당자 부재는 처리기간에서 빼지 않습니다(시행령 제20조)."


class ExclusionRefused(Refused):
    """The clock stands for this reason already, or does not stand."""


@transaction.atomic
def exclude(
    complaint: Complaint,
    *,
    reason: str,
    explanation: str,
    by: User,
    now: datetime,
    version: int | None = None,
    approval: Approval | None = None,
) -> StageChange:
    """
    Stop the clock from this day on, until `end_exclusion`.

    :raises NotALegalReason: for anything the law does not name
    :raises ExclusionRefused: if it stands for this reason already
    :raises SignatureNeeded: without the head's approval
    """
    allowed_actor(step_named("exclude"), complaint, by=by)
    if not reason:
        raise Missing("reason")
    if reason not in Exclusion.Reason.values:
        raise NotALegalReason(NOT_LEGAL)
    if not explanation.strip():
        raise Missing("explanation")
    if Exclusion.objects.filter(complaint=complaint, reason=reason, ends_at=None).exists():
        raise ExclusionRefused("같은 사유로 이미 처리기간에서 빼고 있습니다.")
    why = Exclusion.Reason(reason)
    Exclusion.objects.create(complaint=complaint, reason=why, note=explanation.strip(), starts_at=now, by=by)
    return take(
        complaint,
        "exclude",
        by=by,
        now=now,
        version=version,
        given={"reason": reason, "explanation": explanation},
        approval=approval,
        told=Told(public=why.label, internal=explanation.strip(), data={"reason": reason}),
    )


@transaction.atomic
def end_exclusion(
    complaint: Complaint, *, reason: str = "", by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    Let the clock run again, unless something else still stops it; told to the citizen if the date is a later one.

    :param reason: which of several; without it the one that stands the longest
    :raises ExclusionRefused: if none stands
    """
    allowed_actor(step_named("end_exclusion"), complaint, by=by)
    held(complaint.pk)  # before what belongs to it, as whoever ends the case does
    standing = Exclusion.objects.select_for_update(no_key=True).filter(complaint=complaint, ends_at=None)
    found = (standing.filter(reason=reason) if reason else standing).order_by("starts_at").first()
    if found is None:
        raise ExclusionRefused("처리기간에서 빼고 있는 것이 없습니다.")
    found.ends_at = now
    found.save(update_fields=["ends_at"])
    moved = clocks.moved(complaint)
    told = Told(public=found.get_reason_display(), data={"reason": found.reason, **moved})
    return take(complaint, "end_exclusion", by=by, now=now, version=version, told=told)
