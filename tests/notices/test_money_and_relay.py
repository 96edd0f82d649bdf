"""Both ends with real pages: from the opened notice to its bill, and her own pages into her own wallet."""

from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from notices.models import Bill, Opening, Recipient, RelayDelivery
from notices.relay.identity import without_ci
from notices.services import billing, relaying
from tests.notices.billed import say
from tests.notices.other_ends import OtherEnd, running
from tests.notices.reading import analysed, delivered
from tests.notices.world import World


def test_from_her_notice_to_her_bill_without_asking_again(client: Client, provider: OtherEnd, world: World) -> None:
    world.now = datetime.now(UTC)
    campaign = analysed(world)
    reader = delivered(campaign, world)
    say(reader.recipient, {"amount": "32000", "납부기한": "2027-01-31", "전자납부번호": "26110000000000001"})
    billing.make_bills(campaign, now=world.now)
    bill = Bill.objects.get(recipient=reader.recipient)
    client.post(reader.path, {"birth": reader.birth})
    assert "32,000" in client.get(reader.path).content.decode()

    answer = client.post(reader.path, {"act": "bill"})

    assert answer["Location"] == reverse("notices:bill", args=[bill.token])
    assert "납부하기" in client.get(answer["Location"]).content.decode()


def test_without_her_visit_the_notice_leads_to_no_bill(client: Client, provider: OtherEnd, world: World) -> None:
    world.now = datetime.now(UTC)
    campaign = analysed(world)
    reader = delivered(campaign, world)
    say(reader.recipient, {"amount": "32000", "납부기한": "2027-01-31", "전자납부번호": "26110000000000001"})
    billing.make_bills(campaign, now=world.now)

    answer = client.post(reader.path, {"act": "bill"})

    assert answer.status_code == 422
    assert "bill" not in client.cookies


def test_her_own_pages_and_no_others_reach_her_wallet(world: World, settings: Settings, tmp_path: Path) -> None:
    world.now = datetime.now(UTC)
    campaign = analysed(world)
    settings.NOTICES_CI_KEY = b"k" * 32
    people = list(Recipient.objects.filter(campaign=campaign).order_by("row"))
    for one in people:
        say(one, without_ci({"연계정보(CI)": f"ci of row {one.row}"}))
        moment = {"asked_at": world.now, "identified_at": world.now, "verified_at": world.now}
        Recipient.objects.filter(pk=one.pk).update(state="queued", ground="reply", **moment)
    with running("relays", tmp_path / "relay.jsonl") as relay:
        settings.NOTICES_RELAY = {"wallet": relay.entry}
        relaying.submit_notices(campaign, people, now=world.now)
        assert relaying.work_relay(now=world.now, seconds=60) == len(people)
        first = RelayDelivery.objects.get(notice__recipient=people[0])
        ci = relaying.ci_of(people[0])[:16]
        relay.press(f"/wallets/{ci}/{first.relay_ref}", "open")
        RelayDelivery.objects.update(due_at=world.now)

        relaying.work_relay(now=world.now, seconds=60)

    taken = {one["key"]: one for one in relay.truth("taken")}
    for one in RelayDelivery.objects.select_related("notice__recipient"):
        document = tmp_path / "relay" / f"{one.relay_ref}.pdf"
        with pikepdf.open(document) as pdf:
            assert len(pdf.pages) == len(one.notice.pages)
        assert taken[str(one.key)]["sha256"] == one.document_sha256
        assert taken[str(one.key)]["ci_hmac"] == relaying.ci_of(one.notice.recipient)
    assert Opening.objects.get().notice.recipient_id == people[0].pk
