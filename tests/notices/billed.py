"""Short ways to a campaign whose people are billed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from notices import services
from notices.models import Bill, Campaign, Recipient
from notices.services.opening import record_opening
from tests.notices.world import BADA, HANEUL, SOL, Person, World

LINES: Mapping[str, Mapping[str, str]] = {
    HANEUL[0]: {"amount": "32,000원", "납부기한": "2026-11-30", "전자납부번호": "26110000000000001"},
    BADA[0]: {
        "amount": "40000",
        "납부기한": "2026-11-30",
        "전자납부번호": "26110000000000002",
        "세목": "주정차위반 과태료",
    },
    SOL[0]: {"amount": "1,250,000"},
}


def billed(
    world: World,
    people: Sequence[Person] = (HANEUL, BADA, SOL),
    lines: Mapping[str, Mapping[str, str]] = LINES,
) -> Campaign:
    """A checked campaign: 김하늘 and 박바다 are billed, 최솔 has an amount but no number to pay it under."""
    campaign = world.checking(people, title="주정차 위반 과태료", legal_basis="도로교통법 제160조")
    for one in Recipient.objects.filter(campaign=campaign):
        say(one, lines.get(one.name, {}))
    services.settle_checking(campaign, by=world.drafter, now=world.now)
    return campaign


def say(recipient: Recipient, extra: Mapping[str, str]) -> None:
    """What the further columns of a row say."""
    recipient.extra_text = json.dumps(extra, ensure_ascii=False)
    recipient.save(update_fields=["extra_sealed"])


def bill_of(campaign: Campaign, person: Person = HANEUL) -> Bill:
    """A person's bill as it stands."""
    found = Bill.objects.filter(campaign=campaign).select_related("recipient__campaign", "department")
    return next(bill for bill in found if bill.recipient is not None and bill.recipient.name == person[0])


def sent(campaign: Campaign, *, at: datetime) -> None:
    """The notices left."""
    Recipient.objects.filter(campaign=campaign).update(sent_at=at)


def opened(campaign: Campaign, person: Person, *, at: datetime) -> None:
    """She read hers."""
    recipient = bill_of(campaign, person).recipient
    assert recipient is not None
    record_opening(recipient, factor="reply", evidence=f"reply:{recipient.pk}", now=at)
