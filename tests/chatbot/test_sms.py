"""Questions by text message: sure answers and emergencies go back, everything else is filed as before."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from chatbot import shelf
from chatbot.channels import sms
from chatbot.models import Conversation, Faq, Turn
from complaints.models import Complaint
from messaging.carriers.base import ReplyEvent
from messaging.models import Message, Reply, SenderNumber
from messaging.receiving import handle_pending
from messaging.services import load_templates
from messaging.storing import record_replies
from tests.complaints.conftest import BADA, HANEUL, World, world

__all__ = ["world"]  # the district of complaints, with its people, numbers and templates
SURE, UNSURE = "대형폐기물 배출", "우주선 면허 갱신해 주세요"


@pytest.fixture(autouse=True)
def listening(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    settings.CHATBOT_SMS_ENABLED = True
    load_templates(now=world.now)
    SenderNumber.objects.update(inbox="chatbot.new", can_receive=True)
    for slug, question, answer, tags in (
        ("bulky", "대형폐기물은 어떻게 배출하나요?", "스티커를 붙여 내놓으세요.", ["대형폐기물", "소파"]),
        ("passport", "여권은 어디서 만드나요?", "구청에서 신청합니다.", ["여권"]),
        ("passport-lost", "여권은 어디서 찾나요?", "구청에서 찾습니다.", ["여권"]),
    ):
        Faq.objects.create(
            slug=slug, question=question, answer=answer, tags=tags, category="생활", department=world.roads,
            status=Faq.Status.PUBLISHED, checked_on=world.now.date(), changed_at=world.now,
        )  # fmt: skip


def text(words: str, world: World, phone: str = HANEUL) -> Reply:
    """A text arrives at the office's number."""
    number = SenderNumber.objects.get(is_default=True)
    event = ReplyEvent(
        event_key=str(uuid4()), from_number=phone, to_number=number.number, text=words, occurred_at=world.now, raw="{}"
    )
    record_replies(carrier="main", events=[event], now=world.now)
    handle_pending(now=world.now)
    return Reply.objects.latest("pk")


def answers(phone: str = HANEUL) -> list[str]:
    """What was texted back, oldest first."""
    return [one.body for one in Message.objects.filter(topic="chatbot.answer").order_by("pk") if one.phone == phone]


def test_a_sure_question_is_answered_and_not_filed(world: World) -> None:
    text(SURE, world)

    assert "스티커를 붙여" in answers()[0]
    assert world.roads.phone in answers()[0]
    assert "‘접수’라고 답장" in answers()[0]
    assert not Complaint.objects.exists()


def test_what_is_not_sure_is_filed_as_when_it_is_off(world: World, settings: Settings) -> None:
    text(UNSURE, world)
    settings.CHATBOT_SMS_ENABLED = False
    text(SURE, world, BADA)

    assert [one.body for one in Complaint.objects.order_by("pk")] == [UNSURE, SURE]
    assert answers() == answers(BADA) == []


def test_who_is_in_danger_gets_the_number_and_is_filed_all_the_same(world: World) -> None:
    for number in range(7):
        text(f"집에 불이 났어요 {number}", world)

    assert len(answers()) == 7
    assert "119" in answers()[0]
    assert Complaint.objects.count() == 7


def test_the_answered_text_is_filed_when_the_citizen_says_so(world: World) -> None:
    text(SURE, world)
    text("접수", world)
    text("접수해 주세요", world)

    assert Complaint.objects.get().body == SURE


def test_nothing_to_file_is_filed_as_it_is(world: World) -> None:
    text("접수", world)

    assert Complaint.objects.get().body == "접수"


def test_an_answer_that_cannot_be_texted_leaves_the_text_to_be_filed(world: World) -> None:
    Faq.objects.filter(slug="bulky").update(answer="www.example.kr 에서 신청하세요.")

    text(SURE, world)

    assert answers() == []
    assert Complaint.objects.get().body == SURE


def test_choices_come_to_whoever_asks_for_them_and_last_ten_minutes(world: World) -> None:
    text("질문 여권", world)
    world.tick(minutes=9)
    text("2번", world)
    world.tick(minutes=2)
    text("1", world)

    asked, answered = answers()
    assert "1) " in asked
    assert "2) " in asked
    assert "번호로 답장" in asked
    assert Turn.objects.get(seq=2).decision == Turn.Decision.DIRECT
    assert Turn.objects.get(seq=2).faq is not None
    assert answered
    assert Complaint.objects.get().body == "1"


def test_five_answers_a_day_and_then_people(world: World) -> None:
    for _ in range(6):
        text(SURE, world)
    assert len(answers()) == 5
    assert Complaint.objects.count() == 1

    world.tick(days=1)
    text(SURE, world)
    assert len(answers()) == 6


@pytest.mark.parametrize("phone", ["0212345678", "1588"])
def test_landlines_and_short_codes_are_never_texted(world: World, phone: str) -> None:
    text(SURE, world, phone)

    assert not Message.objects.filter(topic="chatbot.answer").exists()
    assert Complaint.objects.count() == 1


def test_a_machine_is_not_answered(world: World) -> None:
    text("[자동응답] 지금은 운전 중입니다. 대형폐기물 배출", world)

    assert answers() == []


def test_stop_is_neither_answered_nor_filed(world: World) -> None:
    text("수신거부", world)

    assert answers() == []
    assert not Complaint.objects.exists()


def test_the_number_is_kept_only_as_a_hash(world: World) -> None:
    text(SURE, world)

    conversation = Conversation.objects.get()
    assert conversation.channel == Conversation.Channel.SMS
    assert HANEUL.encode() not in bytes(conversation.key_index or b"")
    assert conversation.started_at - world.now < timedelta(seconds=1)


def test_a_long_answer_fits_the_carrier_and_keeps_its_ending() -> None:
    said = sms.fitted("가나다라 마바사 " * 400 + "🙂", sms.FILE_IT)

    assert len(said.encode("cp949")) <= sms.ROOM
    assert said.endswith(f"… {sms.FILE_IT}")
