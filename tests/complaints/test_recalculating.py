"""A holiday, an office hour or an outage changes while cases are open: every date it touches moves, and no other."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import clock_queries, services
from complaints.models import Complaint, OutageWindow, StageChange
from complaints.services import calendars, outages
from complaints.services.recalculating import affected, recalculate_all
from complaints.workflow import Clock, Stage
from portal.accounts.models import AuditEntry, CalendarDay, Official, User
from portal.accounts.reference_data import load_calendar
from portal.core.errors import Refused
from portal.core.workdays import KST, CalendarMissing, Day
from tests.complaints.conftest import BADA, World, texts_about

THURSDAY = date(2026, 11, 5)


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=KST)


@pytest.fixture
def keeper(world: World) -> User:
    """Somebody who keeps the calendar."""
    user = User.objects.create(username="keeper", password="!", is_staff=True, is_superuser=True)
    Official.objects.create(user=user, department=world.roads, name="서달력", office_phone="02-123-4567")
    return user


def holiday(on: date = THURSDAY, **changes: Any) -> Day:
    return Day(on, **{"counts": False, "is_open": False, "name": "임시공휴일", **changes})


def declare(world: World, keeper: User, day: Day | None = None) -> Any:
    return calendars.decide_day(day or holiday(), reason="국무회의 의결", by=keeper, address="127.0.0.1", now=world.now)


def outage(world: World, keeper: User, begins: datetime, ends: datetime | None, **changes: Any) -> Any:
    values: dict[str, Any] = {"department": None, "reason": "서버 점검", **changes}
    return outages.declare_outage(
        starts_at=begins, ends_at=ends, by=keeper, address="127.0.0.1", now=max(world.now, at(11, 30)), **values
    )


def test_a_holiday_moves_the_open_cases_it_touches_and_tells_them(world: World, keeper: User) -> None:
    touched = world.at(Stage.REVIEWING)
    ended = world.at(Stage.RESOLVED)
    before = touched.version
    lines = StageChange.objects.count()

    found = declare(world, keeper)

    touched.refresh_from_db()
    ended.refresh_from_db()
    assert touched.due_at == at(11, 12)
    assert touched.promised_due_at == at(11, 11)
    assert touched.version == before + 1
    assert ended.due_at == at(11, 11)
    assert (found.later_count, found.earlier_count, found.told_count) == (1, 0, 1)
    assert StageChange.objects.count() == lines + 1
    line = touched.changes.latest("seq")
    assert (line.step, line.seq, line.before, line.after) == ("recalculate", touched.version, "reviewing", "reviewing")
    text = texts_about(touched)[-1].body
    assert "11월 5일 임시공휴일 지정으로 처리예정일이 11월 10일(화)에서 11월 11일(수)로 바뀌었습니다" in text
    assert not [message for message in texts_about(ended) if "바뀌었습니다" in message.body]


def test_the_explanation_of_a_moved_date_is_the_date(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    declare(world, keeper)
    complaint.refresh_from_db()

    explained = clock_queries.why_due(complaint)

    assert explained is not None
    assert explained.at == complaint.due_at
    assert "임시공휴일" in {line.reason for line in explained.lines}
    (moved,) = clock_queries.moves_of(complaint)
    assert (moved.before, moved.after) == ("11월 10일(화)", "11월 11일(수)")


def test_a_case_counted_in_hours_moves_to_the_hour(world: World, keeper: User) -> None:
    world.lamps.period_value = 3
    world.lamps.save()
    complaint = world.at(Stage.REVIEWING)
    assert complaint.due_at == at(11, 5, 10)

    declare(world, keeper)

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 6, 10)


def test_a_holiday_taken_back_moves_the_date_earlier_and_tells_nobody(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    declare(world, keeper)
    texts = len(texts_about(complaint))

    found = declare(world, keeper, holiday(counts=True, is_open=True, name=""))

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 11)
    assert (found.earlier_count, found.told_count) == (1, 0)
    assert len(texts_about(complaint)) == texts
    assert complaint.changes.filter(step="recalculate").count() == 2


def test_a_holiday_declared_after_the_due_date_passed_still_counts_back(world: World, keeper: User) -> None:
    overdue = world.at(Stage.REVIEWING)
    world.now = at(11, 11, 9)

    declare(world, keeper)

    overdue.refresh_from_db()
    assert overdue.due_at == at(11, 12)


def test_a_day_after_the_due_date_touches_nobody(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)

    found = declare(world, keeper, holiday(date(2026, 11, 20)))

    assert found.looked_at_count == 0
    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 11)


def test_a_local_closing_moves_nothing(world: World, keeper: User) -> None:
    world.at(Stage.REVIEWING)

    found = declare(world, keeper, holiday(counts=True, is_open=False, name="개청기념일"))

    assert found.moves == []
    assert not CalendarDay.objects.get(on=THURSDAY).is_open


def test_a_paused_case_moves_but_is_told_when_it_runs_again(world: World, keeper: User) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    texts = len(texts_about(complaint))

    found = declare(world, keeper)

    complaint.refresh_from_db()
    assert complaint.clock == Clock.PAUSED
    assert complaint.due_at == at(11, 12)
    assert found.told_count == 0
    assert len(texts_about(complaint)) == texts


def test_what_it_would_move_is_counted_before_anything_is_kept(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    rows = AuditEntry.objects.count()

    found = calendars.weigh_day(holiday(), reason="국무회의", by=keeper, address="127.0.0.1", now=world.now)

    complaint.refresh_from_db()
    assert found.later_count == 1
    assert complaint.due_at == at(11, 11)
    assert CalendarDay.objects.get(on=THURSDAY).counts
    assert AuditEntry.objects.count() == rows


def test_who_keeps_the_calendar_is_written_down_and_nobody_else_may(world: World, keeper: User) -> None:
    declare(world, keeper)

    row = CalendarDay.objects.get(on=THURSDAY)
    assert (row.source, row.decided_by, row.reason) == ("official", keeper, "국무회의 의결")
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.subject_kind, entry.reason) == (keeper, "accounts.calendarday", "국무회의 의결")
    with pytest.raises(calendars.NotTheCalendarsKeeper):
        declare(world, world.officer)


@pytest.mark.parametrize(
    "day",
    [
        holiday(date(2026, 11, 7), counts=True),
        holiday(name=""),
        holiday(opens_at=datetime(2026, 1, 1, 19, tzinfo=KST).time()),
    ],
)
def test_what_the_law_or_the_clock_forbids_is_refused(world: World, keeper: User, day: Day) -> None:
    with pytest.raises(calendars.DayRefused):
        declare(world, keeper, day)


def test_an_officials_day_survives_the_library(world: World, keeper: User) -> None:
    declare(world, keeper)

    call_command("sync_holidays", "--years", "2026", verbosity=0)
    load_calendar()

    assert not CalendarDay.objects.get(on=THURSDAY).counts


def test_a_date_beyond_the_calendar_changes_nothing_at_all(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    CalendarDay.objects.filter(on__gt=date(2026, 11, 10)).delete()

    with pytest.raises(CalendarMissing):
        declare(world, keeper)

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 11)
    assert CalendarDay.objects.get(on=THURSDAY).counts


def test_the_intake_clock_moves_too(world: World, keeper: User) -> None:
    world.now = at(11, 4, 17)
    submitted = world.at(Stage.SUBMITTED)
    assert submitted.receive_by_at == at(11, 5, 17)

    found = declare(world, keeper)

    submitted.refresh_from_db()
    assert submitted.receive_by_at == at(11, 6, 17)
    assert found.intake_count == 1


def test_an_outage_that_is_over_takes_its_time_from_everybody(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)

    outage(world, keeper, at(11, 4, 9), at(11, 4, 14))

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 12)
    explained = clock_queries.why_due(complaint)
    assert explained is not None
    assert "정보시스템 장애: 서버 점검" in {line.reason for line in explained.lines}


def test_an_outage_shorter_than_the_setting_takes_no_day(world: World, keeper: User, settings: Any) -> None:
    complaint = world.at(Stage.REVIEWING)
    outage(world, keeper, at(11, 4, 9), at(11, 4, 12))
    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 11)

    settings.COMPLAINTS_OUTAGE_DAY_MINUTES = 180
    recalculate_all(reason="기준 변경", by=None, now=world.now)

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 12)


def test_one_departments_outage_concerns_it_alone(world: World, keeper: User) -> None:
    roads, parks = world.file(), world.file(body="공원 벤치가 부서졌어요", phone=BADA)

    outage(world, keeper, at(11, 4, 9), at(11, 4, 18), department=world.parks)

    roads.refresh_from_db()
    parks.refresh_from_db()
    assert roads.due_at == at(11, 11)
    assert parks.due_at == at(11, 12)


def test_another_department_brings_its_own_outages(world: World, keeper: User) -> None:
    outage(world, keeper, at(11, 4, 9), at(11, 4, 18), department=world.parks)
    complaint = world.at(Stage.ROUTED)

    services.reroute(complaint, department=world.parks, reason="소관", by=world.head, now=world.tick(hours=1))

    assert complaint.due_at == at(11, 12)


def test_an_outage_counts_from_its_end_on(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    window, found = outage(world, keeper, at(11, 4, 9), None)
    assert found.moves == []

    weighed = outages.weigh_outage(
        starts_at=window.starts_at,
        ends_at=at(11, 4, 18),
        department=None,
        reason="서버 점검",
        by=keeper,
        address="127.0.0.1",
        now=at(11, 30),
    )
    assert weighed.later_count == 1
    outages.end_outage(window, ends_at=at(11, 4, 18), by=keeper, address="127.0.0.1", now=at(11, 30))

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 12)
    assert OutageWindow.objects.count() == 1
    with pytest.raises(outages.OutageRefused):
        outages.end_outage(window, ends_at=at(11, 4, 18), by=keeper, address="127.0.0.1", now=at(11, 30))


def test_an_outage_to_come_or_without_an_official_is_refused(world: World, keeper: User) -> None:
    with pytest.raises(outages.OutageRefused):
        outage(world, keeper, at(12, 1), None)
    with pytest.raises(outages.OutageRefused):
        outage(world, keeper, at(11, 4, 9), at(11, 4, 9))
    with pytest.raises(outages.OutageRefused):
        outage(world, keeper, at(11, 4, 9), None, reason=" ")
    with pytest.raises(outages.NotTheOutagesKeeper):
        outage(world, world.officer, at(11, 4, 9), None)


def test_the_command_repairs_what_does_not_match_and_says_how_many(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    Complaint.objects.filter(pk=complaint.pk).update(due_at=at(11, 10))
    said: list[str] = []

    class Out:
        def write(self, text: str) -> None:
            said.append(text)

    call_command("recalculate_deadlines", "--dry-run", stdout=Out())
    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 10)
    call_command("recalculate_deadlines", stdout=Out())
    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 11)
    assert any("늦어짐 1" in line for line in said)
    assert affected().moves == []


def test_many_cases_take_a_constant_number_of_queries(
    world: World, keeper: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        world.file()

    with django_assert_max_num_queries(50):
        found = declare(world, keeper)

    assert found.later_count == 4


def test_a_list_of_exception_days_is_read_as_it_is_copied(world: World, keeper: User) -> None:
    text = "번호\t처리 예외일\t내용\n2026-11-05\t임시공휴일\n2026.11.08(일) 일요일\n20261225 기독탄신일\n2026년 11월 9일, 자체 휴무\n"
    listed = calendars.read_exception_days(text)
    assert [on.isoformat() for on, _ in listed] == ["2026-11-05", "2026-11-08", "2026-12-25", "2026-11-09"]
    complaint = world.at(Stage.REVIEWING)

    found = calendars.differences(listed)
    days = [one.day for one in found]
    assert [(day.on.day, day.name) for day in days] == [(5, "임시공휴일"), (9, "자체 휴무")]
    weighed = calendars.weigh_import(days, by=keeper, address="127.0.0.1", now=world.now)
    assert weighed.later_count == 1
    calendars.import_days(days, by=keeper, address="127.0.0.1", now=world.now)

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 13)
    assert CalendarDay.objects.get(on=THURSDAY).source == "import"
    assert not CalendarDay.objects.get(on=date(2026, 11, 7)).counts


@pytest.mark.parametrize("text", ["", "제목만 있습니다", "2026-02-31, 없는 날"])
def test_a_list_without_dates_is_refused(text: str) -> None:
    with pytest.raises(calendars.DayRefused):
        calendars.read_exception_days(text)


def test_an_imported_list_leaves_what_an_official_decided(world: World, keeper: User) -> None:
    declare(world, keeper, holiday(counts=True, is_open=True, name="정상 근무"))

    (found,) = calendars.differences([(THURSDAY, "임시공휴일")])
    assert found.is_kept
    calendars.import_days([found.day], by=keeper, address="127.0.0.1", now=world.now)

    assert CalendarDay.objects.get(on=THURSDAY).counts


def test_next_year_is_missed_from_october_on(world: World) -> None:
    assert not calendars.next_year_missing(now_on=date(2026, 9, 30))
    assert calendars.next_year_missing(now_on=date(2026, 10, 1))  # this district's calendar ends in August
    assert not calendars.next_year_missing(now_on=date(2025, 10, 1))


MOVES = ("holiday", "workday", "outage", "ask", "answer", "extend", "exclude", "end", "reroute", "hours")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 30), st.integers(0, 14)), max_size=12))
def test_recomputed_is_stored_after_any_walk(walk: list[tuple[str, int, int]], world: World, keeper: User) -> None:
    began = world.now
    with transaction.atomic():
        cases = [world.file(), world.at(Stage.REVIEWING)]
        for name, hours, offset in walk:
            world.tick(hours=hours)
            _move(name, cases[offset % 2], world, keeper, began.date() + timedelta(days=offset))
        for case in Complaint.objects.filter(clock__in=(Clock.RUNNING, Clock.PAUSED)):
            explained = clock_queries.why_due(case)
            assert explained is not None
            assert explained.at == case.due_at
        assert affected().moves == []
        transaction.set_rollback(True)
    world.now = began


def _move(name: str, case: Complaint, world: World, keeper: User, on: date) -> None:
    case = Complaint.objects.get(pk=case.pk)
    begins = datetime(on.year, on.month, on.day, 9, tzinfo=KST)
    verbs: dict[str, Any] = {
        "holiday": lambda: declare(world, keeper, holiday(on)),
        "workday": lambda: declare(world, keeper, holiday(on, counts=on.weekday() < 5, is_open=True, name="")),
        "hours": lambda: declare(
            world, keeper, holiday(on, counts=on.weekday() < 5, name="수능", opens_at=begins.replace(hour=10).time())
        ),
        "outage": lambda: outage(world, keeper, begins, begins + timedelta(hours=7), department=case.department),
        "ask": lambda: world.ask(case),
        "answer": lambda: services.answer_supplement(case, content="12번", by=None, now=world.now),
        "extend": lambda: services.extend(
            case, reason="cooperation", explanation="회신", value=3, by=world.officer, now=world.now
        ),
        "exclude": lambda: world.sign(case, "exclude", reason="hearing", explanation="청취", by=world.officer),
        "end": lambda: services.end_exclusion(case, by=world.officer, now=world.now),
        "reroute": lambda: services.reroute(
            case, department=world.parks, category=world.trees, reason="소관", by=world.clerk, now=world.now
        ),
    }
    try:
        with transaction.atomic():
            verbs[name]()
    except Refused:
        pass
