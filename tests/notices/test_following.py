"""Following up on silence: who is reminded, who is not, and who ends with a letter."""

from datetime import timedelta
from typing import Any

import pytest

from messaging.models import Message, MessageStatus
from notices import keys, ladders, services
from notices.models import Bill, Campaign, Recipient, RecipientChange
from notices.services.amending import change_ladder, choose_ladder
from notices.services.conveying import REMINDER_TOPIC
from notices.services.following import pointless
from notices.services.laddering import ladder_of
from notices.services.opening import record_opening
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, Person, World


def agreed(world: World, ladder: str = "standard", **changes: Any) -> Campaign:
    """Everybody agreed, and the first step of the ladder has arrived."""
    until = world.now + timedelta(days=40)
    campaign = world.asking(ladder=ladder, effect="opened", unopened_until=until, **changes)
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.reply(SOL, "1 710707")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
    world.run(campaign)
    return campaign


def steps_of(campaign: Campaign, person: Person, world: World) -> list[int]:
    """The steps for which something was queued to a person."""
    found = Message.objects.filter(key__startswith=f"notices:{campaign.pk}:{world.of(campaign, person).pk}:deliver:")
    return sorted(keys.parse(key).position for key in found.values_list("key", flat=True))


def test_the_first_step_is_an_alimtalk_with_a_button_to_her_own_notice(world: World) -> None:
    campaign = agreed(world)

    message = Message.objects.get(key=f"notices:{campaign.pk}:{world.of(campaign, HANEUL).pk}:deliver:1")

    assert message.route == "alimtalk_then_text"
    assert "/notices/" in message.variables
    assert "/notices/" not in message.body


def test_silence_gets_the_picture_the_reminder_and_in_the_end_a_letter(world: World) -> None:
    campaign = agreed(world)

    for hours, expected in ((20, [1]), (24, [1, 2]), (49, [1, 2, 3]), (97, [1, 2, 3])):
        world.tick(hours=hours)
        world.run(campaign)
        world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
        assert steps_of(campaign, HANEUL, world) == expected

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.reason) == ("unopened", "paper", "unopened")


def test_a_tick_missed_for_days_takes_one_step_and_not_all_at_once(world: World) -> None:
    campaign = agreed(world)

    world.tick(days=6)
    for _ in range(3):
        world.run(campaign)

    assert steps_of(campaign, HANEUL, world) == [1, 2]
    assert world.state(campaign, HANEUL) == "delivered"


def test_many_ticks_at_once_remind_once(world: World) -> None:
    campaign = agreed(world)
    world.tick(days=1)

    for _ in range(4):
        world.run(campaign)

    assert Message.objects.filter(key__endswith=":deliver:2").count() == 3


def test_who_opened_is_left_alone(world: World) -> None:
    campaign = agreed(world)
    record_opening(world.of(campaign, HANEUL), factor="relay", evidence="relay:1", now=world.tick(hours=1))

    world.tick(days=1)
    world.run(campaign)

    assert steps_of(campaign, HANEUL, world) == [1]
    assert steps_of(campaign, BADA, world) == [1, 2]
    assert (world.state(campaign, HANEUL), world.of(campaign, HANEUL).bucket) == ("opened", "electronic")


def test_who_opened_a_second_before_the_reminder_leaves_does_not_get_it(world: World) -> None:
    campaign = agreed(world)
    world.tick(days=1)
    world.run(campaign)
    waiting = list(Message.objects.filter(key__endswith=":deliver:2").order_by("pk"))

    record_opening(world.of(campaign, HANEUL), factor="relay", evidence="relay:1", now=world.now)

    hers = Message.objects.get(key=f"notices:{campaign.pk}:{world.of(campaign, HANEUL).pk}:deliver:2")
    assert pointless(waiting) == {hers.pk}


def test_the_first_notice_is_never_pointless(world: World) -> None:
    campaign = agreed(world)
    record_opening(world.of(campaign, HANEUL), factor="relay", evidence="relay:1", now=world.now)

    assert pointless(list(Message.objects.filter(key__endswith=":deliver:1"))) == set()


def test_an_undelivered_notice_is_not_escalated_as_silence(world: World) -> None:
    campaign = world.asking((HANEUL,), ladder="standard", effect="opened")
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.FAILED, keys.DELIVER)

    world.tick(days=1)
    world.run(campaign)

    assert steps_of(campaign, HANEUL, world) == [1]
    assert (world.state(campaign, HANEUL), world.of(campaign, HANEUL).bucket) == ("undelivered", "paper")


