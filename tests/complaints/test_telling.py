"""Who hears of a happening, and when: never at night, once per phone, the newest stage only."""

from datetime import timedelta

from complaints import services
from complaints.workflow import Stage
from messaging.models import Message, MessageStatus
from messaging.windows import closed_until
from portal.core.workdays import KST
from tests.complaints.conftest import BADA, HANEUL, World, texts_about


def test_a_stage_reached_at_night_is_told_in_the_morning(world: World) -> None:
    complaint = world.file()

    services.inspect(complaint, by=world.officer, now=world.tick(hours=12))  # 22:00

    waits_until = closed_until(texts_about(complaint)[-1].purpose, world.now)
    assert waits_until is not None
    assert (waits_until.astimezone(KST).day, waits_until.astimezone(KST).hour) == (3, 8)


def test_the_echo_of_ones_own_act_comes_at_once_even_at_night(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    world.tick(hours=12)

    services.answer_supplement(complaint, content="12번", by=None, now=world.now)

    assert closed_until(texts_about(complaint)[-1].purpose, world.now) is None


def test_one_phone_with_two_cases_hears_of_the_lead_once(world: World) -> None:
    lead, again = world.file(), world.file()
    services.merge(again, lead=lead, by=world.officer, now=world.now)
    services.follow(lead, phone=BADA, by=None, now=world.now)

    world.tick(hours=1)
    world.resolve(lead)

    change = lead.changes.get(step="resolve")
    heard = Message.objects.filter(key__startswith=f"complaints.stage:{change.pk}:")
    assert sorted(message.phone for message in heard) == sorted([HANEUL, BADA])


def test_a_followers_earlier_stage_is_overtaken_too(world: World) -> None:
    complaint = world.file()
    services.follow(complaint, phone=BADA, by=None, now=world.now)
    services.inspect(complaint, by=world.officer, now=world.tick(minutes=1))

    services.review(complaint, by=world.officer, now=world.tick(minutes=1))

    texts = [one for one in Message.objects.order_by("pk") if one.phone == BADA]
    assert [one.status for one in texts] == [MessageStatus.CANCELLED, MessageStatus.QUEUED]


def test_who_no_longer_follows_hears_nothing(world: World) -> None:
    complaint = world.file()
    follower = services.follow(complaint, phone=BADA, by=None, now=world.now)
    services.unfollow(follower, now=world.now)

    services.inspect(complaint, by=world.officer, now=world.now + timedelta(hours=1))

    assert all(one.phone != BADA for one in Message.objects.all())


def test_what_leaves_the_stage_alone_overtakes_no_stage(world: World) -> None:
    complaint = world.file()
    assigned = next(one for one in texts_about(complaint) if "담당자가 정해졌습니다" in one.body)
    assert assigned.status == MessageStatus.QUEUED

    services.correct(
        complaint,
        changes={"body": "우리집 앞 가로등이 두 개 안 켜져요"},
        proof="device",
        version=complaint.version,
        by=None,
        now=world.tick(minutes=1),
    )

    assigned.refresh_from_db()
    assert assigned.status == MessageStatus.QUEUED
