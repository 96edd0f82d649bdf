"""One line of 알림 설정's history: who changed what, when, and from where."""

from dataclasses import dataclass
from datetime import datetime

from messaging.models import ChangeSource, PreferenceChange
from portal.accounts.models import User

ON, OFF = "on", "off"
FIRST_MEANS, QUIET_HOURS, OPT_OUT = "first_means", "quiet_hours", "opt_out"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: the page, reply or official, and the address a page was opened at."""

    source: ChangeSource
    by: User | None = None
    address: str = ""


def write_down(phone_index: bytes, subject: str, before: str, after: str, *, origin: Origin, now: datetime) -> None:
    """Append one change; the database lets nobody edit it."""
    PreferenceChange.objects.create(
        phone_index=phone_index,
        at=now,
        subject=subject,
        before=before,
        after=after,
        source=origin.source,
        changed_by=origin.by,
        address=origin.address,
    )
