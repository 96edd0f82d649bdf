"""통계: every number equals the list it leads to, live and from the rollup, and the rollup outlives what it counted."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import services
from complaints.figure_queries import live, rolled
from complaints.measures import MEASURES
from complaints.models import Complaint, DailyCount, Outcome
from complaints.services.counting import count_days, roll_up
from complaints.workflow import Stage
from portal.core.clock import day_in_korea
from portal.core.columns import columns
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import signed_in
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")

PAGE = reverse("admin:complaints_complaint_statistics")


@pytest.fixture
def story(world: World) -> World:
    """Cases of two departments: answered in time, late, rated, sorted by hand, moved on, refused."""
    world.at(Stage.RESOLVED)
    late = world.at(Stage.RESOLVED, phone=BADA)
    Complaint.objects.filter(pk=late.pk).update(due_at=late.submitted_at, promised_due_at=late.submitted_at)
    rated = world.at(Stage.RESOLVED, phone="+821055550001")
    services.rate(rated, score=4, by=None, now=world.now)
    refused = world.at(Stage.REVIEWING, phone="+821055550002")
    world.resolve(refused, outcome=Outcome.REFUSED, refusal_reason="사유", remedy="방법")
    sorted_by_hand = world.at(Stage.RECEIVED, phone="+821055550003")
    services.route(sorted_by_hand, department=world.parks, category=world.trees, by=world.clerk, now=world.now)
    moved = world.file(phone="+821055550004")
    services.reroute(moved, department=world.parks, reason="소관", by=world.head, now=world.now)
    world.file(body="공원 벤치가 부서졌어요", phone="+821055550005")
    return world


def _numbers(context: Any) -> Iterable[Any]:
    yield from context["numbers"]
    for name in ("scores", "took", "outcomes", "channels", "categories"):
        yield from (bar.number for bar in context[name])
    for line in context["departments"]:
        yield from line["cells"]
    for name in ("filed_chart", "resolved_chart"):
        yield from (one for one in context[name]["columns"] if one.count)


def _listed(client: Client, url: str) -> int:
    count: int = client.get(url).context["listed"].result_count
    return count


@pytest.mark.parametrize("who", ["examiner", "head", "parks_head"])
def test_every_number_equals_the_list_it_leads_to(story: World, who: str) -> None:
    client = signed_in(getattr(story, who))

    numbers = list(_numbers(client.get(PAGE).context))

    assert sum(one.count for one in numbers) > 5
    for one in numbers:
        assert (one.url, one.count) == (one.url, _listed(client, one.url))


def test_the_figures_tell_the_story(story: World) -> None:
    context = signed_in(story.examiner).get(PAGE).context

    found = {one.label: one.count for one in context["numbers"]}
    assert found["들어온 민원"] == 7
    assert found["처리 완료"] == 4
    assert (found["법정 기한 안"], found["법정 기한 지남"]) == (3, 1)
    assert (found["처음 약속 안"], found["처음 약속 지남"]) == (3, 1)
    assert (found["자동 배정"], found["사람이 분류"], found["자동 배정 뒤 옮김"]) == (6, 1, 1)
    assert context["satisfaction"] == "4.00"
    assert {line["name"]: line["cells"][0].count for line in context["departments"]} == {"도로과": 4, "공원녹지과": 3}


def test_the_rollup_counts_what_the_cases_say_and_harmlessly_twice(story: World) -> None:
    today = day_in_korea(story.now)
    count_days([today], now=story.now)
    first = DailyCount.objects.count()
    count_days([today], now=story.now)

    summed = rolled(first_on=today, last_on=today, department=None)
    counted = live(story.examiner, first_on=today, last_on=today, department=None, now=story.now)

    assert DailyCount.objects.count() == first > 0
    assert summed.total == counted.total
    assert summed.by_department == counted.by_department
    assert set(summed.total) <= set(MEASURES)


def test_the_night_counts_every_day_that_was_touched(story: World) -> None:
    earlier = story.now - timedelta(days=10)
    Complaint.objects.filter(stage=Stage.RESOLVED).update(submitted_at=earlier, received_at=earlier)

    roll_up(now=story.now + timedelta(days=1))

    days = set(DailyCount.objects.values_list("on", flat=True))
    assert days == {day_in_korea(earlier), day_in_korea(story.now)}


def test_a_long_period_comes_from_the_rollup_and_only_the_own_department(story: World) -> None:
    today = day_in_korea(story.now)
    count_days([today], now=story.now)
    asked = {"first_on": str(today - timedelta(days=200)), "last_on": str(today)}

    everything = signed_in(story.examiner).get(PAGE, asked).context
    own = signed_in(story.parks_head).get(PAGE, asked).context
    foreign = signed_in(story.parks_head).get(PAGE, {**asked, "department": str(story.roads.pk)}).context

    assert everything["is_long"]
    assert everything["numbers"][0].count == 7
    assert own["numbers"][0].count == 3
    assert foreign["numbers"][0].count == 0
    assert [one.at for one in everything["filed_chart"]["columns"]][-1] == f"{today.year}. {today.month}."


@pytest.mark.parametrize(
    "asked", [{"first_on": "2026-02-01", "last_on": "2026-01-01"}, {"first_on": "gestern"}, {"department": "x"}]
)
def test_a_period_nobody_can_mean_is_refused_in_words(world: World, asked: dict[str, str]) -> None:
    response = signed_in(world.examiner).get(PAGE, asked)

    assert response.status_code == 422
    assert "cw-error" in html(response) or "기간을 확인해 주세요" in html(response)


def test_the_page_takes_the_same_few_queries_however_many_cases(story: World) -> None:
    client = signed_in(story.examiner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE)
        return len(found)

    asked()
    few = asked()
    for number in range(5):
        story.file(phone=f"+8210555510{number:02d}")
    assert asked() == few <= 30


def test_charts_have_their_numbers_as_tables_and_nobody_is_named(story: World) -> None:
    shown = html(signed_in(story.examiner).get(PAGE))

    assert shown.count("숫자로 보기") == 2
    assert "김하늘" not in shown
    assert not re.search(r'style="', shown.split('class="cw st"')[1].split("</main>")[0])


def test_columns_cover_every_day_or_month_of_the_period() -> None:
    def url(first_on: date, last_on: date) -> str:
        return f"{first_on}/{last_on}"

    days = columns({date(2026, 11, 3): 4}, date(2026, 11, 1), date(2026, 11, 10), by_month=False, url=url)
    months = columns(
        {date(2026, 1, 20): 1, date(2026, 3, 31): 3}, date(2026, 1, 15), date(2026, 3, 31), by_month=True, url=url
    )

    assert [one.count for one in days] == [0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
    assert days[2].height == 120
    assert [(one.count, one.url) for one in months] == [
        (1, "2026-01-15/2026-01-31"),
        (0, "2026-02-01/2026-02-28"),
        (3, "2026-03-01/2026-03-31"),
    ]
