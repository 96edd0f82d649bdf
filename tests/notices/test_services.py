"""Drafting, settling, launching and asking: by whom, once, and with everybody accounted for."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connections

from messaging.models import Message, SenderNumber
from notices import services
from notices.models import Asset, Campaign, Recipient
from notices.workflow import NotAllowed
from tests.notices.world import HANEUL, SOL, World


def test_a_campaign_is_numbered_and_asks_one_question(world: World) -> None:
    first, second = world.draft(), world.draft()

    assert (first.number, second.number) == ("N2611-0001", "N2611-0002")
    question = first.questions.get()
    assert question.text == "군소음 피해보상금 결정 통지서를 이 번호의 그림문자로 받으시겠습니까?"
    assert list(question.options.order_by("digit").values_list("digit", "meaning")) == [(1, "consent"), (2, "refuse")]


def test_a_campaign_needs_a_legal_basis_and_sensible_dates(world: World) -> None:
    with pytest.raises(services.PlanRefused):
        world.draft(legal_basis=" ")
    with pytest.raises(services.PlanRefused):
        world.draft(asks_until=world.now)
    with pytest.raises(services.PlanRefused):
        world.draft(asks_from=world.now + timedelta(days=20))


def test_who_may_not_draft_cannot(world: World) -> None:
    world.drafter.groups.clear()

    with pytest.raises(NotAllowed):
        world.draft()


def test_settling_asks_the_proved_and_posts_the_rest(world: World) -> None:
    child = ("김새싹", date(2015, 3, 1), "+821099990000")
    campaign = world.checking((HANEUL, child, ("유선전화", date(1960, 1, 1), "")))
    Asset.objects.filter(recipient=world.of(campaign, HANEUL)).update(parts=1)

    services.settle_checking(campaign, by=world.drafter, now=world.now)

    states = {one.name: (one.state, one.bucket) for one in Recipient.objects.filter(campaign=campaign)}
    assert states == {
        "김하늘": ("addressable", None),
        "김새싹": ("minor", "paper"),
        "유선전화": ("no_mobile", "paper"),
    }
    assert len(campaign.manifest_sha256) == 64


def test_the_drafter_cannot_launch_and_another_department_cannot_either(world: World) -> None:
    campaign = world.ready()
    world.approve(campaign)
    world.drafter.groups.set(world.sender.groups.all())

    for official in (world.drafter, world.stranger):
        with pytest.raises(NotAllowed):
            services.launch(campaign, manifest=campaign.manifest_sha256, by=official, now=world.now)

    assert Campaign.objects.get(pk=campaign.pk).state == "approved"


def test_launching_twice_launches_once(world: World) -> None:
    campaign = world.ready()
    world.approve(campaign)
    stale = Campaign.objects.get(pk=campaign.pk)
    services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)

    with pytest.raises(NotAllowed):
        services.launch(stale, manifest=stale.manifest_sha256, by=world.sender, now=world.now)

    assert campaign.changes.filter(cause="launch").count() == 1


def test_what_was_not_shown_cannot_be_launched(world: World) -> None:
    campaign = world.ready()

    with pytest.raises(services.ManifestChanged):
        services.launch(campaign, manifest="0" * 64, by=world.sender, now=world.now)


def test_equal_data_make_equal_manifests_whatever_the_order(world: World) -> None:
    from notices.services.manifests import manifest_of

    campaign = world.ready()
    before = manifest_of(campaign)
    people = list(Recipient.objects.filter(campaign=campaign))
    for one in reversed(people):
        one.save(update_fields=["row"])

    assert manifest_of(campaign) == before == campaign.manifest_sha256


def test_nobody_can_be_asked_after_the_deadline(world: World) -> None:
    campaign = world.ready()
    world.tick(days=15)

    with pytest.raises(services.TooLate):
        world.launch(campaign)


def test_asking_waits_for_its_start(world: World) -> None:
    campaign = world.ready(asks_from=world.now + timedelta(days=1))
    world.launch(campaign)

    early = world.run(campaign).queued
    world.tick(days=1)

    assert (early, world.run(campaign).queued) == (0, 3)


def test_each_citizen_is_asked_once_however_often_the_tick_runs(world: World) -> None:
    campaign = world.asking()

    for _ in range(5):
        world.run(campaign)

    assert Message.objects.filter(topic="notices.consent").count() == 3


def test_a_question_that_cannot_be_sent_goes_to_paper(world: World) -> None:
    campaign = world.ready()
    Recipient.objects.filter(pk=world.of(campaign, SOL).pk).update(phone_sealed=b"")
    world.launch(campaign)

    world.run(campaign)

    recipient = world.of(campaign, SOL)
    assert (recipient.state, recipient.bucket, recipient.reason) == ("ask_undelivered", "paper", "ask_refused")
    assert world.state(campaign, HANEUL) == "asking"


def test_the_asking_closes_by_itself_at_the_deadline(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1")
    world.tick(days=14)

    world.run(campaign)

    assert campaign.state == "asked"
    reasons = {one.name: one.reason for one in Recipient.objects.filter(campaign=campaign)}
    assert reasons == {"김하늘": "identity_missing", "박바다": "silent", "최솔": "silent"}


def test_closing_early_needs_a_reason(world: World) -> None:
    campaign = world.asking()

    with pytest.raises(NotAllowed):
        services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1))


def test_excluding_somebody_reopens_the_checking(world: World) -> None:
    campaign = world.ready()

    services.exclude(world.of(campaign, SOL), reason="사망", by=world.drafter, now=world.now)
    campaign.refresh_from_db()
    services.settle_checking(campaign, by=world.drafter, now=world.now)

    assert (world.state(campaign, SOL), world.of(campaign, SOL).bucket) == ("excluded", "excluded")
    assert world.state(campaign, HANEUL) == "addressable"
    assert campaign.changes.filter(cause="exclude", note__contains="사망").exists()


@pytest.mark.django_db(transaction=True)
def test_four_ticks_at_once_ask_everybody_once(world: World) -> None:
    people = [(f"시민{number:02d}", date(1980, 1, 1), f"+8210200000{number:02d}") for number in range(40)]
    campaign = world.ready(people)
    world.launch(campaign)
    failures: list[BaseException] = []

    def tick() -> None:
        try:
            services.run_campaigns(now=world.now)
        except BaseException as error:  # noqa: BLE001  (shown by the assertion below)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert Message.objects.filter(topic="notices.consent").count() == 40
    assert Recipient.objects.filter(campaign=campaign, state="asking").count() == 40


def test_an_office_that_cannot_send_pauses_and_gives_nobody_up(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)
    SenderNumber.objects.update(is_default=False)

    world.run(campaign)

    assert "발신번호" in campaign.pause_reason
    assert set(Recipient.objects.filter(campaign=campaign).values_list("state", flat=True)) == {"addressable"}
    SenderNumber.objects.filter(pk=SenderNumber.objects.order_by("pk")[0].pk).update(is_default=True)
    services.resume(campaign, by=world.sender, now=world.now)
    assert world.run(campaign).queued == 3


def test_one_broken_campaign_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = world.ready(), world.ready((("이슬", date(1999, 9, 9), "+821077770000"),))
    for campaign in (broken, sound):
        world.launch(campaign)

    def ask(campaign: Campaign, *, now: datetime) -> int:
        if campaign.pk == broken.pk:
            raise RuntimeError
        return services.ask_consent(campaign, now=now)

    monkeypatch.setattr("notices.services.ticking.ask_consent", ask)
    services.run_campaigns(now=world.now)

    assert set(Recipient.objects.filter(campaign=sound).values_list("state", flat=True)) == {"asking"}
