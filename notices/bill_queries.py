"""Reads about bills: what a citizen has, how one stands, who need not be reminded, what was collected."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import TruncDate

from notices.models import Bill, Campaign, Notice, Payment, Recipient
from notices.models.bills import hash_of
from notices.opening_queries import lines_of, proven_lines_of
from notices.services.steps import DATA_KEY_PURPOSE
from portal.accounts.models import DataKey, User
from portal.core.clock import KST, day_in_korea
from portal.core.privacy import mask_name
from portal.core.sealing import blind_phone

S = Bill.Status
WITHIN_DAYS = (3, 7, 30)


def bill_behind(token: str) -> Bill | None:
    """The bill of an address."""
    found = Bill.objects.filter(token_hash=hash_of(token))
    return found.select_related("recipient__campaign", "department").first()


def bill_of(recipient: Recipient) -> Bill | None:
    """What a citizen is asked to pay, if anything."""
    return Bill.objects.filter(recipient=recipient).order_by("due_on", "pk").first()


def bills_of(user: User) -> QuerySet[Bill]:
    """
    What a signed-in citizen was billed: under her account, or on a line that is hers, the most urgent first.

    `is_proven` tells which of them are hers for sure.
    """
    found = Bill.objects.filter(Q(user=user) | Q(recipient__in=lines_of(user).values("pk")))
    return _in_order(found.annotate(is_proven=Case(When(_is_hers(user), then=True), default=False)))


def is_proven(bill: Bill) -> bool:
    """
    Whether a bill of `bills_of` names her account, or she has given her date of birth.

    Without that nobody is told what it costs.
    """
    return bool(vars(bill)["is_proven"])


def proven_bills_of(user: User) -> QuerySet[Bill]:
    """Those of them that are hers for sure."""
    return _in_order(Bill.objects.filter(_is_hers(user)))


def _is_hers(user: User) -> Q:
    return Q(user=user) | Q(recipient__in=proven_lines_of(user).values("pk"))


def bills_to_phone(phone: str) -> QuerySet[Bill]:
    """The same for a phone number in E.164, as the chat knows its citizen."""
    return _in_order(Bill.objects.filter(recipient__phone_index=blind_phone(phone)))


def _in_order(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Nobody sees a bill before its notice has left."""
    told = bills.filter(Q(campaign=None) | Q(recipient__sent_at__isnull=False))
    return told.select_related("campaign", "department").order_by("due_on", "pk")


def notice_of(bill: Bill) -> Notice | None:
    """The notice a bill came with."""
    if bill.recipient_id is None:
        return None
    found = Notice.objects.sendable().filter(recipient=bill.recipient_id)
    return found.select_related("recipient__campaign").first()


def is_shredded(campaign: Campaign) -> bool:
    """Whether its key was destroyed, and with it all it told anybody."""
    keys = DataKey.objects.filter(purpose=DATA_KEY_PURPOSE, object_ref=campaign.number)
    return keys.filter(destroyed_at__isnull=False).exists()


def settled_bill_recipients(campaign: Campaign) -> QuerySet[Recipient]:
    """Who has been billed and owes nothing now: paid, objected or cancelled. Every later step passes them over."""
    bills = Bill.objects.filter(recipient=OuterRef("pk"))
    people = Recipient.objects.filter(campaign=campaign)
    return people.filter(Exists(bills)).exclude(Exists(bills.filter(status=S.OPEN)))


def payment_under_way(bill: Bill) -> Payment | None:
    """The one payment the provider may still take money for."""
    return Payment.objects.filter(bill=bill, status__in=["started", "unknown"]).first()


