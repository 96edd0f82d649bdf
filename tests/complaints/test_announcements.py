"""What citizens are told: each stage once, with department, officer and phone."""

from datetime import datetime, timedelta

import pytest

from complaints import announcements, services
from complaints.models import Complaint, Outcome
from complaints.workflow import STEPS, Stage
from messaging.models import Message, MessageStatus, TemplateVersion
from messaging.text import placeholders
from portal.core.workdays import KST
from tests.complaints.conftest import HANEUL, World, texts_about


def _told(complaint: Complaint) -> list[str]:
    """The templates of the messages that still go out, in order."""
    alive = [message for message in texts_about(complaint) if message.status != MessageStatus.CANCELLED]
    return [message.template_version.template.code.removeprefix("complaints.") for message in alive]


def _last(complaint: Complaint) -> Message:
    return texts_about(complaint)[-1]


def test_receipt_is_told_at_once_with_number_and_date(world: World) -> None:
    complaint = world.file()

    received = texts_about(complaint)[0]

    assert received.body == f"[새빛구] 민원이 접수되었습니다. 번호 {complaint.number} · 처리예정 11월 10일(화)"
    assert received.phone == HANEUL
    assert received.purpose == "answer"


def test_every_stage_of_the_track_is_told_with_who_to_call(world: World) -> None:
    complaint = world.file()
    assert "도로과 이담당 주무관 02-123-4567" in _last(complaint).body

    services.inspect(complaint, by=world.officer, now=world.tick(hours=1))
    assert "도로과 이담당 주무관 02-123-4567" in _last(complaint).body
    services.review(complaint, by=world.officer, now=world.tick(hours=1))
    assert "도로과 이담당 주무관 02-123-4567" in _last(complaint).body
    world.tick(hours=1)
    world.resolve(complaint)
    assert "도로과 이담당 주무관 02-123-4567" in _last(complaint).body

    assert _told(complaint) == ["received", "assigned", "inspecting", "reviewing", "resolved"]


def test_a_later_stage_overtakes_an_earlier_one_that_has_not_left(world: World) -> None:
    complaint = world.file()
    (assigned,) = texts_about(complaint)[1:]  # routed and assigned in one breath is one text
    assert (assigned.template_version.template.code, assigned.status) == ("complaints.assigned", MessageStatus.QUEUED)
    assert assigned.due_at == world.now + timedelta(minutes=10)

    services.inspect(complaint, by=world.officer, now=world.tick(minutes=5))

    assigned.refresh_from_db()
    assert assigned.status == MessageStatus.CANCELLED
    assert _told(complaint) == ["received", "inspecting"]


def test_a_department_without_anybody_there_is_told_as_routed(world: World) -> None:
    world.officer.official.is_active = False
    world.officer.official.save()

    assert _told(world.file()) == ["received", "routed"]


def test_what_is_due_already_is_not_taken_back(world: World) -> None:
    complaint = world.file()

    services.inspect(complaint, by=world.officer, now=world.tick(minutes=11))

    assert _told(complaint) == ["received", "assigned", "inspecting"]


def test_an_answer_goes_at_once_and_overtakes_the_stages_before_it(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    world.resolve(complaint)

    assert _told(complaint) == ["received", "resolved"]
    assert _last(complaint).topic == "complaints.satisfaction"


def test_a_case_that_waits_for_a_look_says_so(world: World) -> None:
    complaint = world.at(Stage.SUBMITTED)

    assert _told(complaint) == ["submitted"]


def test_nobody_is_told_about_a_report_without_a_phone(world: World) -> None:
    world.resolve(world.file(phone=""))

    assert not Message.objects.exists()


def test_a_refusal_gives_reason_and_remedy_and_asks_for_no_score(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    world.resolve(complaint, outcome=Outcome.REFUSED, refusal_reason="사유지입니다.", remedy="90일 안에 행정심판")

    body = _last(complaint).body
    assert "사유: 사유지입니다." in body
    assert "불복 방법: 90일 안에 행정심판" in body
    assert "만족" not in body
    assert _last(complaint).topic == "complaints.result"


def test_a_supplement_names_things_date_and_people_and_waits_for_a_reply(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    asked = _last(complaint)

    assert "가로등 번호" in asked.body
    assert "11월 9일(월)까지 이 번호로 답장해 주세요." in asked.body
    assert asked.topic == "complaints.supplement"
    assert asked.reply_until == datetime(2026, 11, 10, tzinfo=KST)


def test_a_transfer_names_the_agency_and_its_phone(world: World) -> None:
    assert "새빛경찰서(182)" in _last(world.at(Stage.TRANSFERRED)).body


def test_a_planned_visit_is_told(world: World) -> None:
    complaint = world.file()
    visit_at = datetime(2026, 11, 5, 14, 0, tzinfo=KST)

    services.inspect(complaint, by=world.officer, now=world.tick(hours=1), visit_at=visit_at)

    assert "방문 예정 11월 5일(목) 14:00" in _last(complaint).body


def test_a_period_of_hours_is_told_with_its_hour(world: World) -> None:
    complaint = world.file(body="도와주세요")  # 기타, category unknown: 즉시

    assert "처리예정 11월 2일(월) 14:00" in texts_about(complaint)[0].body


def test_the_link_travels_in_the_button_and_nowhere_else(world: World) -> None:
    complaint = world.file()

    for message in texts_about(complaint):
        assert complaint.token not in message.body
        assert f"/c/{complaint.token}/" in message.variables


def test_each_happening_is_told_once(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    keys = [message.key for message in texts_about(complaint)]

    assert len(keys) == len(set(keys))
    changes = {f"complaints.stage:{pk}:citizen" for pk in complaint.changes.values_list("pk", flat=True)}
    assert set(keys) <= changes


def test_nothing_is_told_when_the_step_is_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    complaint = world.at(Stage.ROUTED)
    before = Message.objects.count()
    monkeypatch.setattr("complaints.services.handing.keep_why", _fail)

    with pytest.raises(RuntimeError):
        services.assign(complaint, officer=world.officer.official, by=world.head, now=world.now)

    assert Message.objects.count() == before


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("after the message was queued")


def test_a_smiley_and_an_address_in_the_answer_do_not_stop_it(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    world.resolve(complaint, answer="고쳤습니다 😀\n자세히: https://example.go.kr/a?b=c 감사합니다")

    assert complaint.answer.startswith("고쳤습니다 😀")
    assert "고쳤습니다 자세히: (주소는 누리집에서) 감사합니다" in _last(complaint).body


def test_a_long_answer_is_shortened_in_the_text_and_whole_on_the_page(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    world.resolve(complaint, answer="가" * 4000)

    assert "…" in _last(complaint).body
    assert len(complaint.answer) == 4000


@pytest.mark.parametrize("name", sorted({*announcements.VARIABLES, *(step.message for step in STEPS if step.message)}))
def test_every_template_gets_exactly_the_variables_it_asks_for(name: str, world: World) -> None:
    version = TemplateVersion.objects.get(template__code=f"complaints.{name}")
    always = {"기관", "번호", "진행주소"}

    asked = {*placeholders(version.body), *placeholders(version.fallback_body)}
    given = {*always, *announcements.VARIABLES.get(name, ())}

    assert asked <= given
    assert given - always <= asked
    assert version.body.startswith("[#{기관}] ")
