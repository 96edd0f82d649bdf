"""A citizen answers by text: the reply lands where it belongs."""

from uuid import uuid4

import pytest

from complaints import replies
from complaints.models import Channel, Complaint, Satisfaction
from complaints.workflow import Stage
from messaging.carriers.base import ReplyEvent
from messaging.models import Message, MessageStatus, Reply, SenderNumber
from messaging.receiving import handle_pending
from messaging.storing import record_replies
from tests.complaints.conftest import BADA, HANEUL, World, texts_about


def _answer(text: str, world: World, phone: str = HANEUL) -> Reply:
    """The text arrives at the office's number after everything queued has been sent."""
    Message.objects.filter(status=MessageStatus.QUEUED).update(status=MessageStatus.SENT)
    number = SenderNumber.objects.get(is_default=True)
    event = ReplyEvent(
        event_key=str(uuid4()), from_number=phone, to_number=number.number, text=text, occurred_at=world.now, raw="{}"
    )
    record_replies(carrier="main", events=[event], now=world.now)
    handle_pending(now=world.now)
    return Reply.objects.latest("pk")


def test_a_text_after_a_progress_message_lands_on_the_case_unread(world: World) -> None:
    complaint = world.file()

    reply = _answer("언제쯤 고치나요?", world)

    complaint.refresh_from_db()
    assert reply.handled_at is not None
    assert complaint.unread_count == 1
    assert complaint.changes.latest("seq").public_text == "언제쯤 고치나요?"
    assert complaint.changes.latest("seq").actor == "citizen"


def test_the_reply_to_a_supplement_is_the_supplement(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    _answer("12번 가로등입니다", world)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED
    assert complaint.supplements.get().answer == "12번 가로등입니다"


def test_a_second_reply_to_a_supplement_is_a_message(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    _answer("12번 가로등입니다", world)
    _answer("아니 13번이요", world)

    complaint.refresh_from_db()
    assert complaint.unread_count == 1
    assert complaint.supplements.get().answer == "12번 가로등입니다"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5", 5),
        ("5점", 5),
        ("⑤", 5),
        ("별 다섯개", 5),
        ("매우 만족", 5),
        ("4점", 4),
        ("3", 3),
        ("불만족", 2),
        ("5점 만점에 1점", 1),
    ],
)
def test_a_clear_score_counts(text: str, score: int, world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    _answer(text, world)

    satisfaction = Satisfaction.objects.get(complaint=complaint)
    assert (satisfaction.score, satisfaction.channel) == (score, Channel.SMS)


@pytest.mark.parametrize("text", ["10", "51", "2시에 갈게요", "아직도 깜깜해요"])
def test_what_is_no_score_is_a_message_on_the_case(text: str, world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    _answer(text, world)

    complaint.refresh_from_db()
    assert not Satisfaction.objects.exists()
    assert complaint.unread_count == 1


@pytest.mark.parametrize(("text", "asks"), [("10", True), ("51", True), ("2시에 갈게요", False), ("고맙습니다", False)])
def test_a_number_that_is_no_score_is_asked_about_once(text: str, asks: bool, world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    _answer(text, world)
    _answer(text, world)

    asked = [one for one in texts_about(complaint) if one.template_version.template.code == "complaints.score_unclear"]
    assert len(asked) == asks
    _answer("4", world)
    assert Satisfaction.objects.get().score == 4


def test_a_low_score_is_asked_for_its_reason_and_the_reason_stands_beside_it(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    _answer("1", world)
    assert "무엇이 아쉬우셨는지" in texts_about(complaint)[-1].body
    _answer("그대로예요. 아무도 안 왔어요", world)

    complaint.refresh_from_db()
    assert Satisfaction.objects.get().comment == "그대로예요. 아무도 안 왔어요"
    assert complaint.unread_count == 1


def test_a_second_answer_within_a_day_changes_the_score(world: World) -> None:
    world.at(Stage.RESOLVED)
    _answer("1", world)

    world.tick(hours=23)
    _answer("4", world)

    assert Satisfaction.objects.get().score == 4


@pytest.mark.parametrize(("text", "reason"), [("재검토 바랍니다. 또 꺼졌어요", "또 꺼졌어요"), ("재검토", "재검토")])
def test_a_second_look_is_asked_for_by_text(text: str, reason: str, world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    _answer("2", world)

    _answer(text, world)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.REOPENING
    assert complaint.changes.get(step="reopen").public_text == reason


def test_a_text_for_more_time_moves_the_supplements_date_twice(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    for _ in range(3):
        _answer("기한 연장해 주세요", world)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.SUPPLEMENTING
    assert complaint.supplements.get().extended_count == 2
    assert complaint.unread_count == 1


def test_a_request_that_reaches_nobody_is_counted(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    Message.objects.filter(topic="complaints.supplement").update(status=MessageStatus.FAILED)

    replies.supplement_settled(messages=texts_about(complaint), now=world.now)
    replies.supplement_settled(messages=texts_about(complaint), now=world.now)

    assert complaint.supplements.get().bounced_count == 1


def test_a_score_that_comes_too_late_to_change_is_a_message(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    _answer("5", world)

    world.tick(days=2)
    _answer("1", world)

    complaint.refresh_from_db()
    assert Satisfaction.objects.get().score == 5
    assert complaint.unread_count == 1


def test_a_text_out_of_the_blue_is_a_new_complaint(world: World) -> None:
    _answer("우리동네 가로등이 꺼졌어요", world, phone=BADA)

    complaint = Complaint.objects.get()
    assert (complaint.channel, complaint.phone, complaint.stage) == (Channel.SMS, BADA, Stage.ASSIGNED)


def test_a_reply_handled_twice_files_once(world: World) -> None:
    reply = _answer("우리동네 가로등이 꺼졌어요", world, phone=BADA)

    replies.text_received(reply=reply, reading=None, message=None, now=world.now)

    assert Complaint.objects.count() == 1


def test_stop_is_not_a_complaint(world: World) -> None:
    _answer("수신거부", world, phone=BADA)

    assert not Complaint.objects.exists()


def test_a_text_from_a_landline_is_filed_without_a_number_to_text_back(world: World) -> None:
    _answer("가로등이 꺼졌어요", world, phone="0212345678")

    assert Complaint.objects.get().phone == ""


def test_a_text_to_a_merged_case_reaches_the_lead(world: World) -> None:
    complaint = world.at(Stage.MERGED)
    lead = complaint.lead
    assert lead is not None

    _answer("저희 쪽은요?", world)

    lead.refresh_from_db()
    assert lead.unread_count == 1


def test_after_a_month_a_text_is_a_new_complaint(world: World) -> None:
    world.at(Stage.RESOLVED)

    world.tick(days=31)
    _answer("가로등이 또 꺼졌어요", world)

    assert Complaint.objects.count() == 2
