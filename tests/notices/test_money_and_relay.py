"""Both ends with real pages: from the opened notice to its bill, and her own pages into her own wallet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from messaging.models import Message, MessageStatus
from notices import keys
from notices.models import Bill, Opening, Recipient, RelayDelivery
from notices.relay.identity import without_ci
from notices.services import billing, relaying
from tests.notices.billed import say
from tests.notices.other_ends import OtherEnd, running
from tests.notices.reading import analysed, delivered
from tests.notices.world import BADA, HANEUL, World


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
    for sent in RelayDelivery.objects.select_related("notice__recipient"):
        document = tmp_path / "relay" / f"{sent.relay_ref}.pdf"
        with pikepdf.open(document) as pdf:
            assert len(pdf.pages) == len(sent.notice.pages)
        assert taken[str(sent.key)]["sha256"] == sent.document_sha256
        assert taken[str(sent.key)]["ci_hmac"] == relaying.ci_of(sent.notice.recipient)
    assert Opening.objects.get().notice.recipient_id == people[0].pk


def test_a_message_about_a_bill_names_neither_the_debt_nor_an_address(world: World) -> None:
    until = world.now + timedelta(days=40)
    campaign = world.asking(ladder="arrears", effect="opened", unopened_until=until, title="자동차세 체납 안내")
    say(world.of(campaign, HANEUL), {"amount": "32000", "납부기한": "2026-12-20", "전자납부번호": "26110000000000001"})
    billing.make_bills(campaign, now=world.now)
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.sending(campaign)

    key = f"notices:{campaign.pk}:{world.of(campaign, HANEUL).pk}:deliver:1"
    first = Message.objects.get(key=key)
    assert first.template_version.template.code == "notices.bill"
    assert "고지서가 도착했습니다" in first.body
    assert "체납" not in first.body
    assert "http" not in first.body
    other = Message.objects.get(key=f"notices:{campaign.pk}:{world.of(campaign, BADA).pk}:deliver:1")
    assert other.template_version.template.code == "notices.arrived"


def test_whoever_has_paid_is_reminded_of_nothing(world: World) -> None:
    until = world.now + timedelta(days=40)
    campaign = world.asking(ladder="arrears", effect="opened", unopened_until=until, title="자동차세 안내")
    for number, person in enumerate((HANEUL, BADA), start=1):
        line = {"amount": "32000", "납부기한": "2026-12-20", "전자납부번호": f"2611000000000000{number}"}
        say(world.of(campaign, person), line)
    billing.make_bills(campaign, now=world.now)
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
    paid = Bill.objects.get(recipient=world.of(campaign, HANEUL))
    Bill.objects.filter(pk=paid.pk).update(status="paid", paid_at=world.now)

    world.tick(hours=80)
    world.run(campaign)

    later = Message.objects.filter(key__startswith=f"notices:{campaign.pk}:", key__endswith=":deliver:2")
    assert [keys.parse(one.key).recipient_id for one in later] == [world.of(campaign, BADA).pk]
    assert "고지서를" in later.get().body