def name_on(bill: Bill) -> str:
    """Whose bill it is, masked: an open page may be looked at over a shoulder."""
    return mask_name(bill.recipient.name) if bill.recipient else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bill stands for its citizen. `payment`: the one that paid it, or the one still under way."""

    is_open: bool
    is_paid: bool
    is_disputed: bool
    is_cancelled: bool
    is_overdue: bool
    days_left: int
    is_under_way: bool
    has_failed: bool
    payment: Payment | None
    owed_won: int


def standing_of(bill: Bill, *, now: datetime) -> Standing:
    """Everything the page of a bill says about it."""
    payments = list(Payment.objects.filter(bill=bill).order_by("pk"))
    latest = payments[-1] if payments else None
    paid = next((one for one in payments if one.status == Payment.Status.PAID), None)
    under_way = next((one for one in payments if one.is_under_way), None)
    today = day_in_korea(now)
    return Standing(
        is_open=bill.status == S.OPEN,
        is_paid=bill.status == S.PAID,
        is_disputed=bill.status == S.DISPUTED,
        is_cancelled=bill.status == S.CANCELLED,
        is_overdue=bill.is_overdue(today),
        days_left=(bill.due_on - today).days,
        is_under_way=under_way is not None,
        has_failed=latest is not None and latest.status == Payment.Status.FAILED,
        payment=paid or under_way,
        owed_won=sum(one.amount_won for one in payments if one.status == Payment.Status.OWED),
    )


# --- what was collected -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collected:
    """One wave: what was asked for, how many looked, and what came in within so many days of looking."""

    label: str
    bill_count: int
    notified_won: int
    opened_count: int
    paid_count: int
    paid_won: int
    paid_within_won: tuple[int, ...]
    disputed_count: int
    cancelled_count: int
    open_won: int

    @property
    def opened_percent(self) -> float:
        """Of the bills that were sent."""
        return _percent(self.opened_count, self.bill_count)

    @property
    def paid_percent(self) -> float:
        """Of the money that was asked for."""
        return _percent(self.paid_won, self.notified_won)

    @property
    def within(self) -> list[tuple[int, int, float]]:
        """(days, won, percent of the money asked for)."""
        pairs = zip(WITHIN_DAYS, self.paid_within_won, strict=True)
        return [(days, won, _percent(won, self.notified_won)) for days, won in pairs]


def _percent(part: int, whole: int) -> float:
    return round(part * 100 / whole, 1) if whole else 0.0


def collected(campaign: Campaign) -> tuple[Collected, list[Collected]]:
    """All that was sent, and by the day it was sent on: the waves of the campaign."""
    sent = Bill.objects.filter(campaign=campaign, recipient__sent_at__isnull=False)
    whole = sent.aggregate(**_SUMS)
    days = sent.annotate(day=TruncDate("recipient__sent_at", tzinfo=KST)).values("day")
    waves = days.annotate(**_SUMS).order_by("day")
    return _collected("모두", whole), [_collected(_day(row["day"]), {**row}) for row in waves]


def unsent_count(campaign: Campaign) -> int:
    """Bills whose citizens have not been written to yet, or get a letter."""
    return Bill.objects.filter(campaign=campaign, recipient__sent_at=None).count()


def _day(day: date) -> str:
    return f"{day.month}월 {day.day}일"


_PAID = Q(status=S.PAID)


def _within(days: int) -> Sum:
    soon = Q(recipient__opened_at__isnull=False, paid_at__lte=F("recipient__opened_at") + timedelta(days=days))
    return Sum("amount_won", filter=_PAID & soon)


_SUMS: dict[str, Any] = {
    "bill_count": Count("pk"),
    "notified_won": Sum("amount_won", filter=~Q(status=S.CANCELLED)),
    "opened_count": Count("pk", filter=Q(recipient__opened_at__isnull=False)),
    "paid_count": Count("pk", filter=_PAID),
    "paid_won": Sum("amount_won", filter=_PAID),
    "disputed_count": Count("pk", filter=Q(status=S.DISPUTED)),
    "cancelled_count": Count("pk", filter=Q(status=S.CANCELLED)),
    "open_won": Sum("amount_won", filter=Q(status=S.OPEN)),
    **{f"within_{days}": _within(days) for days in WITHIN_DAYS},
}


def _collected(label: str, row: dict[str, Any]) -> Collected:
    within = tuple(row[f"within_{days}"] or 0 for days in WITHIN_DAYS)
    plain = {name: row[name] or 0 for name in _SUMS if not name.startswith("within_")}
    return Collected(label=label, paid_within_won=within, **plain)


OWED = "owed"  # not a state of a bill: money of its citizen that has to go back


def bills_with(campaign: Campaign, status: str) -> QuerySet[Bill]:
    """The bills of a campaign, those of one state, or those whose money has to go back, in the order of the roster."""
    found = Bill.objects.filter(campaign=campaign)
    if status == OWED:
        found = found.filter(Exists(Payment.objects.filter(bill=OuterRef("pk"), status=Payment.Status.OWED)))
    elif status:
        found = found.filter(status=status)
    return found.select_related("recipient").order_by("recipient__row", "pk")


def owed_of(campaign: Campaign) -> tuple[int, int]:
    """How many payments have to go back, and how many won."""
    owed = Payment.objects.filter(bill__campaign=campaign, status=Payment.Status.OWED)
    sums = owed.aggregate(count=Count("pk"), won=Sum("amount_won"))
    return sums["count"], sums["won"] or 0
