"""처리기간 연장: lawful reasons only, once by the office, a second time only with the citizen's consent."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints import clock_queries, services
from complaints.models import Complaint, Extension, StageChange
from complaints.replies import extension_asked, extension_replied
from complaints.workflow import Stage
from messaging.models import Message, Reply
from messaging.understanding import read
from portal.core.workdays import KST
from tests.complaints.conftest import World, texts_about

WHY: dict[str, Any] = {"reason": "fact_check", "explanation": "야간에 현장을 다시 봅니다."}


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=KST)


def extend(complaint: Complaint, world: World, **changes: Any) -> StageChange:
    return services.extend(complaint, **{**WHY, "value": 7, "by": world.officer, "now": world.now, **changes})


def ask(complaint: Complaint, world: World, **changes: Any) -> StageChange:
    return services.ask_extension(complaint, **{**WHY, "value": 7, "by": world.officer, "now": world.now, **changes})


def asked_again(world: World) -> Complaint:
    complaint = world.at(Stage.REVIEWING)
    extend(complaint, world)
    ask(complaint, world)
    return complaint


def test_an_extension_counts_on_from_the_due_date_and_is_told(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    promised = complaint.promised_due_at
    assert complaint.due_at == at(11, 11)

    change = extend(complaint, world)

    assert complaint.due_at == at(11, 20)
    assert complaint.stage == Stage.REVIEWING
    assert complaint.extension_count == 1
    assert complaint.promised_due_at == promised == at(11, 11)
    row = Extension.objects.get()
    assert (row.ordinal, row.round, row.due_before, row.due_after) == (1, 1, at(11, 11), at(11, 20))
    text = texts_about(complaint)[-1].body
    assert "11월 19일(목)까지 연장" in text
    assert "사실 확인" in text
    assert datetime.fromisoformat(change.data["due_after"]) == at(11, 20)
    explained = clock_queries.why_due(complaint)
    assert explained is not None
    assert explained.at == complaint.due_at
    assert max(line.extension for line in explained.lines) == 1


@pytest.mark.parametrize("reason", ["workload", "late_assignment", "absent_officer"])
def test_workload_and_the_like_are_no_reasons(world: World, reason: str) -> None:
    complaint = world.at(Stage.REVIEWING)

    with pytest.raises(services.NotALegalReason, match="업무량"):
        extend(complaint, world, reason=reason)

    assert not Extension.objects.exists()


def test_what_is_overdue_cannot_be_extended(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.now = at(11, 11)

    with pytest.raises(services.PastDue):
        extend(complaint, world)


def test_an_extension_is_never_longer_than_the_period(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    with pytest.raises(services.TooMany, match="7일"):
        extend(complaint, world, value=8)
    with pytest.raises(services.Missing):
        extend(complaint, world, value=0)
    with pytest.raises(services.Missing):
        extend(complaint, world, explanation=" ")


def test_a_case_counted_in_hours_is_extended_in_its_own_measure(world: World) -> None:
    world.lamps.period_value, world.lamps.period_unit = 0, "immediate"
    world.lamps.save()
    complaint = world.at(Stage.REVIEWING)
    assert complaint.due_at == at(11, 2, 14)

    extend(complaint, world, value=0)

    assert complaint.due_at == at(11, 2, 17)


def test_the_second_needs_the_citizens_consent(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    with pytest.raises(services.CannotAsk, match="첫"):
        ask(complaint, world)
    extend(complaint, world)

    with pytest.raises(services.ConsentNeeded):
        extend(complaint, world)
    ask(complaint, world)

    assert complaint.due_at == at(11, 20)
    asked = texts_about(complaint)[-1]
    assert "동의하시면 1" in asked.body
    assert "11월 30일(월)" in asked.body
    assert asked.topic == "complaints.extension"
    with pytest.raises(services.CannotAsk, match="이미"):
        ask(complaint, world)

    services.grant_extension(complaint, by=None, now=world.tick(hours=1))

    assert complaint.due_at == at(12, 1)
    second = Extension.objects.get(ordinal=2)
    assert second.consent_at == world.now
    assert second.by == world.officer
    with pytest.raises(services.TooMany):
        extend(complaint, world)
    with pytest.raises(services.TooMany):
        ask(complaint, world)
    with pytest.raises(services.NothingAsked):
        services.grant_extension(complaint, by=None, now=world.now)


def test_a_no_leaves_the_date_and_is_seen_by_the_officer(world: World) -> None:
    complaint = asked_again(world)

    services.refuse_extension(complaint, by=None, now=world.now)

    assert complaint.due_at == at(11, 20)
    assert complaint.unread_count == 1
    with pytest.raises(services.NothingAsked):
        services.grant_extension(complaint, by=None, now=world.now)


def test_a_yes_after_the_due_date_comes_too_late(world: World) -> None:
    complaint = asked_again(world)

    with pytest.raises(services.PastDue):
        services.grant_extension(complaint, by=None, now=at(11, 20))


def test_a_citizen_without_a_phone_cannot_be_asked(world: World) -> None:
    complaint = world.at(Stage.REVIEWING, phone="")
    extend(complaint, world)

    with pytest.raises(services.CannotAsk, match="연락처"):
        ask(complaint, world)


def replied(complaint: Complaint, text: str, world: World) -> None:
    message = Message.objects.filter(reference=complaint.number, topic="complaints.extension").latest("pk")
    question = extension_asked(message)
    assert question is not None
    reply = Reply(text=text, phone=complaint.phone)
    extension_replied(reply=reply, reading=read(text, question), message=message, now=world.now)


@pytest.mark.parametrize(
    ("text", "moves"), [("1", True), ("네 동의합니다", True), ("2", False), ("동의 안 해요", False)]
)
def test_a_text_answers_the_question(world: World, text: str, moves: bool) -> None:
    complaint = asked_again(world)

    replied(complaint, text, world)

    complaint.refresh_from_db()
    assert (complaint.due_at == at(12, 1)) is moves
    assert clock_queries.pending_extension(complaint) is None


def test_an_unclear_text_is_a_message_and_the_question_stays_open(world: World) -> None:
    complaint = asked_again(world)

    replied(complaint, "담당자 바꿔 주세요", world)

    complaint.refresh_from_db()
    assert complaint.due_at == at(11, 20)
    assert complaint.unread_count == 1
    assert clock_queries.pending_extension(complaint) is not None


def test_the_page_asks_and_takes_the_answer(world: World) -> None:
    complaint = world.at(Stage.REVIEWING, by=world.haneul)
    extend(complaint, world)
    ask(complaint, world)
    complaint_url = reverse("complaints:due", args=[complaint.number])
    client = Client()
    client.force_login(world.haneul)

    page = client.get(complaint_url).content.decode()
    assert "동의합니다" in page
    assert "연장 1차" in page
    assert "동의합니다" in client.get(reverse("complaints:detail", args=[complaint.number])).content.decode()
    assert client.post(complaint_url, {"answer": "maybe"}).status_code == 404
    assert client.post(complaint_url, {"answer": "refuse"}).status_code == 302

    assert clock_queries.pending_extension(complaint) is None
    assert client.post(complaint_url, {"answer": "grant"}).status_code == 422


def test_another_citizen_cannot_agree_in_her_place(world: World) -> None:
    complaint = world.at(Stage.REVIEWING, by=world.haneul)
    extend(complaint, world)
    ask(complaint, world)

    with pytest.raises(services.NotAllowed):
        services.grant_extension(complaint, by=world.bada, now=world.now)


def test_a_new_round_may_be_extended_anew(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    extend(complaint, world)
    world.resolve(complaint)
    services.reopen(complaint, reason="또 꺼졌어요", by=None, now=world.tick(days=1))
    services.accept_reopening(complaint, by=world.head, now=world.tick(hours=1))
    assert complaint.extension_count == 0
    assert complaint.due_at == complaint.promised_due_at == at(11, 12)

    extend(complaint, world)

    assert complaint.due_at == at(11, 21)
    assert list(Extension.objects.order_by("pk").values_list("round", "ordinal")) == [(1, 1), (2, 1)]


def test_a_no_nobody_has_seen_stays_unread(world: World) -> None:
    complaint = asked_again(world)
    seen = complaint.version
    services.refuse_extension(complaint, by=None, now=world.now)

    services.mark_read(complaint, by=world.officer, seen_version=seen)

    complaint.refresh_from_db()
    assert complaint.unread_count == 1


def test_while_the_clock_stands_nothing_is_overdue(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.sign(complaint, "exclude", reason="inspection", explanation="조도 검사", by=world.officer)
    world.now = at(11, 20, 10)

    change = extend(complaint, world)

    assert change.step == "extend"
    assert complaint.clock == "paused"
