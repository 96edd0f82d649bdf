"""52 citizens, a PDF with planted errors, consent by text, pictures to those who agreed, paper for the rest."""

import io
from collections import Counter

import pytest
import zxingcpp
from PIL import Image

from notices import balancing, queries, services
from notices.models import Asset, Campaign, PaperItem, Recipient, TestPicture
from notices.services import vault
from portal.accounts.models import User
from portal.core.clock import now
from portal.core.phones import national
from portal.site.demo import campaign as demo
from portal.site.demo.approving import approve_and_launch
from tests.journeys.conftest import House, eventually

State = Recipient.State


def prepared() -> Campaign:
    """Through the worker: examined, read, matched, drawn."""
    drafter = User.objects.get(username="notice")
    campaign = demo.draft_campaign(now=now())
    eventually(lambda: Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.CHECKING).exists())
    campaign.refresh_from_db()
    demo.check_campaign(campaign, by=drafter, now=now())
    return campaign


def answer_of(position: int) -> str:
    """By place on the list: most agree, some do not, some keep silent, one asks, one gets her birth date wrong."""
    return ("consent", "consent", "refuse", "consent", "silent", "consent", "unclear", "wrong")[position % 8]


@pytest.mark.timeout(1200)
def test_every_citizen_ends_in_exactly_one_bucket_and_no_picture_goes_astray(house: House) -> None:
    drafter, sender = User.objects.get(username="notice"), User.objects.get(username="sender")
    campaign = prepared()
    approve_and_launch(campaign, drafter=drafter, sender=sender, now=now())

    asked = eventually(lambda: _asked_everybody_whose_turn_it_is(campaign))
    answers = {person.pk: answer_of(at) for at, person in enumerate(asked)}
    for person in asked:
        text = {
            "consent": f"1 {person.birth:%y%m%d}",
            "refuse": "2",
            "unclear": "이게 무슨 문자인가요?",
            "wrong": "1 010101",
        }.get(answers[person.pk])
        if text:
            house.reply(national(person.phone), text)
    agreed = {pk for pk, answer in answers.items() if answer == "consent"}
    eventually(lambda: Recipient.objects.filter(campaign=campaign, state=State.VERIFIED).count() >= len(agreed))
    eventually(lambda: _all_heard(campaign, answers))
    for answer in queries.answers_to_decide(campaign):
        services.decide_answer(answer, meaning="unrelated", by=drafter, now=now())
    services.close_asking(campaign, by=drafter, now=now(), reason="시험 마감")
    approve_and_launch(campaign, drafter=drafter, sender=sender, now=now())
    eventually(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FOLLOWING)
    eventually(lambda: not Recipient.objects.filter(campaign=campaign, state__in=[State.QUEUED, State.SENT]).exists())
    campaign.refresh_from_db()
    batch = services.export_paper(campaign, reason="우편 발송", by=drafter, now=now())
    services.approve_paper(batch, by=sender, now=now())
    services.close(campaign, by=drafter, now=now())

    people = {person.pk: person for person in Recipient.objects.filter(campaign=campaign)}
    assert all(person.bucket for person in people.values())
    assert {person.pk for person in people.values() if person.bucket == "electronic"} == agreed
    assert balancing.broken(balancing.identities(queries.facts_of(campaign))) == ()
    letters = set(PaperItem.objects.filter(recipient__campaign=campaign).values_list("recipient_id", flat=True))
    assert letters == set(people) - agreed
    _every_picture_reached_its_owner_once(house, campaign, agreed)
    assert batch.row_count == len(letters)


def _asked_everybody_whose_turn_it_is(campaign: Campaign) -> list[Recipient]:
    waiting = Recipient.objects.filter(campaign=campaign, state=State.ADDRESSABLE)
    phones = set(Recipient.objects.filter(campaign=campaign, state=State.ASKING).values_list("phone_index", flat=True))
    if any(person.phone_index not in phones for person in waiting):
        return []
    return list(Recipient.objects.filter(campaign=campaign, ask_delivered_at__isnull=False).order_by("key"))


def _all_heard(campaign: Campaign, answers: dict[int, str]) -> bool:
    heard = Counter(Recipient.objects.filter(campaign=campaign, replied_at__isnull=False).values_list("pk", flat=True))
    return set(heard) >= {pk for pk, answer in answers.items() if answer != "silent"}


def _every_picture_reached_its_owner_once(house: House, campaign: Campaign, agreed: set[int]) -> None:
    """
    By the carrier's own log: each agreed citizen's number got exactly her pictures, and each shows her key.

    The only other pictures that left are the made-up person's, to the telephones of those who tried it.
    """
    owners = {person.pk: person for person in Recipient.objects.filter(pk__in=agreed)}
    assets = Asset.objects.filter(recipient_id__in=agreed).select_related("notice__document")
    expected = Counter((national(owners[asset.recipient_id].phone), asset.sha256) for asset in assets)
    tried = TestPicture.objects.filter(test__campaign=campaign).select_related("test__official__user")
    expected += Counter((national(one.test.official.user.phone), one.sha256) for one in tried)
    sent = [line for line in house.simulator.truth() if line["channel"] == "mms"]

    assert Counter((line["number"], sha256) for line in sent for sha256 in line["images"]) == expected

    for asset in assets:
        assert _key_on(vault.read_picture(asset, now=now())) in (owners[asset.recipient_id].key, "")
    first_parts = [asset for asset in assets if asset.read_back_key]
    assert {asset.recipient_id for asset in first_parts} == agreed


def _key_on(content: bytes) -> str:
    """The key in the QR code of the very bytes that were sent."""
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(content)))
    return next((code.text.split("|")[0] for code in codes if "|" in code.text), "")
