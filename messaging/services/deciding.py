"""What an official decides where no carrier can tell."""

from datetime import datetime, timedelta

from django.db import transaction

from messaging import tasks
from messaging.models import Attempt, Dispatch, LegStatus, Message
from messaging.permissions import require_decider, require_own
from messaging.queries import database_clock
from messaging.settling import Change, requeue, settle
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused

WORTH_SENDING_AGAIN = timedelta(days=1)


class NotUnresolved(Refused):
    """The leg is not (or no longer) waiting for a person."""

    sentence = "확인이 필요한 상태가 아닙니다. 그 사이에 결과가 도착했을 수 있습니다."


class ReasonMissing(Refused):
    """A decision about a citizen's message needs a reason."""

    sentence = "사유를 입력해 주세요."


@transaction.atomic
def settle_unresolved(*, attempt: Attempt, send_again: bool, reason: str, by: User, now: datetime) -> None:
    """
    Decide about a leg whose fate nobody could find out: send it again, or count it as accepted.

    :raises NotAllowed: without a role for it, or for another department's message
    :raises ReasonMissing:
    :raises NotUnresolved: if news came in the meantime
    """
    require_decider(by)
    require_own(attempt, by)
    if not reason.strip():
        raise ReasonMissing
    leg = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    if leg.status != LegStatus.UNRESOLVED:
        raise NotUnresolved
    dispatch = Dispatch.objects.get(attempts=leg)
    cause = f"official {by.pk}: {reason.strip()}"
    if send_again:
        worth_until = database_clock() + WORTH_SENDING_AGAIN
        Message.objects.filter(pk=leg.message_id, expires_at__lt=worth_until).update(expires_at=worth_until)
        requeue([leg.pk], delay=timedelta(0), cause=cause)
        ring(tasks.drain)
    else:
        settle([Change(leg.pk, LegStatus.ACCEPTED, evidence="official")], cause=cause)
    still_open = Attempt.objects.filter(dispatch=dispatch, status=LegStatus.UNRESOLVED)
    if not still_open.exists():
        Dispatch.objects.filter(pk=dispatch.pk).update(status=Dispatch.Status.CLOSED, closed_by=by)
