"""After a restore: what seems to wait may have left, so the carriers are asked before anything goes on."""

from datetime import datetime, timedelta

from django.db import transaction

from messaging import guarding
from messaging.models import Attempt, Dispatch, LegStatus, Stream
from messaging.permissions import require_decider
from messaging.queries import database_clock
from messaging.reconciling import RESTORED
from messaging.services.deciding import ReasonMissing
from messaging.settling import because, fold
from portal.accounts.models import User
from portal.core.errors import Refused

BATCH = 200


class NotRestored(Refused):
    """The books did not go back."""

    sentence = "복원된 데이터베이스가 아닙니다. 대조할 것이 없습니다."


@transaction.atomic
def acknowledge_restore(*, since: datetime, reason: str, by: User, now: datetime) -> int:
    """
    Sending may go on; every leg that waited becomes a question to its carrier first. How many there were.

    :param since: the moment of the backup: what left after it is not in these books
    :raises NotAllowed: without a role for it
    :raises ReasonMissing:
    :raises NotRestored:
    """
    require_decider(by)
    if not reason.strip():
        raise ReasonMissing
    if not guarding.is_restored():
        raise NotRestored
    noticed_at = _noticed_at()
    count = 0
    while suspects := _suspect_batch(since, noticed_at):
        count += suspects
    guarding.acknowledge(by=by, reason=reason.strip())
    return count


def _noticed_at() -> datetime:
    """When the first claim found that the books went back: whatever was queued later cannot have left."""
    paused = Stream.objects.filter(pause_reason=guarding.RESTORED, paused_by=None, paused_at__isnull=False)
    first = paused.order_by("paused_at").values_list("paused_at", flat=True).first()
    return first or database_clock()


def _suspect_batch(since: datetime, noticed_at: datetime) -> int:
    """One call's worth of waiting legs, as if it had left and its answer been lost."""
    waiting = Attempt.objects.filter(
        status=LegStatus.QUEUED, due_at__lte=noticed_at, message__created_at__lte=noticed_at, message__is_test=False
    ).select_for_update(no_key=True, of=("self",))
    first = waiting.order_by("due_at", "pk").first()
    if first is None:
        return 0
    alike = waiting.filter(carrier=first.carrier, stream=first.stream_id, lane=first.lane, channel=first.channel)
    legs = list(alike.order_by("due_at", "message_id").values_list("pk", "message_id")[:BATCH])
    at = database_clock()
    call = Dispatch.objects.create(
        carrier=first.carrier,
        channel=first.channel,
        stream_id=first.stream_id,
        lane=first.lane,
        size=len(legs),
        status=Dispatch.Status.UNKNOWN,
        error_kind=RESTORED,
        submitted_at=since,
        lease_until=at,
        next_check_at=at + timedelta(seconds=1),
    )
    because(RESTORED)
    Attempt.objects.filter(pk__in=[leg for leg, _ in legs]).update(status=LegStatus.UNKNOWN, dispatch=call)
    fold({message for _, message in legs})
    return len(legs)
