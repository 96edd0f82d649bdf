"""A large campaign begins with a few: the rest follows once those are known to arrive."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from notices.models import Campaign, Recipient
from portal.core.errors import Refused

C = Campaign.State
R = Recipient.State
MANY, FIRST = 5_000, 500
MOST_FAILED_PERCENT = 3
ENOUGH_KNOWN_PERCENT = 90
PATIENCE = timedelta(hours=2)  # some results take days: after this the first wave is judged by those that came
_STARTS = ("launch", "send_notices")
# Others on the final list are sent nothing: whoever is silent or asked again must not count as a proof.
_SENT_TO = (R.QUEUED, R.SENT, R.DELIVERED, R.OPENED, R.UNOPENED, R.UNDELIVERED, R.UNRESOLVED)


class FirstWaveFailed(Refused):
    """Too many of the first failed: the rest waits for an official."""


def allowance(campaign: Campaign, *, most: int, now: datetime) -> int:
    """
    How many more may be written to now: in a large campaign a few first, the rest once those are known to arrive.

    :raises FirstWaveFailed: if too many of them did not
    """
    people = Recipient.objects.filter(campaign=campaign)
    counted = _asking(people) if campaign.state == C.ASKING else _sending(people)
    total, taken, failed, known = counted["total"], counted["taken"], counted["failed"], counted["known"]
    if total <= MANY or taken > FIRST:
        return most
    if taken < FIRST:
        return FIRST - taken
    start = campaign.changes.filter(cause__in=_STARTS).order_by("-pk").first()
    began = start.at if start else now
    if campaign.changes.filter(cause="resume", at__gt=began).exists():
        return most  # an official has looked
    if known * 100 < taken * ENOUGH_KNOWN_PERCENT and now < began + PATIENCE:
        return 0
    if failed * 100 > max(known, 1) * MOST_FAILED_PERCENT:
        raise FirstWaveFailed(f"먼저 보낸 {taken:,}건 가운데 {failed:,}건이 실패했습니다. 까닭을 확인해 주세요.")
    return most


def _asking(people: QuerySet[Recipient, Recipient]) -> dict[str, int]:
    asked = Q(asked_at__isnull=False)
    failed = Q(state=R.ASK_UNDELIVERED)
    return people.aggregate(
        total=Count("pk", filter=asked | Q(state=R.ADDRESSABLE)),
        taken=Count("pk", filter=asked),
        failed=Count("pk", filter=failed),
        known=Count("pk", filter=failed | Q(ask_delivered_at__isnull=False) | Q(replied_at__isnull=False)),
    )


def _sending(people: QuerySet[Recipient, Recipient]) -> dict[str, int]:
    failed = Q(state__in=[R.UNDELIVERED, R.UNRESOLVED])
    return people.filter(listed_at__isnull=False).aggregate(
        total=Count("pk"),
        taken=Count("pk", filter=Q(state__in=_SENT_TO)),
        failed=Count("pk", filter=failed),
        known=Count("pk", filter=failed | Q(delivered_at__isnull=False)),
    )
