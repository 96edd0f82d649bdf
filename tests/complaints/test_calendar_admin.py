"""달력과 장애 pages: what a change would move is shown first, and only the calendar's keepers may keep it."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from complaints.models import OutageWindow
from complaints.workflow import Stage
from portal.accounts.models import CalendarDay, Official, User
from portal.accounts.reference_data import load_roles
from tests.complaints.conftest import World
from tests.complaints.officials import page, signed_in

DAYS = reverse("admin:accounts_calendarday_changelist")
ADD = reverse("admin:accounts_calendarday_add")
IMPORT = reverse("admin:accounts_calendarday_import")
OUTAGE = reverse("admin:complaints_outagewindow_add")
HOURS = {"opens_at": "09:00", "lunch_from": "12:00", "lunch_until": "13:00", "closes_at": "18:00"}
HOLIDAY = {"on": "2026-11-05", "name": "임시공휴일", "reason": "국무회의 의결", **HOURS}


@pytest.fixture
def keeper(world: World) -> User:
    user = User.objects.create(username="keeper", password="!", is_staff=True, is_superuser=True)
    Official.objects.create(user=user, department=world.roads, name="서달력", office_phone="02-123-4567")
    return user


def test_a_holiday_is_weighed_first_and_kept_on_the_second_press(world: World, keeper: User) -> None:
    complaint = world.at(Stage.REVIEWING)
    client = signed_in(keeper)
    assert client.get(ADD).status_code == 200

    weighed = client.post(ADD, HOLIDAY).content.decode()

    assert "진행 중인 민원 1건의 처리기한이 바뀝니다" in weighed
    assert CalendarDay.objects.get(on=date(2026, 11, 5)).counts
    kept = client.post(ADD, {**HOLIDAY, "keep": "1"})
    assert kept.status_code == 302
    before = complaint.due_at
    complaint.refresh_from_db()
    assert before is not None
    assert complaint.due_at is not None
    assert complaint.due_at > before
    assert "임시공휴일" in client.get(page("case", complaint)).content.decode()


def test_a_day_of_the_list_opens_with_what_it_is(world: World, keeper: User) -> None:
    shown = signed_in(keeper).get(reverse("admin:accounts_calendarday_change", args=["2026-12-25"])).content.decode()

    assert "기독탄신일" in shown
    assert 'value="2026-12-25"' in shown


def test_a_refusal_stands_on_the_page_and_nothing_is_kept(world: World, keeper: User) -> None:
    answer = signed_in(keeper).post(ADD, {**HOLIDAY, "on": "2026-11-07", "counts": "on", "keep": "1"})

    assert answer.status_code == 422
    assert "토요일과 일요일은" in answer.content.decode()


def test_an_imported_list_shows_its_differences(world: World, keeper: User) -> None:
    world.at(Stage.REVIEWING)
    client = signed_in(keeper)
    text = "2026-11-05, 임시공휴일\n2026-11-08, 일요일"

    weighed = client.post(IMPORT, {"text": text}).content.decode()
    assert "우리 달력과 다른 날 1일" in weighed
    assert "임시공휴일" in weighed
    assert client.post(IMPORT, {"text": text, "keep": "1"}).status_code == 302

    assert CalendarDay.objects.get(on=date(2026, 11, 5)).source == "import"
    assert client.post(IMPORT, {"text": "날짜 없음"}).status_code == 422


def test_an_outage_is_weighed_declared_and_ended(world: World, keeper: User) -> None:
    client = signed_in(keeper)
    values: dict[str, Any] = {"starts_at": "2026-01-05T09:00", "reason": "서버 점검"}

    assert client.get(OUTAGE).status_code == 200
    assert client.post(OUTAGE, values).status_code == 200
    assert not OutageWindow.objects.exists()
    assert client.post(OUTAGE, {**values, "keep": "1"}).status_code == 302
    window = OutageWindow.objects.get()
    assert window.ends_at is None

    change = reverse("admin:complaints_outagewindow_change", args=[window.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"ends_at": "2026-01-05T18:00", "keep": "1"}).status_code == 302
    window.refresh_from_db()
    assert window.ends_at is not None
    assert client.get(change).status_code == 302
    assert "모든 부서" in client.get(reverse("admin:complaints_outagewindow_changelist")).content.decode()


def test_others_may_not_even_open_the_pages(world: World) -> None:
    client = signed_in(world.officer)

    for address in (ADD, IMPORT, OUTAGE, DAYS):
        assert client.get(address).status_code == 403
        assert client.post(address, HOLIDAY).status_code == 403


def test_the_list_warns_when_next_year_is_missing(world: World, keeper: User) -> None:
    CalendarDay.objects.filter(on__gt=date(2026, 11, 30)).delete()

    shown = signed_in(keeper).get(DAYS).content.decode()

    assert "내년 달력이 아직 없습니다" in shown


def test_the_case_page_offers_what_the_law_allows(world: World) -> None:
    load_roles()
    complaint = world.at(Stage.REVIEWING)
    client = signed_in(world.officer)

    shown = client.get(page("case", complaint) + "?step=extend").content.decode()
    assert "처음 처리기간 7일까지" in shown
    assert "사실 확인·현지 조사" in shown
    assert "업무량, 늦은 배정" in shown
    assert "시험·검사" in client.get(page("case", complaint) + "?step=exclude").content.decode()