def test_a_failed_way_takes_the_step_for_failures(world: World) -> None:
    campaign = world.checking((HANEUL,))
    rungs = [one for one in ladder_of(campaign) if one.phase == ladders.ASK]
    rungs += [
        ladders.Rung("deliver", 1, "alimtalk"),
        ladders.Rung("deliver", 2, "picture", "undelivered", 1),
    ]
    change_ladder(campaign, rungs, by=world.drafter, now=world.now)
    services.settle_checking(campaign, by=world.drafter, now=world.now)
    world.launch(campaign)
    world.run(campaign)
    world.arrive(campaign)
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.FAILED, keys.DELIVER)

    world.tick(hours=2)
    world.run(campaign)
    assert (steps_of(campaign, HANEUL, world), world.state(campaign, HANEUL)) == ([1, 2], "queued")

    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
    assert world.state(campaign, HANEUL) == "delivered"


def test_a_later_failure_does_not_undo_what_was_delivered(world: World) -> None:
    campaign = agreed(world)
    world.tick(days=1)
    world.run(campaign)

    world.arrive(campaign, MessageStatus.FAILED, keys.DELIVER)

    assert world.state(campaign, HANEUL) == "delivered"


def test_a_word_of_confirmation_is_an_opening(world: World) -> None:
    campaign = agreed(world, "picture_first")
    world.tick(days=3)
    world.run(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)

    world.reply(HANEUL, "네 확인했습니다")
    world.reply(BADA, "확인 못했어요")

    assert world.state(campaign, HANEUL) == "opened"
    assert world.state(campaign, BADA) == "delivered"


def test_other_words_to_a_reminder_stand_in_the_inbox(world: World) -> None:
    campaign = agreed(world, "picture_first")
    world.tick(days=3)
    world.run(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)

    reply = world.reply(HANEUL, "전화 좀 주세요")

    reply.refresh_from_db()
    assert (reply.topic, reply.handled_at is not None) == ("", True)
    assert reply.message is not None
    assert reply.message.topic == REMINDER_TOPIC


def test_opening_after_the_letter_is_on_a_list_is_both_ways(world: World) -> None:
    campaign = agreed(world, "three_days")
    world.tick(days=4)
    world.run(campaign)
    world.post(campaign)

    record_opening(world.of(campaign, HANEUL), factor="relay", evidence="relay:1", now=world.now)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.opened_at) == ("unopened", "paper", world.now)


def test_opening_before_the_list_spares_the_letter(world: World) -> None:
    campaign = agreed(world, "three_days")
    world.tick(days=4)
    world.run(campaign)
    assert world.of(campaign, HANEUL).paper_item.state == "listed"

    record_opening(world.of(campaign, HANEUL), factor="relay", evidence="relay:1", now=world.now)
    world.run(campaign)

    assert world.of(campaign, HANEUL).paper_item.state == "withdrawn"
    assert world.post(campaign).row_count == 2


def test_the_last_day_to_open_ends_the_waiting(world: World) -> None:
    campaign = agreed(world, "standard", has_paper=False)
    assert not any(rung.is_paper for rung in ladder_of(campaign))

    world.tick(days=60)
    for _ in range(4):
        world.run(campaign)

    assert (world.state(campaign, HANEUL), world.of(campaign, HANEUL).bucket) == ("unopened", "unreached")


def test_where_delivery_is_service_nobody_becomes_unopened(world: World) -> None:
    campaign = world.asking((HANEUL,), ladder="picture_first")
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)

    world.tick(days=30)
    world.run(campaign)
    world.run(campaign)

    assert (world.state(campaign, HANEUL), world.of(campaign, HANEUL).bucket) == ("delivered", "electronic")


@pytest.mark.parametrize("status", ["paid", "disputed", "open"])
def test_who_paid_or_objects_is_not_reminded(world: World, status: str) -> None:
    campaign = agreed(world, "arrears")
    recipient = world.of(campaign, HANEUL)
    Bill.objects.create(
        campaign=campaign,
        recipient=recipient,
        department=world.department,
        token_hash="x" * 64,
        title="과태료",
        amount_won=40_000,
        due_on=world.now.date() + timedelta(days=5),
        electronic_payment_number="12345678901234567",
        legal_basis="도로교통법 제160조",
        status=status,
        made_at=world.now,
        paid_at=world.now if status == "paid" else None,
    )

    world.tick(days=3)
    for _ in range(3):
        world.run(campaign)

    assert steps_of(campaign, HANEUL, world) == ([1, 2, 3] if status == "open" else [1])


