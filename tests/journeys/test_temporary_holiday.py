"""임시공휴일: declared while cases are open; the dates move, who is promised later hears it, and the page says why."""

from datetime import timedelta

import pytest

from complaints import clock_queries, services
from complaints.models import Complaint
from complaints.services import calendars
from messaging.models import Message
from portal.accounts.models import CalendarDay, User
from portal.core.clock import now
from portal.core.workdays import Day, in_korea
from tests.journeys.citizen import Citizen
from tests.journeys.conftest import House, eventually

NUMBER = "01055507890"


@pytest.mark.timeout(900)
def test_a_temporary_holiday_moves_open_cases_and_tells_their_citizens(house: House) -> None:
    keeper = User.objects.create(username="keeper", password="!", is_staff=True, is_superuser=True)
    with Citizen(house.url) as citizen:
        for place in ("연희동 12-3 골목", "연희동 44 놀이터 앞"):
            receipt = citizen.send(
                "/complaints/new/",
                citizen.open("/complaints/new/"),
                body="골목에 누가 밤마다 쓰레기를 무단투기하고 가요. 종량제봉투도 안 써요.",
                place=place,
                phone="010-5550-7890",
                name="김하늘",
            )
            assert receipt.status_code == 200
        running, answered = Complaint.objects.order_by("pk")
        eventually(lambda: [text for text in house.texts_on(NUMBER) if running.number in text])
        officer = answered.officer
        assert officer is not None
        services.resolve(answered, outcome="accepted", answer="수거했습니다.", by=officer.user, now=now())

        promised, ended_due = running.due_at, answered.due_at
        assert promised is not None
        holiday = Day(in_korea(promised - timedelta.resolution).date(), counts=False, is_open=False, name="임시공휴일")
        found = calendars.decide_day(holiday, reason="국무회의 의결", by=keeper, address="127.0.0.1", now=now())

        running.refresh_from_db()
        answered.refresh_from_db()
        assert (found.later_count, found.told_count) == (1, 1)
        assert running.due_at is not None
        assert running.due_at > promised
        assert running.promised_due_at == promised
        assert answered.due_at == ended_due
        texts = Message.objects.filter(reference=running.number)
        assert [one for one in texts if "임시공휴일 지정으로" in one.body]
        assert not [one for one in Message.objects.filter(reference=answered.number) if "임시공휴일" in one.body]

        page = citizen.open(f"/complaints/{running.number}/due/")
        assert "임시공휴일" in page
        assert "날짜가 바뀐 일" in page
        explained = clock_queries.why_due(running)
        assert explained is not None
        assert explained.at == running.due_at
        assert CalendarDay.objects.get(on=holiday.on).source == "official"
