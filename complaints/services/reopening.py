"""재검토: the citizen is not content with the answer, and the department must look again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Complaint, StageChange
from complaints.services.handing import share
from complaints.services.onduty import is_there
from complaints.services.stepping import Told, TooMany, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.core import privacy

REOPEN_DAYS = 30
MOST_REOPENINGS = 2


@transaction.atomic
def reopen(
    complaint: Complaint, *, reason: str, by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """
    The complainant asks to look again, within 30 days and at most twice.

    :raises TooMany: after that
    """
    allowed_actor(step_named("reopen"), complaint, by=by)
    if complaint.ended_at is not None and now > complaint.ended_at + timedelta(days=REOPEN_DAYS):
        raise TooMany(
            _("답변을 받은 지 %(reopen_days)s일이 지나 재검토를 요청할 수 없습니다. 새 민원으로 신청해 주세요.")
            % {"reopen_days": REOPEN_DAYS}
        )
    if complaint.reopened_count >= MOST_REOPENINGS:
        raise TooMany(
            _("재검토는 %(most_reopenings)s번까지 요청할 수 있습니다. 새 민원으로 신청해 주세요.")
            % {"most_reopenings": MOST_REOPENINGS}
        )
    text = privacy.mask_resident_numbers(reason.strip())
    return take(
        complaint,
        "reopen",
        by=by,
        now=now,
        version=version,
        given={"reason": text},
        changes={"reopened_count": complaint.reopened_count + 1},
        told=Told(public=text),
    )


@transaction.atomic
def accept_reopening(complaint: Complaint, *, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    A new round begins with a new period. The old answer stays in the book.

    Whoever answered before has it again; if she has left or is away, whoever is on duty now.
    """
    changes: dict[str, object] = {"outcome": "", "answer": "", "refusal_reason": "", "remedy": ""}
    stays = is_there(complaint, now=now)
    if not stays:
        changes["officer"] = None
    changes["round"] = complaint.round + 1
    change = take(complaint, "accept_reopening", by=by, now=now, version=version, changes=changes, otherwise=not stays)
    if not stays:
        share(complaint, now=now)
    return change


@transaction.atomic
def decline_reopening(
    complaint: Complaint, *, reason: str, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """The old answer stands since the day it was given, and the citizen is told why."""
    answered = complaint.changes.filter(step="resolve").order_by("-seq").first()
    return take(
        complaint,
        "decline_reopening",
        by=by,
        now=now,
        version=version,
        given={"reason": reason},
        changes={"ended_at": answered.at} if answered else {},
        told=Told(public=reason),
    )