def test_the_unanswered_are_asked_again_and_nobody_else(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")

    world.tick(days=3)
    world.run(campaign)

    reminded = Message.objects.filter(key__contains=":remind:")
    assert {keys.parse(key).recipient_id for key in reminded.values_list("key", flat=True)} == {
        world.of(campaign, BADA).pk,
        world.of(campaign, SOL).pk,
    }
    assert set(reminded.values_list("reference", flat=True)) == {campaign.number}


def test_an_answer_before_the_reminder_leaves_makes_it_pointless(world: World) -> None:
    campaign = world.asking()
    world.tick(days=3)
    world.run(campaign)

    world.reply(BADA, "2")

    hers = Message.objects.get(key=f"notices:{campaign.pk}:{world.of(campaign, BADA).pk}:remind:2")
    assert pointless(list(Message.objects.filter(key__contains=":remind:"))) == {hers.pk}


def test_nothing_is_reminded_at_night(world: World) -> None:
    campaign = agreed(world)  # the first step was taken at about one in the afternoon
    world.tick(hours=20)
    world.run(campaign)
    assert steps_of(campaign, HANEUL, world) == [1]

    night = world.tick(hours=15)  # midnight: the step that was due at noon is taken then, and held by messaging
    world.run(campaign)

    taken_at = world.of(campaign, HANEUL).ladder_at
    assert taken_at is not None
    assert taken_at > night
    assert steps_of(campaign, HANEUL, world) == [1, 2]


def test_a_statutory_notice_needs_no_question(world: World) -> None:
    campaign = world.ready(consent="none", legal_basis="지방세기본법 제30조", ladder="picture_first")
    world.launch(campaign)

    world.run(campaign)

    people = Recipient.objects.filter(campaign=campaign)
    assert {(one.state, one.ground) for one in people} == {("queued", "statute")}
    assert Message.objects.filter(topic="notices.notice").count() == 3


def test_each_step_is_in_her_history(world: World) -> None:
    campaign = agreed(world)
    world.tick(days=1)
    world.run(campaign)

    causes = RecipientChange.objects.filter(recipient=world.of(campaign, HANEUL)).values_list("cause", flat=True)
    assert "step:2" in set(causes)


def test_a_ladder_is_changed_only_before_it_is_proposed(world: World) -> None:
    campaign = world.checking()
    choose_ladder(campaign, "quick", by=world.drafter, now=world.now)
    assert [rung.channel for rung in ladder_of(campaign) if rung.phase == "deliver"] == ["alimtalk", "text", "paper"]

    with pytest.raises(ladders.LadderRefused):
        choose_ladder(campaign, "asking", by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        choose_ladder(world.asking(), "quick", by=world.drafter, now=world.now)


def test_pausing_stops_the_ladder(world: World) -> None:
    campaign = agreed(world)
    services.pause(campaign, reason="문구 확인", by=world.drafter, now=world.now)

    world.tick(days=2)
    world.run(campaign)

    assert steps_of(campaign, HANEUL, world) == [1]


def bill_of(campaign: Campaign, recipient: Recipient, world: World, *, due_in_days: int) -> Bill:
    """An open bill of a citizen."""
    return Bill.objects.create(
        campaign=campaign,
        recipient=recipient,
        department=world.department,
        token_hash="x" * 64,
        title="과태료",
        amount_won=40_000,
        due_on=world.now.date() + timedelta(days=due_in_days),
        electronic_payment_number="12345678901234567",
        legal_basis="도로교통법 제160조",
        status="open",
        made_at=world.now,
    )


def test_the_reminder_of_a_bill_waits_for_the_days_before_it_is_due(world: World) -> None:
    campaign = agreed(world, "arrears")
    bill_of(campaign, world.of(campaign, HANEUL), world, due_in_days=30)

    world.tick(days=3)
    for _ in range(3):
        world.run(campaign)
    before = steps_of(campaign, HANEUL, world)
    world.tick(days=25)
    world.run(campaign)

    assert (before, steps_of(campaign, HANEUL, world)) == ([1, 2], [1, 2, 3])
    assert steps_of(campaign, BADA, world) == [1, 2]  # nothing to pay


def test_a_text_after_a_failed_way_ends_in_a_result(world: World) -> None:
    campaign = world.checking((HANEUL,), consent="none", legal_basis="지방세기본법 제30조")
    rungs = [ladders.Rung("deliver", 1, "alimtalk"), ladders.Rung("deliver", 2, "text", "undelivered", 1)]
    change_ladder(campaign, rungs, by=world.drafter, now=world.now)
    services.settle_checking(campaign, by=world.drafter, now=world.now)
    world.launch(campaign)
    world.run(campaign)
    world.arrive(campaign, MessageStatus.FAILED, keys.DELIVER)

    world.tick(hours=2)
    world.run(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, keys.DELIVER)
    world.run(campaign)

    assert world.state(campaign, HANEUL) == "delivered"
