"""내가 맡기: an officer on duty takes a case that waits in her department, without waiting to be named."""

from datetime import datetime

from django.db import transaction

from complaints.models import Assignment, Complaint, StageChange
from complaints.permissions import capacities, official_behind
from complaints.services.handing import NotAvailable, Why, assign, check_available, keep_why, reassign
from complaints.services.hearing import NotAnOfficial
from complaints.services.stepping import Told, take
from complaints.workflow import Actor, Stage
from portal.accounts.models import User
from portal.core.hangul import josa


@transaction.atomic
def claim(complaint: Complaint, *, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    Take a case oneself: a head from anybody in her department, an officer what nobody has yet.

    The portal assigns (nobody names herself over the head's head), the book and the assignment say at whose wish.

    :raises NotAnOfficial: for anybody else
    :raises NotAvailable: if she is of another department, not on duty or away
    :raises NotAllowed: if somebody else has the case and she is not the head
    """
    official = official_behind(by)
    if official is None:
        raise NotAnOfficial
    if complaint.stage != Stage.ROUTED:
        words = f"{josa(official.display_name, '이/가')} 직접 맡았습니다."
        return reassign(complaint, officer=official, reason=words, by=by, now=now, version=version)
    if Actor.HEAD in capacities(complaint, by):
        return assign(complaint, officer=official, by=by, now=now, version=version)
    if not official.has_role("officer") or complaint.department_id != official.department_id:
        raise NotAvailable("우리 부서 담당 공무원만 맡을 수 있습니다.")
    check_available(official, complaint, now=now)
    why = Why(Assignment.Reason.MANUAL, f"{josa(official.display_name, '이/가')} 스스로 맡았습니다.")
    change = take(
        complaint,
        "assign",
        by=None,
        now=now,
        version=version,
        given={"officer": official},
        changes={"officer": official},
        told=Told(internal=why.sentence, data={"claimed_by": official.pk}),
    )
    keep_why(complaint, why, by=by, now=now)
    return change
