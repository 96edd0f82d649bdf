"""What time it is, and which day that is in Korea. Services take `now` as an argument; the edges ask here."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def in_korea(moment: datetime) -> datetime:
    """The same moment with Korean wall-clock time."""
    return moment.astimezone(KST)


def day_in_korea(moment: datetime) -> date:
    """The Korean calendar day of a moment: UTC midnight is 09:00 in Seoul."""
    return in_korea(moment).date()
