"""업무함: tabs count what they list, pages never repeat a row, filters and search say what they did, all in few queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import desk_queries, services
from complaints.admin import listing
from complaints.admin.worklist import TABS
from complaints.models import Complaint, Follower, SavedView
from complaints.workflow import Stage
from portal.accounts.models import AuditEntry
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.core.sealing import blind_phone
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import LIST, signed_in
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")

NEWS = reverse("admin:complaints_complaint_news")
PAGE = 7


def _numbers(response: Any) -> list[str]:
    return [row.complaint.number for row in response.context["rows"]]


def _many(world: World, count: int) -> list[Complaint]:
    return [world.file(phone=f"+82105555{number:04d}") for number in range(count)]


def test_the_list_shows_the_departments_cases_masked_and_notes_the_look(world: World, officer: Client) -> None:
    mine = world.file()
    foreign = world.file(body="공원 벤치가 부서졌어요", phone=BADA, name="박바다")

    shown = html(officer.get(LIST, {"tab": "open"}))

    assert mine.number in shown
    assert foreign.number not in shown
    assert "1234-5678" not in shown
    assert "김하늘" not in shown
    assert "D-" in shown
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.subject_kind, entry.subject_ids) == ("list", "complaints.complaint", [mine.pk])


def test_each_tab_lists_exactly_what_its_number_says(world: World) -> None:
    stages = (Stage.SUBMITTED, Stage.RECEIVED, Stage.ROUTED, Stage.ASSIGNED, Stage.SUPPLEMENTING, Stage.RESOLVED)
    for number, stage in enumerate(stages):
        world.at(stage, phone=f"+8210555500{number:02d}")
    Complaint.objects.filter(stage=Stage.ASSIGNED).update(due_at=clock.now() - timedelta(days=2))
    services.write(world.file(), text="아직인가요", by=None, now=world.now)
    examiner = signed_in(world.examiner)

    for name in TABS:
        response = examiner.get(LIST, {"tab": name})
        counted = next(tab["count"] for tab in response.context["tabs"] if tab["name"] == name)
        assert counted in (len(response.context["rows"]), None), name
        assert response.context["listed"].result_count == len(response.context["rows"])
    assert len(response.context["rows"]) == Complaint.objects.count()


def test_an_officer_begins_with_her_own_cases_and_others_with_all_open_ones(world: World, officer: Client) -> None:
    complaint = world.file()

    assert _numbers(officer.get(LIST)) == [complaint.number]
    assert officer.get(LIST).context["listed"].tab == "mine"
    assert signed_in(world.head).get(LIST).context["listed"].tab == "open"


def test_pages_follow_each_other_without_gap_or_repetition_in_both_directions(
    world: World, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing.cut, "__kwdefaults__", {"after": "", "before": "", "size": 3})
    cases = _many(world, PAGE)
    same = clock.now() + timedelta(days=3)
    Complaint.objects.filter(pk__in=[case.pk for case in cases[:4]]).update(due_at=same)

    forward: list[list[str]] = []
    address = "?tab=open"
    while True:
        page = officer.get(LIST + address)
        forward.append(_numbers(page))
        if not page.context["listed"].slice.after:
            break
        address = page.context["after_url"]
    back = officer.get(LIST + page.context["before_url"])

    flat = [number for part in forward for number in part]
    assert len(flat) == len(set(flat)) == PAGE
    assert [len(part) for part in forward] == [3, 3, 1]
    assert _numbers(back) == forward[-2]
    assert page.context["first_url"] == "?tab=open"


@pytest.mark.parametrize("order", [listing.DUE_FIRST, listing.NEWEST_FIRST, listing.RECEIVE_FIRST])
def test_every_order_cuts_the_same_list_however_it_is_paged(world: World, order: listing.Order) -> None:
    cases = _many(world, PAGE)
    world.at(Stage.SUBMITTED)  # has no due date yet
    assert len(cases) == PAGE
    whole = list(Complaint.objects.order_by(*order.sorting()))

    found: list[Complaint] = []
    part = listing.cut(Complaint.objects.all(), order, size=2)
    found += part.rows
    while part.after:
        part = listing.cut(Complaint.objects.all(), order, after=part.after, size=2)
        found += part.rows
    backwards: list[Complaint] = list(part.rows)
    while part.before:
        part = listing.cut(Complaint.objects.all(), order, before=part.before, size=2)
        backwards = [*part.rows, *backwards]

    assert found == whole
    assert backwards == whole


@pytest.mark.parametrize(
    "written", ["", "~", "x~1", "2026-13-40T00:00:00+00:00~3", "~9999999999999999999999", "2026~١"]
)
def test_a_place_nobody_could_have_been_is_the_first_page(world: World, officer: Client, written: str) -> None:
    complaint = world.file()

    assert _numbers(officer.get(LIST, {"tab": "open", "after": written})) == [complaint.number]


def test_the_list_takes_five_queries_of_its_own_and_the_page_fifteen(world: World, officer: Client) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            officer.get(LIST, {"tab": "open"})
        return [query["sql"] for query in found]

    _many(world, 2)
    asked()
    few = asked()
    _many(world, 12)
    many = asked()

    assert len(few) == len(many) <= 15, many
    own = [sql for sql in many if 'FROM "complaints_complaint"' in sql]
    assert 1 <= len(own) <= 5
    assert not [sql for sql in own if "OFFSET" in sql]


def test_counts_stop_at_a_thousand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(world, 4)

    found = desk_queries.capped_counts(
        {"all": Complaint.objects.all(), "none": Complaint.objects.filter(pk__in=[])}, most=2
    )

    assert found == {"all": 3, "none": 0}


def test_filters_narrow_and_say_so_and_nonsense_narrows_nothing(world: World, officer: Client) -> None:
    lamp, other = world.file(), world.file(phone=BADA, name="박바다")
    services.inspect(other, by=world.officer, now=world.now)

    narrowed = officer.get(LIST, {"tab": "open", "stage": "inspecting"})
    strange = officer.get(LIST, {"tab": "open", "stage": "nonsense", "category": "x", "filed_from": "gestern"})

    assert _numbers(narrowed) == [other.number]
    assert [(label, words) for label, words, _ in narrowed.context["chips"]] == [("단계", "현장 확인 중")]
    assert set(_numbers(strange)) == {lamp.number, other.number}


def test_days_are_counted_in_korea(world: World, officer: Client) -> None:
    complaint = world.file()
    today, tomorrow = (str(day_in_korea(world.now) + timedelta(days=days)) for days in (0, 1))

    assert _numbers(officer.get(LIST, {"tab": "all", "filed_from": today, "filed_until": today})) == [complaint.number]
    assert _numbers(officer.get(LIST, {"tab": "all", "filed_from": tomorrow})) == []


def test_people_are_found_by_whole_numbers_only(world: World, officer: Client) -> None:
    complaint = world.file()

    assert _numbers(officer.get(LIST, {"q": complaint.number})) == [complaint.number]
    assert _numbers(officer.get(LIST, {"q": "010-1234-5678"})) == [complaint.number]
    assert _numbers(officer.get(LIST, {"q": "5678"})) == []
    assert _numbers(officer.get(LIST, {"q": "김하늘"})) == []


def test_no_address_ever_holds_a_phone_number(world: World, officer: Client) -> None:
    complaint = world.file()
    find = reverse("admin:complaints_complaint_find")

    response = officer.post(find, {"q": "010-1234-5678", "tab": "all", "stage": ""})
    listed = officer.get(response["Location"])

    assert "1234" not in response["Location"]
    assert _numbers(listed) == [complaint.number]
    assert "찾은 번호" in html(listed)
    assert "1234-5678" not in html(listed)
    assert officer.post(find, {"q": "가로등", "tab": "all"})["Location"].endswith(
        "q=%EA%B0%80%EB%A1%9C%EB%93%B1&tab=all"
    )
    assert _numbers(officer.get(LIST, {"tab": "all", "who": "nonsense"})) == [complaint.number]


def test_flags_say_what_is_special(world: World, officer: Client) -> None:
    complaint = world.file(body="가로등이 쓰러질 것 같아요", phone="", name="")
    Follower.objects.create(complaint=complaint, phone=BADA, phone_index=blind_phone(BADA), since=world.now)

    shown = html(officer.get(LIST, {"tab": "open"}))

    assert "긴급" in shown
    assert "연락처 없음" in shown
    assert "함께 받는 시민 1명" in shown


def test_news_counts_what_others_brought_in_and_draws_nothing_twice(world: World, officer: Client) -> None:
    world.file()
    since = (clock.now()).isoformat()
    world.now = clock.now() + timedelta(seconds=1)
    world.file(phone=BADA, name="박바다")
    asked = {"tab": "open", "since": since}

    first = officer.get(NEWS, asked)
    again = officer.get(NEWS, asked, headers={"if-none-match": first.headers["ETag"]})

    assert "새 민원 1건 보기" in html(first)
    assert "since" not in html(first)
    assert again.status_code == 304
    assert officer.get(NEWS, {"tab": "open", "since": "gestern"}).status_code == 200


def test_a_view_is_kept_shared_replaced_and_thrown_away(world: World, officer: Client) -> None:
    keep = reverse("admin:complaints_complaint_keep_view")
    officer.post(keep, {"name": "급한 것", "query": "tab=open&urgent=1&after=x~1&q=010-1234-5678", "is_shared": "on"})
    officer.post(keep, {"name": "급한 것", "query": "tab=soon&urgent=1", "is_shared": "on"})

    view = SavedView.objects.get()
    assert QueryDict(view.query).dict() == {"tab": "soon", "urgent": "1"}
    assert "급한 것" in html(signed_in(world.head).get(LIST))
    assert "급한 것" not in html(signed_in(world.parks_officer).get(LIST))
    drop = reverse("admin:complaints_complaint_drop_view", args=[view.pk])
    assert signed_in(world.head).post(drop).status_code == 404
    assert officer.post(drop).status_code == 302
    assert not SavedView.objects.exists()


def test_a_view_never_keeps_whom_somebody_searched_for(world: World) -> None:
    kept = services.keep_view(official=world.officer.official, name="x", query=QueryDict("q=010-1234-5678&tab=all"))

    assert kept.query == "tab=all"


def test_views_have_a_limit(world: World) -> None:
    for number in range(20):
        services.keep_view(official=world.officer.official, name=f"보기 {number}", query=QueryDict("tab=open"))

    with pytest.raises(services.ViewRefused):
        services.keep_view(official=world.officer.official, name="하나 더", query=QueryDict("tab=open"))


def test_an_empty_list_says_what_that_means(world: World, officer: Client) -> None:
    assert "맡은 민원이 없습니다." in html(officer.get(LIST))
    assert "찾는 민원이 없습니다." in html(officer.get(LIST, {"q": "M2611-999999-9"}))
