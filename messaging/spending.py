"""What a month of messages cost, by department and channel, and what letters or long texts would have."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from messaging import pricing, topics
from messaging.models import Channel, Invoice, LedgerCount
from messaging.pricing import Tariff
from messaging.scope_queries import of_office
from portal.accounts.models import User

NOBODY = "공통"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one department's legs of one channel cost in a month."""

    department: str
    channel: str
    leg_count: int
    won: Decimal

    @property
    def channel_label(self) -> str:
        """In words."""
        return Channel(self.channel).label


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the ledger. The savings hold what was sent against what it replaced, at today's prices."""

    costs: tuple[Cost, ...]
    letter_count: int
    letters_won: int
    letters_sent_won: Decimal
    alimtalk_count: int
    as_long_texts_won: Decimal
    alimtalk_won: Decimal

    @property
    def won(self) -> Decimal:
        """All of it, without VAT."""
        return sum((cost.won for cost in self.costs), Decimal(0))

    @property
    def leg_count(self) -> int:
        """How many legs were billed."""
        return sum(cost.leg_count for cost in self.costs)

    @property
    def saved_against_letters_won(self) -> Decimal:
        """Notices by message against the same notices by registered mail."""
        return self.letters_won - self.letters_sent_won

    @property
    def saved_against_long_texts_won(self) -> Decimal:
        """AlimTalks against the same words as long texts."""
        return self.as_long_texts_won - self.alimtalk_won


@dataclass(frozen=True, slots=True)
class Comparison:
    """A carrier's bill beside our own sum. `won_apart`: theirs minus ours."""

    invoice: Invoice
    leg_count: int
    won: Decimal

    @property
    def won_apart(self) -> Decimal:
        """Positive if they ask for more than we booked."""
        return self.invoice.won - self.won

    @property
    def agrees(self) -> bool:
        """To the won and to the leg."""
        return not self.won_apart and self.invoice.leg_count == self.leg_count


def months(user: User) -> list[date]:
    """The months anything was booked in that the official may see, the newest first."""
    booked = of_office(LedgerCount.objects.all(), user)
    return list(booked.order_by("-month").values_list("month", flat=True).distinct())


def month_of(month: date, user: User, *, tariff: Tariff) -> Month:
    """One month, from the ledger's sums: what the official's department spent, or everybody."""
    rows = of_office(LedgerCount.objects.filter(month=month), user)
    named = rows.values("department__name", "channel").annotate(count=Sum("leg_count"), sum=Sum("won"))
    costs = [
        Cost(row["department__name"] or NOBODY, row["channel"], row["count"], row["sum"])
        for row in named.order_by("department__name", "channel")
    ]
    letters = rows.filter(topic__in=[topic.name for topic in topics.topics().values() if topic.replaces_letter])
    letter_count, letters_sent_won = _sum(letters)
    alimtalk_count, alimtalk_won = _sum(rows.filter(channel=Channel.ALIMTALK))
    return Month(
        costs=tuple(costs),
        letter_count=letter_count,
        letters_won=letter_count * pricing.letter_won(),
        letters_sent_won=letters_sent_won,
        alimtalk_count=alimtalk_count,
        as_long_texts_won=alimtalk_count * tariff.rate(Channel.LMS).won,
        alimtalk_won=alimtalk_won,
    )


def _sum(rows: QuerySet[LedgerCount]) -> tuple[int, Decimal]:
    found = rows.aggregate(count=Sum("leg_count"), sum=Sum("won"))
    return found["count"] or 0, found["sum"] or Decimal(0)


def invoices_of(month: date) -> list[Comparison]:
    """The carriers' bills of a month beside what the whole house booked for the same carrier and channel."""
    rows = LedgerCount.objects.filter(month=month).values("carrier", "channel")
    booked = {
        (row["carrier"], row["channel"]): (row["count"], row["sum"])
        for row in rows.annotate(count=Sum("leg_count"), sum=Sum("won"))
    }
    nothing = (0, Decimal(0))
    invoices = Invoice.objects.filter(month=month).order_by("carrier", "channel")
    return [Comparison(one, *booked.get((one.carrier, one.channel), nothing)) for one in invoices]
