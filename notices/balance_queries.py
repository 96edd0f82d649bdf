"""What the identities I6 and I7 compare: too much to count every two seconds, so only where somebody asks."""

from dataclasses import replace

from messaging.queries import bills_of, pictures_of
from notices import keys
from notices.balancing import Billed, Facts, Sent
from notices.models import Asset, Campaign
from notices.queries import facts_of

_CHANNELS = {"sms": "단문", "lms": "장문", "mms": "그림문자", "alimtalk": "알림톡"}


def all_facts_of(campaign: Campaign) -> Facts:
    """Everything that must add up, money and pictures included."""
    return replace(facts_of(campaign), billed=_billed(campaign), sent=_sent(campaign))


def _billed(campaign: Campaign) -> tuple[Billed, ...]:
    return tuple(
        Billed(_CHANNELS[one.channel], one.leg_count, round(one.leg_won), one.booked_count, round(one.booked_won))
        for one in bills_of(campaign.stream)
    )


def _sent(campaign: Campaign) -> Sent:
    """Each picture beside its owner: whose message it is in, and whose key its QR code says."""
    rows = Asset.objects.filter(recipient__campaign=campaign)
    facts_of_each = rows.values_list("pk", "recipient_id", "recipient__key", "read_back_key")
    owners = {f"notices:{pk}": facts for pk, *facts in facts_of_each}
    messages, people = set(), set()
    counts = {"all": 0, "read": 0, "without": 0}
    for key, handle in pictures_of(campaign.stream):
        recipient_id = keys.parse(key).recipient_id
        messages.add(key)
        people.add(recipient_id)
        owner_id, own_key, said = owners.get(handle, (0, "", "nobody"))
        counts["all"] += 1
        counts["read"] += owner_id == recipient_id and said == own_key
        counts["without"] += owner_id == recipient_id and not said
    return Sent(len(messages), len(people), counts["all"], counts["read"], counts["without"])
