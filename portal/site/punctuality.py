"""How soon single texts reach the carrier, day by day: what we promise, measured in public."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from messaging import queries as messaging
from portal.core.clock import day_in_korea
from portal.site.models import PunctualDay

SHOWN_DAYS = 30
WITHIN = timedelta(seconds=10)
_COUNTED_AGAIN = 2  # days: what was still under way at midnight has come to an end by then


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    on: date
    due_count: int
    in_time_count: int

    @property
    def per_cent(self) -> float | None:
        """Rounded down: 99.96 % is not 100 %. None where nothing was to be sent."""
        return int(1000 * self.in_time_count / self.due_count) / 10 if self.due_count else None


@transaction.atomic
def count_days(*, now: datetime) -> None:
    """Yesterday and the day before, once more; harmless twice."""
    today = day_in_korea(now)
    for back in range(1, _COUNTED_AGAIN + 1):
        day = today - timedelta(days=back)
        due, in_time = messaging.punctuality_of(day, within=WITHIN)
        PunctualDay.objects.update_or_create(on=day, defaults={"due_count": due, "in_time_count": in_time})
    PunctualDay.objects.filter(on__lt=today - timedelta(days=366)).delete()


def table(*, now: datetime) -> list[Row]:
    """The last days, the latest first."""
    since = day_in_korea(now) - timedelta(days=SHOWN_DAYS)
    days = PunctualDay.objects.filter(on__gte=since).order_by("-on")
    return [Row(day.on, day.due_count, day.in_time_count) for day in days]
