"""What is done once a day, by whichever bell, cron or worker comes first."""

from datetime import datetime, timedelta

from messaging.services.erasing import erase_personal_data
from messaging.services.polling import sync_opt_outs
from messaging.services.requests import forget_requests
from portal.accounts import proofs
from portal.accounts.services import forget_limits, take_token
from portal.core.clock import in_korea

ONCE = timedelta(hours=20)  # a day, with room for yesterday's late run
NIGHT = range(2, 6)


def keep_house(*, now: datetime) -> None:
    """Fetch the carriers' lists of refusals, and forget what has been kept long enough: the big part of it at night."""
    forget_requests(now=now)
    proofs.forget(now=now)
    if _is_due("sync_opt_outs", now):
        sync_opt_outs(now=now)
    if in_korea(now).hour in NIGHT and _is_due("erase", now):
        erase_personal_data(now=now)
        forget_limits(now=now)


def _is_due(job: str, now: datetime) -> bool:
    seconds = int(ONCE.total_seconds())
    return take_token(key=f"messaging.{job}", capacity=1, per_seconds=seconds, now=now)
