"""Ticks from beat, cron and by hand, all at once, and the command they run."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from messaging.models import Message, MessageStatus
from notices import keys, services
from notices.models import Campaign, CampaignChange
from notices.services.steps import lock_campaign
from tests.notices.payers import together
from tests.notices.world import BADA, HANEUL, SOL, World


def following(world: World) -> Campaign:
    """A campaign whose three people are due for the second step."""
    until = world.now + timedelta(days=40)
    campaign = world.asking(ladder="standard", effect="opened", unopened_until=until)
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.reply(SOL, "1 710707")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
    world.run(campaign)
    world.tick(days=1)
    return campaign


@pytest.mark.django_db(transaction=True)
def test_five_ticks_at_once_take_each_step_once(world: World) -> None:
    campaign = following(world)

    results = together(*[lambda: services.run_campaigns(now=world.now)] * 5)

    assert not [one for one in results if isinstance(one, BaseException)]
    second = Message.objects.filter(key__endswith=":deliver:2")
    assert second.count() == second.values("key").distinct().count() == 3
    assert CampaignChange.objects.filter(campaign=campaign, cause="hand_over").count() == 1


def test_the_command_ends_with_json_and_does_one_campaign(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, other = following(world), world.asking(people=(("남의이", HANEUL[1], "+821099998888"),))
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    out = StringIO()

    call_command("run_campaigns", campaign=campaign.pk, stdout=out)

    done = json.loads(out.getvalue().splitlines()[-1])
    assert set(done) == {"campaigns", "advanced", "queued", "paused", "seconds"}
    assert (done["campaigns"], done["queued"], done["paused"]) == (1, 3, 0)
    assert not Message.objects.filter(key__startswith=f"notices:{other.pk}:", key__contains=":remind:").exists()


def test_nothing_due_is_no_error(world: World) -> None:
    done = services.run_campaigns(now=world.now)

    assert (done.campaigns, done.queued) == (0, 0)


def test_the_sums_of_a_campaign_are_told_by_a_command(world: World) -> None:
    campaign = following(world)
    out = StringIO()

    call_command("reconcile_campaign", campaign.number, stdout=out)

    report = json.loads(out.getvalue())
    assert {"I0", "I5", "I6", "I7"} <= set(report["identities"])
    assert all(one["holds"] for one in report["identities"].values())


def test_a_broken_sum_ends_the_command_with_1(world: World) -> None:
    campaign = following(world)
    message = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:deliver:1")
    message.attempts.update(cost_won=999)

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_campaign", campaign.number, stdout=StringIO())

    assert ended.value.code == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["cancel", "close_asking"])
def test_ending_waits_for_the_tick_that_is_at_work(world: World, verb: str) -> None:
    campaign = world.asking()
    end = services.cancel if verb == "cancel" else services.close_asking
    now = world.tick(hours=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert lock_campaign(campaign.pk)  # as a tick does
            ending = pool.submit(_apart, lambda: end(campaign, reason="그만둠", by=world.drafter, now=now))
            with pytest.raises(TimeoutError):
                ending.result(timeout=0.7)
        ending.result(timeout=60)

    assert Campaign.objects.get(pk=campaign.pk).state == ("cancelled" if verb == "cancel" else "asked")


def _apart(work: Callable[[], None]) -> None:
    """Do it on a connection of its own."""
    try:
        work()
    finally:
        connection.close()
