"""Reads about what is a citizen's own: notices not yet opened, and the days until which something is asked of her."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from notices.bill_queries import bills_of, proven_bills_of
from notices.models import Bill, Campaign, Notice, Payment, Recipient
from notices.opening_queries import lines_of, notices_of
from portal.accounts.models import User

R = Recipient.State


def unopened_by(user: User) -> QuerySet[Recipient]:
    """What was sent to her and waits to be opened, the latest first."""
    waiting = notices_of(user).filter(opened_at=None).exclude(campaign__state=Campaign.State.CANCELLED)
    return waiting.filter(Exists(Notice.objects.sendable().filter(recipient=OuterRef("pk"))))


def unpaid_by(user: User) -> QuerySet[Bill]:
    """What she is asked to pay, the most urgent first."""
    return bills_of(user).filter(status=Bill.Status.OPEN)


def settled_for(user: User) -> QuerySet[Bill]:
    """Bills that ask for nothing any more, the newest first."""
    return bills_of(user).exclude(status=Bill.Status.OPEN).order_by("-pk")


def payments_of(user: User) -> QuerySet[Payment]:
    """Every payment of the bills that are hers for sure, the newest first."""
    proven = proven_bills_of(user).values("pk")
    return Payment.objects.filter(bill__in=proven).select_related("bill").order_by("-pk")


def notice_for(user: User, recipient: int) -> Notice | None:
    """Her notice behind one line of her list."""
    hers = notices_of(user).filter(pk=recipient)
    found = Notice.objects.sendable().filter(recipient__in=hers.values("pk"))
    return found.select_related("recipient__campaign__department").first()


def dated_bills(user: User, *, since: datetime) -> QuerySet[Bill]:
    """Bills that are open, or were settled since then; `change_count` says how often each has changed."""
    dated = bills_of(user).annotate(change_count=Count("changes"))
    later = Bill.objects.filter(pk=OuterRef("pk"), changes__at__gte=since)
    return dated.filter(Q(status=Bill.Status.OPEN) | Exists(later)).order_by("pk")


def change_count(row: Bill | Recipient) -> int:
    """How often a row of `dated_bills` or `dated_notices` has changed."""
    return int(vars(row)["change_count"])


def dated_notices(user: User, *, since: datetime) -> QuerySet[Recipient]:
    """
    Where an answer or an opening is asked of her until a day, or was until lately.

    `change_count` says how often her line or its campaign has changed.
    """
    asked = Q(ask_closes_at__isnull=False) & (Q(state=R.ASKING) | Q(replied_at__gte=since))
    waiting = Q(state__in=[R.SENT, R.DELIVERED, R.UNOPENED], opened_at=None) | Q(opened_at__gte=since)
    told = lines_of(user).filter(asked | (waiting & Q(campaign__unopened_until__isnull=False)))
    told = told.exclude(campaign__state__in=[Campaign.State.PURGED, Campaign.State.CANCELLED])
    counts = Count("changes", distinct=True) + Count("campaign__changes", distinct=True)
    return told.select_related("campaign").annotate(change_count=counts).order_by("pk")
