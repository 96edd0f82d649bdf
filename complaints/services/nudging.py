"""재촉: the citizen asks how it goes, and whoever has the case hears it in office hours."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Complaint, StageChange
from complaints.services import alarming
from complaints.services.stepping import TooMany, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.clock import day_in_korea
from portal.core.workdays import counting_days

NUDGE_DAYS = 3  # working days


@transaction.atomic
def nudge(complaint: Complaint, *, by: User | None, now: datetime) -> StageChange:
    """
    Remind the officer and the head; it stays marked as unread until an official has seen it.

    :raises TooMany: within three working days of the last time
    """
    fresh = Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=complaint.pk)
    allowed_actor(step_named("nudge"), fresh, by=by)
    last = fresh.changes.filter(step="nudge").order_by("-seq").first()
    if last is not None and counting_days(calendar(), day_in_korea(last.at), day_in_korea(now)) < NUDGE_DAYS:
        raise TooMany(
            _("이미 담당자에게 알렸습니다. 근무일로 %(nudge_days)s일이 지나면 다시 알릴 수 있습니다.")
            % {"nudge_days": NUDGE_DAYS}
        )
    change = take(fresh, "nudge", by=by, now=now, changes={"unread_count": fresh.unread_count + 1})
    alarming.nudged(fresh, mark=str(change.pk), now=now)
    complaint.refresh_from_db()
    return change
