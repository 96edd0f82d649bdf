"""What the charts of a campaign draw: the way from asked to opened, and replies by the hour. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from notices.models import Campaign, Recipient
from notices.savings import AgainstMail
from notices.tabulation import tally
from portal.core.clock import in_korea

HOURS_SHOWN = timedelta(days=2)  # a longer asking is drawn by the day
_WITH_CONSENT = ("asked", "ask_delivered", "replied", "verified", "sent", "delivered", "opened")
_WITHOUT = ("sent", "delivered", "opened")
_ASKED = ("asked", "ask_delivered", "replied", "answered")
_WIDTH, _HEIGHT, _GAP = 600, 120, 2


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of the funnel: how many came so far, as a share of the first bar."""

    name: str
    label: str
    count: int
    percent: int


def funnel(campaign: Campaign, counts: Mapping[str, int]) -> list[Stage]:
    """How many of those who were written to came how far; what this kind does not do is not drawn."""
    names = _names(campaign)
    lines = tally(counts)
    most = max((lines[name].count for name in names), default=0)
    return [Stage(name, lines[name].label, lines[name].count, _percent(lines[name].count, most)) for name in names]


def _names(campaign: Campaign) -> Sequence[str]:
    if campaign.has_documents:
        return _WITH_CONSENT if campaign.asks else _WITHOUT
    return _ASKED if campaign.asks else _WITHOUT[:2]


def _percent(count: int, most: int) -> int:
    return round(count * 100 / most) if most else 0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart of replies, in units of its drawing."""

    at: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The chart of replies: every hour or day from the first to the last, also the silent ones."""

    unit: str
    columns: tuple[Column, ...]
    most: int
    total: int

    @property
    def first(self) -> str:
        """Where the chart begins."""
        return self.columns[0].at

    @property
    def last(self) -> str:
        """Where it ends."""
        return self.columns[-1].at


def columns(by_hour: Mapping[datetime, int]) -> Columns | None:
    """Replies by the hour, or by the day if they came over more than two days; None before the first."""
    if not by_hour:
        return None
    is_hourly = max(by_hour) - min(by_hour) < HOURS_SHOWN
    step, shape = (timedelta(hours=1), "%m-%d %H시") if is_hourly else (timedelta(days=1), "%m-%d")
    sums: dict[datetime, int] = {}
    for hour, count in by_hour.items():
        at = in_korea(hour) if is_hourly else in_korea(hour).replace(hour=0)
        sums[at] = sums.get(at, 0) + count
    first, last = min(sums), max(sums)
    places = [first + step * number for number in range((last - first) // step + 1)]
    most, width = max(sums.values()), _WIDTH / max(len(places), 12)
    drawn = tuple(
        _column(f"{at:{shape}}", sums.get(at, 0), most, number * width, width) for number, at in enumerate(places)
    )
    return Columns("시간" if is_hourly else "날", drawn, most, sum(sums.values()))


def _column(at: str, count: int, most: int, x: float, width: float) -> Column:
    height = round(count * _HEIGHT / most, 1) if count else 0
    return Column(at, count, round(x, 1), _HEIGHT - height, round(max(1, width - _GAP), 1), height)


@dataclass(frozen=True, slots=True)
class Money(AgainstMail):
    """What the campaign has cost so far with its letters, beside a registered letter for everybody."""

    text_won: Decimal
    letter_count: int
    letter_won: int
    mail_count: int
    mail_won: int

    @property
    def total_won(self) -> Decimal:
        """Texts and letters together."""
        return self.text_won + self.letter_won

    @property
    def percent(self) -> int:
        """The share of what letters for everybody would cost."""
        return min(100, int(self.total_won * 100 / self.mail_won)) if self.mail_won else 0


def money(campaign: Campaign, counts: Mapping[str, int], *, text_won: Decimal) -> Money:
    """Spent on texts, and on the letters of everybody who ends in the paper bucket."""
    letters = counts.get(f"bucket:{Recipient.Bucket.PAPER.value}", 0)
    everybody = counts.get("all", 0) - counts.get("state:excluded", 0)
    return Money(text_won, letters, letters * campaign.mail_won, everybody, everybody * campaign.mail_won)
