"""업무함: the list counts what it shows, masked, in a few queries. And the master data beside it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import services
from complaints.admin.due import d_day
from complaints.admin.worklist import TABS
from complaints.models import Complaint
from complaints.workflow import Stage
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import LIST, signed_in
from tests.complaints.pages import html


@pytest.fixture(autouse=True)
def roles(world: World) -> None:
    """Officials may open the pages; the services decide what they may do."""
    world.now = clock.now()
    view = Permission.objects.filter(content_type__app_label="complaints", codename__startswith="view_")
    for group in Group.objects.all():
        group.permissions.set(view)


@pytest.fixture
def officer(world: World) -> Client:
    return signed_in(world.officer)


def test_the_list_shows_the_departments_cases_masked(world: World, officer: Client) -> None:
    mine = world.file()
    foreign = world.file(body="공원 벤치가 부서졌어요", phone=BADA, name="박바다")

    shown = html(officer.get(LIST, {"tab": "open"}))

    assert mine.number in shown
    assert foreign.number not in shown
    assert "1234-5678" not in shown
    assert "김하늘" not in shown
    assert "D-" in shown


def test_a_look_at_the_list_is_written_down_with_everybody_on_it(world: World, officer: Client) -> None:
    complaint = world.file()

    officer.get(LIST, {"tab": "mine"})

    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.subject_kind, entry.subject_ids) == ("list", "complaints.complaint", [complaint.pk])


def test_each_tab_lists_exactly_what_its_number_says(world: World) -> None:
    stages = (Stage.SUBMITTED, Stage.RECEIVED, Stage.ROUTED, Stage.ASSIGNED, Stage.SUPPLEMENTING, Stage.RESOLVED)
    for number, stage in enumerate(stages):
        world.at(stage, phone=f"+8210555500{number:02d}")
    Complaint.objects.filter(stage=Stage.ASSIGNED).update(due_at=clock.now() - timedelta(days=2))
    services.write(world.file(), text="아직인가요", by=None, now=world.now)
    examiner = signed_in(world.examiner)

    for name in TABS:
        response = examiner.get(LIST, {"tab": name})
        rows = response.context["cl"].result_count
        counted = next(tab["count"] for tab in response.context["tabs"] if tab["is_current"])
        assert counted in (rows, None), name
    assert response.context["cl"].result_count == Complaint.objects.count()


def test_an_officer_begins_with_her_own_cases_and_others_with_all_open_ones(world: World, officer: Client) -> None:
    complaint = world.file()

    assert complaint.number in html(officer.get(LIST))
    assert next(tab for tab in officer.get(LIST).context["tabs"] if tab["is_current"])["label"] == "내 민원"
    assert (
        next(tab for tab in signed_in(world.head).get(LIST).context["tabs"] if tab["is_current"])["label"]
        == "부서 전체"
    )


def test_the_list_takes_the_same_few_queries_however_long_it_is(world: World, officer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            officer.get(LIST, {"tab": "open"})
        return len(found)

    world.file()
    officer.get(LIST)
    few = queries()
    for number in range(4):
        world.file(phone=f"+82105555000{number}")
    many = queries()

    assert few == many
    assert many <= 15


def test_people_are_found_by_whole_numbers_only(world: World, officer: Client) -> None:
    complaint = world.file()

    assert complaint.number in html(officer.get(LIST, {"q": complaint.number}))
    assert complaint.number in html(officer.get(LIST, {"q": "010-1234-5678"}))
    assert complaint.number not in html(officer.get(LIST, {"q": "5678"}))
    assert complaint.number not in html(officer.get(LIST, {"q": "김하늘"}))


@pytest.mark.parametrize(
    ("span", "words", "tone"),
    [
        (timedelta(days=5), "D-5", "calm"),
        (timedelta(days=2), "D-2", "warning"),
        (timedelta(), "오늘까지", "warning"),
        (-timedelta(days=1, hours=6), "1일 지남", "danger"),
    ],
)
def test_time_left_is_said_in_words(world: World, span: timedelta, words: str, tone: str) -> None:
    complaint = world.file()
    assert complaint.due_at is not None
    evening = complaint.due_at - timedelta(hours=5)

    left = d_day(complaint, now=evening - span)

    assert (left.words, left.tone) == (words, tone)


def test_a_stopped_or_waiting_clock_says_so(world: World) -> None:
    assert d_day(world.at(Stage.SUPPLEMENTING), now=world.now).words == "보완 대기"
    assert d_day(world.at(Stage.RESOLVED, phone=BADA), now=world.now).words == "끝남"
    assert d_day(world.at(Stage.SUBMITTED), now=world.now).words.startswith("접수 ")


def test_heads_keep_the_duties_of_their_own_department(world: World) -> None:
    Group.objects.get(name="head").permissions.set(
        Permission.objects.filter(content_type__app_label="complaints", codename__endswith="_duty")
    )
    head = signed_in(world.head)

    shown = html(head.get(reverse("admin:complaints_duty_changelist")))

    assert "이담당" in shown
    assert "오공원" not in shown


@pytest.mark.parametrize("model", ["category", "categorykeyword", "agency", "duty", "leave"])
def test_master_data_has_its_pages(world: World, model: str) -> None:
    root = User.objects.create(username="root", password="!", is_staff=True, is_superuser=True)
    client = signed_in(root)

    assert client.get(reverse(f"admin:complaints_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:complaints_{model}_add")).status_code == 200


def test_a_word_an_official_changes_is_hers(world: World) -> None:
    root = User.objects.create(username="root", password="!", is_staff=True, is_superuser=True)
    word = world.lamps.keywords.get()

    signed_in(root).post(
        reverse("admin:complaints_categorykeyword_change", args=[word.pk]),
        {"category": world.lamps.pk, "text": "외등", "weight": "2"},
    )

    word.refresh_from_db()
    assert (word.text, word.source) == ("외등", "official")
