"""민원 처리: a case moves only by the step the table allows, and nobody's words are lost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.admin.doing import DOINGS, NEXT
from complaints.models import Outcome
from complaints.workflow import STEPS, Actor, Stage
from messaging.models import Message
from portal.accounts.models import AuditEntry
from tests.complaints.conftest import HANEUL, World
from tests.complaints.officials import LIST, page, signed_in, take
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")


def test_every_step_of_an_official_has_a_form_and_a_button() -> None:
    people = {step.name for step in STEPS if step.who - {Actor.CITIZEN, Actor.SYSTEM}} - {"file"}

    assert set(DOINGS) == people
    assert set(NEXT.values()) <= people


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


def test_the_due_date_is_explained_day_by_day(world: World, officer: Client) -> None:
    complaint = world.file()

    part = html(officer.get(page("why", complaint), {"fragment": "1"}))
    whole = html(officer.get(page("why", complaint)))

    assert "1일째" in part
    assert "7일째" in part
    assert "<html" not in part
    assert part.strip() in whole


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
        ("close", {"reason": "abusive", "explanation": "끝"}, "할 수 있습니다"),
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


def test_the_same_phones_other_cases_are_offered(world: World, officer: Client) -> None:
    first, second = world.file(), world.file()

    assert first.phone == HANEUL
    assert page("case", second) in html(officer.get(page("case", first)))


def test_five_citizens_with_one_matter_are_offered_as_one_case(world: World, officer: Client) -> None:
    here = services.Place(lat=37.4985, lon=127.0275, source="pin")
    for number in range(3):
        world.file(phone=f"+821055550{number:03}", place=here)
    world.file(phone="+821055550002", place=here)  # one of them again
    complaint = world.file(place=here)
    assert "같은 일로 신고했습니다" not in html(officer.get(page("case", complaint)))

    world.file(phone="+821055550009", place=here)

    assert "가까이에서 5명이 같은 일로 신고했습니다" in html(officer.get(page("case", complaint)))
