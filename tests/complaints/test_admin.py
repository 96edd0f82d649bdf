"""Officials' pages: the worklist counts what it shows, and a case moves only by the step the table allows."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints import services
from complaints.admin.doing import DOINGS, NEXT
from complaints.admin.due import d_day
from complaints.admin.worklist import TABS
from complaints.models import Complaint, Outcome
from complaints.workflow import STEPS, Actor, Stage
from messaging.models import Message
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.complaints.conftest import BADA, HANEUL, World

LIST = reverse("admin:complaints_complaint_changelist")


def page(name: str, complaint: Complaint, *args: object) -> str:
    return reverse(f"admin:complaints_complaint_{name}", args=[complaint.pk, *args])


def html(response: Any) -> str:
    return str(response.content.decode())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


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


def take(client: Client, complaint: Complaint, name: str, **values: object) -> Any:
    sent = {f"{name}-{field}": value for field, value in {"version": complaint.version, **values}.items()}
    return client.post(page("step", complaint, name), sent)


def test_every_step_of_an_official_has_a_form_and_a_button() -> None:
    people = {step.name for step in STEPS if step.who - {Actor.CITIZEN, Actor.SYSTEM}} - {"file"}

    assert set(DOINGS) == people
    assert set(NEXT.values()) <= people


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


def test_another_departments_case_is_not_there(world: World) -> None:
    complaint = world.file()
    foreign = signed_in(world.parks_officer)

    assert foreign.get(page("case", complaint)).status_code == 404
    assert foreign.get(page("photo", complaint, 1, "view")).status_code == 404
    assert take(foreign, complaint, "inspect").status_code == 404
    assert Client().get(page("case", complaint)).status_code == 302


def test_a_case_shows_everything_but_the_person(world: World, officer: Client) -> None:
    complaint = world.file()

    shown = html(officer.get(page("case", complaint)))

    assert complaint.body in shown
    assert "김*늘" in shown
    assert "010-****-5678" in shown
    assert "1234-5678" not in shown
    assert "왜 이 날짜인가요?" in shown
    assert shown.count("cw-btn primary") == 1
    assert "현장 확인 시작하기" in shown
    assert AuditEntry.objects.filter(action="view", subject_ids=[complaint.pk]).count() == 1


def test_a_case_takes_at_most_twenty_queries(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    for number in range(3):
        services.write(complaint, text=f"말 {number}", by=None, now=world.now)
        services.note(complaint, text=f"메모 {number}", by=world.officer, now=world.now)
    officer.get(page("case", complaint))

    with CaptureQueriesContext(connection) as found:
        officer.get(page("case", complaint))

    assert len(found) <= 20, [query["sql"][:90] for query in found]


def test_a_whole_name_needs_a_reason_and_leaves_a_line(world: World, officer: Client) -> None:
    complaint = world.file()
    address = page("reveal", complaint)

    refused = officer.post(address, {"reveal-reason": "other", "reveal-other": "음"})
    shown = officer.post(address, {"reveal-reason": "연락", "reveal-other": ""})

    assert refused.status_code == 422
    assert "김하늘" not in html(refused)
    assert "김하늘" in html(shown)
    assert "010-1234-5678" in html(shown)
    assert AuditEntry.objects.get(action="reveal").reason == "연락"


def test_steps_lead_from_a_case_to_its_answer(world: World, officer: Client) -> None:
    complaint = world.file()

    for name, values in (
        ("inspect", {"visit_at": ""}),
        ("review", {}),
        (
            "resolve",
            {"outcome": Outcome.ACCEPTED, "answer": "고쳤습니다.", "refusal_reason": "", "remedy": "기본 안내"},
        ),
    ):
        complaint.refresh_from_db()
        response = take(officer, complaint, name, **values)
        assert response.status_code == 302, html(response)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.RESOLVED
    assert complaint.answer == "고쳤습니다."
    assert complaint.remedy == ""


def test_the_preview_is_the_very_text_and_leaves_nothing(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    before = Message.objects.count()
    values = {
        "outcome": "accepted",
        "answer": "전구를 바꿨습니다.",
        "refusal_reason": "",
        "remedy": "",
        "version": complaint.version,
    }
    sent = {f"resolve-{name}": value for name, value in values.items()}

    seen = html(officer.post(page("step", complaint, "resolve"), {**sent, "preview": "1", "fragment": "1"}))

    complaint.refresh_from_db()
    assert complaint.stage == Stage.REVIEWING
    assert Message.objects.count() == before
    officer.post(page("step", complaint, "resolve"), sent)
    message = Message.objects.order_by("-pk")[0]
    assert message.body.splitlines()[0] in seen
    assert "바이트" in seen
    assert "원" in seen
    assert "010-****-5678" in seen


def test_a_preview_without_javascript_keeps_the_typed_words(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    values = {"outcome": "accepted", "answer": "전구를 바꿨습니다.", "version": complaint.version}

    shown = html(
        officer.post(
            page("step", complaint, "resolve"),
            {**{f"resolve-{name}": value for name, value in values.items()}, "preview": "1"},
        )
    )

    assert "cw-preview" in shown
    assert shown.count("전구를 바꿨습니다.") >= 2


def test_two_officials_at_once_the_second_sees_what_changed_and_loses_no_word(world: World, officer: Client) -> None:
    complaint = world.at(Stage.REVIEWING)
    opened_with = complaint.version
    services.inspect(complaint, by=world.officer, now=world.now)

    response = officer.post(
        page("step", complaint, "resolve"),
        {"resolve-version": opened_with, "resolve-outcome": "accepted", "resolve-answer": "긴 답변을 썼습니다"},
    )

    shown = html(response)
    assert response.status_code == 409
    assert "그사이 다른 처리가 있었습니다" in shown
    assert "현장 확인 시작" in shown
    assert "긴 답변을 썼습니다" in shown
    complaint.refresh_from_db()
    assert complaint.stage == Stage.INSPECTING
    assert f'value="{complaint.version}"' in shown


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("resolve", {"outcome": "", "answer": "가"}, "결과를 골라 주세요."),
        ("resolve", {"outcome": "accepted", "answer": " "}, "답변: 적어 주세요."),
        ("resolve", {"outcome": "refused", "answer": "안 됩니다", "refusal_reason": "", "remedy": "안내"}, "사유"),
        ("ask_supplement", {"items": "사진", "due_on": "2020-01-01"}, "내일 이후"),
        ("close", {"reason": "끝"}, "할 수 있습니다"),
        ("transfer", {"agency": "", "reason": "소관"}, "기관을 골라 주세요."),
        ("merge", {"lead": "M2611-000123-9"}, "접수번호를 다시 확인해 주세요."),
    ],
)
def test_a_refused_step_says_why_and_keeps_the_words(
    world: World, officer: Client, name: str, values: dict[str, str], sentence: str
) -> None:
    complaint = world.file()

    response = take(officer, complaint, name, **values)

    assert response.status_code == 422
    assert sentence in html(response)
    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED


def test_triage_offers_the_routers_guesses(world: World) -> None:
    complaint = world.at(Stage.RECEIVED, body="가로등 옆 가로수")
    clerk = signed_in(world.clerk)

    shown = html(clerk.get(page("case", complaint)))
    response = take(clerk, complaint, "route", suggestion="street.light", category="", department="")

    assert "도로과 · 가로등" in shown
    assert "공원녹지과 · 가로수" in shown
    assert response.status_code == 302
    complaint.refresh_from_db()
    assert complaint.category == world.lamps


def test_what_was_chosen_by_hand_goes_before_a_guess(world: World) -> None:
    complaint = world.at(Stage.RECEIVED, body="가로등 옆 가로수")

    take(signed_in(world.clerk), complaint, "route", suggestion="street.light", category=world.trees.pk, department="")

    complaint.refresh_from_db()
    assert complaint.department == world.parks


def test_a_head_names_an_officer_of_the_department_only(world: World) -> None:
    complaint = world.at(Stage.ROUTED)
    head = signed_in(world.head)

    foreign = take(head, complaint, "assign", officer=world.parks_officer.official.pk)
    own = take(head, complaint, "assign", officer=world.officer.official.pk)

    assert foreign.status_code == 422
    assert own.status_code == 302
    complaint.refresh_from_db()
    assert complaint.officer == world.officer.official


def test_a_case_sent_to_another_department_leaves_the_desk(world: World) -> None:
    complaint = world.file()

    response = take(
        signed_in(world.head), complaint, "reroute", category=world.trees.pk, department="", reason="가로수가 가립니다"
    )

    assert response["Location"] == LIST


def test_a_menu_step_comes_to_the_front_and_a_forbidden_one_says_why(world: World, officer: Client) -> None:
    complaint = world.file()

    shown = html(officer.get(page("case", complaint), {"step": "ask_supplement"}))
    forbidden = html(officer.get(page("case", complaint), {"step": "close"}))

    assert "보완 요청 보내기" in shown
    assert "민원심사관만 할 수 있습니다" in forbidden or "할 수 있습니다" in forbidden
    assert "종결하기" not in forbidden


def test_messages_of_the_citizen_stay_unread_until_an_official_says_so(world: World, officer: Client) -> None:
    complaint = world.file()
    services.write(complaint, text="<b>더 깜빡여요</b>", by=None, now=world.now)

    shown = html(officer.get(page("case", complaint)))
    complaint.refresh_from_db()
    assert complaint.unread_count == 1
    officer.post(page("read", complaint), {"version": complaint.version})

    assert "&lt;b&gt;더 깜빡여요" in shown
    complaint.refresh_from_db()
    assert complaint.unread_count == 0


def test_notes_are_internal_and_not_empty(world: World, officer: Client) -> None:
    complaint = world.file()

    empty = officer.post(page("note", complaint), {"note-text": ""})
    officer.post(page("note", complaint), {"note-text": "분전함 확인"})

    assert empty.status_code == 422
    assert "분전함 확인" in html(officer.get(page("case", complaint)))


def test_a_get_never_moves_a_case(world: World, officer: Client) -> None:
    complaint = world.file()

    assert officer.get(page("step", complaint, "inspect")).status_code == 405
    assert officer.post(page("step", complaint, "no-such-step")).status_code == 404


def test_a_report_without_a_phone_says_that_nothing_is_sent(world: World, officer: Client) -> None:
    complaint = world.file(phone="", name="")

    assert "알림이 나가지 않습니다" in html(officer.get(page("case", complaint)))


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


def test_the_same_phones_other_cases_are_offered(world: World, officer: Client) -> None:
    first, second = world.file(), world.file()

    assert first.phone == HANEUL
    assert page("case", second) in html(officer.get(page("case", first)))
