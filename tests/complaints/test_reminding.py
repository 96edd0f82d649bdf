"""Reminders: one digest a morning, a word to the citizen every thirty days, and nothing at night or at weekends."""

from datetime import date, datetime, timedelta

import pytest

from complaints import services
from complaints.models import Complaint, StageChange
from complaints.services.reminding import _taken, pressing_cases, remind_supplement, reminder_days, send_reminders
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.sealing import blind_phone
from portal.core.workdays import KST
from tests.complaints.conftest import BADA, World, texts_about

OFFICER_PHONE, HEAD_PHONE, EXAMINER_PHONE = "+821011112222", "+821011113333", "+821011114444"


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=KST)


def give_phone(user: User, phone: str) -> None:
    user.phone, user.phone_index = phone, blind_phone(phone)
    user.save(update_fields=["phone_sealed", "phone_index"])


@pytest.fixture
def officials(world: World) -> World:
    give_phone(world.officer, OFFICER_PHONE)
    give_phone(world.head, HEAD_PHONE)
    give_phone(world.examiner, EXAMINER_PHONE)
    return world


def digests(template: str = "casework.digest") -> list[str]:
    return [one.body for one in Message.objects.filter(key__startswith=template).order_by("pk")]


def kinds(complaint: Complaint) -> list[str]:
    return [line.data["kind"] for line in complaint.changes.filter(step="remind").order_by("seq")]


def test_two_and_one_working_days_before_and_overdue_are_one_digest_each_morning(officials: World) -> None:
    complaint = officials.at(Stage.ASSIGNED)  # due at the end of Tuesday the 10th

    for day in (3, 4, 5):
        send_reminders(now=at(11, day, 8, 30))
    assert digests() == []
    send_reminders(now=at(11, 6, 8, 30))  # Friday: Monday and Tuesday are left
    assert "2근무일 전 1건" in digests()[-1]
    send_reminders(now=at(11, 9, 8, 31))
    assert "1근무일 전 1건" in digests()[-1]
    send_reminders(now=at(11, 10, 8, 30))
    assert "오늘 1건" in digests()[-1]
    send_reminders(now=at(11, 11, 8, 30))
    assert "지남 1건" in digests()[-1]

    assert len(digests()) == 4
    assert kinds(complaint) == ["two_before", "one_before", "overdue"]
    assert "이담당" in digests()[-1]
    assert "1건(새로 1건), 가장 많은 부서 도로과" in digests("casework.overdue")[-1]


def test_a_morning_has_one_digest_however_often_one_looks(officials: World) -> None:
    for _ in range(3):
        officials.file()

    for minute in (30, 31, 45):
        send_reminders(now=at(11, 9, 8, minute))

    assert len(digests()) == 1
    assert "1근무일 전 3건" in digests()[0]
    assert StageChange.objects.filter(step="remind").count() == 3


@pytest.mark.parametrize(
    "moment", [at(11, 9, 8, 29), at(11, 9, 12), at(11, 9, 22), at(11, 7, 8, 30), at(11, 8, 10), at(12, 25, 9)]
)
def test_nobody_is_reminded_at_night_at_weekends_or_on_holidays(officials: World, moment: datetime) -> None:
    officials.file()

    send_reminders(now=moment)

    assert digests() == []
    assert not StageChange.objects.filter(step__in=["remind", "progress"]).exists()


def test_a_case_nobody_has_is_the_heads(officials: World) -> None:
    officials.at(Stage.ROUTED)

    send_reminders(now=at(11, 10, 8, 30))

    heads = Message.objects.filter(key__startswith="casework.digest")
    assert [one.phone for one in heads] == [HEAD_PHONE]


def test_an_official_without_a_number_reads_it_in_the_worklist(world: World) -> None:
    complaint = world.at(Stage.ASSIGNED)

    send_reminders(now=at(11, 9, 8, 30))

    assert digests() == []
    assert kinds(complaint) == ["one_before"]


def test_a_paused_or_ended_case_presses_nobody(officials: World) -> None:
    officials.at(Stage.SUPPLEMENTING)
    officials.at(Stage.RESOLVED)

    assert pressing_cases(calendar(), now=at(11, 11, 8, 30)) == []


def test_an_extended_case_is_reminded_of_anew(officials: World) -> None:
    complaint = officials.at(Stage.REVIEWING)
    send_reminders(now=at(11, 9, 8, 30))
    complaint.refresh_from_db()
    services.extend(
        complaint, reason="cooperation", explanation="회신", value=1, by=officials.officer, now=at(11, 9, 10)
    )

    send_reminders(now=at(11, 10, 8, 30))

    assert kinds(complaint) == ["one_before", "one_before"]


def test_thirty_days_after_receiving_the_citizen_hears_and_every_thirty_from_there(world: World) -> None:
    world.lamps.period_value, world.lamps.period_unit = 3, "month"
    world.lamps.save()
    complaint = world.at(Stage.REVIEWING)

    def told() -> int:
        return complaint.changes.filter(step="progress").count()

    send_reminders(now=at(12, 2, 9, 59))
    assert told() == 0
    for hour in (10, 11, 14):
        send_reminders(now=at(12, 2, hour))
    assert told() == 1
    text = texts_about(complaint)[-1].body
    assert "아직 처리 중입니다. 현재 심사 중, 처리예정 2월 1일(월)" in text
    send_reminders(now=at(12, 31, 10))
    assert told() == 1
    send_reminders(now=datetime(2027, 1, 4, 10, tzinfo=KST))
    assert told() == 2


def test_a_date_that_has_passed_is_not_promised_again(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    send_reminders(now=at(12, 2, 10))

    assert "처리기한(11월 10일(화))이 지나 서둘러 처리하고 있습니다" in texts_about(complaint)[-1].body


def test_a_supplement_is_asked_for_again_halfway_and_the_day_before(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)  # Monday the 2nd, due on the 9th

    for day in range(2, 11):
        for hour in (10, 16):
            send_reminders(now=at(11, day, hour))

    sent = complaint.changes.filter(step="remind_supplement").order_by("seq")
    assert [line.at for line in sent] == [at(11, 5, 10), at(11, 6, 10)]
    text = texts_about(complaint)[-1]
    assert "11월 9일(월)까지" in text.body
    assert text.topic == "complaints.supplement"
    assert complaint.supplements.get().due_on == date(2026, 11, 9)


def test_an_answered_supplement_is_reminded_of_no_more(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    services.answer_supplement(complaint, content="12번", by=None, now=world.tick(hours=1))

    send_reminders(now=at(11, 5, 10))

    assert not complaint.changes.filter(step="remind_supplement").exists()


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        (date(2026, 11, 3), []),
        (date(2026, 11, 4), [3]),
        (date(2026, 11, 9), [5, 6]),
        (date(2026, 11, 16), [9, 13]),
        (date(2026, 11, 12), [9, 11]),
    ],
)
def test_reminder_days_are_working_days(world: World, due_on: date, days: list[int]) -> None:
    found = reminder_days(calendar(), at(11, 2, 10), due_on)

    assert [on.day for on in found] == days


def test_a_sweep_reminds_too(officials: World) -> None:
    officials.file(phone=BADA)

    services.sweep(now=at(11, 9, 8, 30) + timedelta(seconds=10))

    assert len(digests()) == 1


def test_what_ended_between_the_look_and_the_reminder_stops_nothing(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    services.answer_supplement(complaint, content="12번", by=None, now=world.now)

    assert not _taken(remind_supplement, complaint.pk, now=world.now)
