"""Reads about letters: how far they have come, which came back, and who got her notice both ways."""

from django.db.models import Count, Q, QuerySet

from notices.models import Campaign, PaperItem, Recipient
from notices.paper import Letter
from notices.workflow import reason_label

S = PaperItem.State


def letters_by_state(campaign: Campaign) -> list[tuple[str, int]]:
    """How many letters are in each state, in the order of their lives."""
    rows = PaperItem.objects.filter(recipient__campaign=campaign).values("state").annotate(total=Count("pk"))
    found = dict(rows.values_list("state", "total"))
    return [(state.label, found.get(state.value, 0)) for state in S]


def came_back(campaign: Campaign) -> QuerySet[PaperItem]:
    """Letters that came back: candidates for 공시송달."""
    found = PaperItem.objects.filter(recipient__campaign=campaign, state=S.CAME_BACK)
    return found.select_related("recipient").order_by("batch__number", "place")


def both_ways(campaign: Campaign) -> QuerySet[Recipient]:
    """이중: who opened or received her notice although her letter was on a list already."""
    listed = Recipient.objects.filter(campaign=campaign, bucket=Recipient.Bucket.PAPER, paper_item__batch__isnull=False)
    return listed.filter(Q(opened_at__isnull=False) | Q(delivered_at__isnull=False, state__in=_FAILED)).order_by("row")


_FAILED = (Recipient.State.UNDELIVERED, Recipient.State.UNRESOLVED)


def letter_of(item: PaperItem) -> Letter:
    """One line of a list."""
    one = item.recipient
    return Letter(
        key=one.key,
        name=one.name,
        postcode=one.postcode,
        address=one.address,
        pages="",
        reason=reason_label(item.reason),
        note=f"등기 {item.registered_number} 반송",
    )
