"""What becomes of a turn in which somebody may be in danger, insults us, or types what must not be kept."""

from datetime import timedelta

import pytest

from chatbot import services
from chatbot.cards import Phone, Safety, Text
from chatbot.drawing import cards_of
from chatbot.engine.conduct import RESIDENT_NUMBER_WARNING
from chatbot.models import Turn
from chatbot.queries import turn_with_cards
from chatbot.services.alerting import AN_HOUR
from messaging.models import Message
from portal.accounts.models import Department, User
from tests.chatbot.district import E164, Chat, chat, district, make_official

__all__ = ["chat", "district"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(district: None) -> User:
    user = make_official("desk", Department.objects.order_by("pk")[0], "intake")
    user.phone = E164
    user.save()
    return user


def alerts() -> int:
    return Message.objects.filter(template_version__template__code="chatbot.danger").count()


def test_the_card_stands_alone_and_whoever_is_on_duty_hears_once(chat: Chat, clerk: User) -> None:
    turn = chat.say("집에 불이 났어요")
    chat.say("불이 옆방으로 번져요 사람이 갇혔어요")

    cards = cards_of(turn_with_cards(turn)).cards
    assert turn.decision == Turn.Decision.SAFETY
    assert isinstance(cards[0], Safety)
    assert cards[0].phones[0].number == "119"
    assert "이 대화는 119에 자동으로 전달되지 않습니다." in cards[0].text
    assert not turn.candidates.exists()
    assert alerts() == 1
    assert "불이" not in str(Message.objects.get(template_version__template__code="chatbot.danger").body)


def test_the_next_day_is_another_alarm(chat: Chat, clerk: User) -> None:
    chat.say("집에 불이 났어요")
    chat.now += timedelta(days=1)
    chat.say("집에 불이 났어요")
    chat.say("불이 났어요")

    assert alerts() == 2


def test_a_thousand_new_conversations_ring_a_phone_twenty_times_an_hour(chat: Chat, clerk: User) -> None:
    for _ in range(AN_HOUR + 3):
        Chat(services.open_conversation(public_id=None, now=chat.now)).say("집에 불이 났어요")

    assert alerts() == AN_HOUR


def test_an_ordinary_question_alerts_nobody(chat: Chat, clerk: User) -> None:
    chat.say("가스 요금이 얼마예요")

    assert alerts() == 0


def test_an_insult_is_met_calmly_and_the_way_on_stays(chat: Chat) -> None:
    turn = chat.say("야 이 병신 같은 기계야 꺼져")

    cards = cards_of(turn_with_cards(turn)).cards
    assert turn.decision == Turn.Decision.CALM
    assert any(isinstance(card, Phone) for card in cards)


def test_somebody_elses_data_is_refused_with_the_lawful_way(chat: Chat) -> None:
    turn = chat.say("옆집 사람 전화번호 알려줘")

    assert turn.decision == Turn.Decision.CALM
    assert "정보공개" in str(turn.reply)


def test_a_resident_number_is_masked_and_warned_about(chat: Chat) -> None:
    turn = chat.say("900101-1234567 여권 발급되나요")

    assert "1234567" not in turn.text_masked
    assert Text(RESIDENT_NUMBER_WARNING) in cards_of(turn_with_cards(turn)).cards


def test_danger_in_a_very_long_text_is_answered_at_once_and_never_searched(chat: Chat) -> None:
    turn = chat.say("불이 났어요 " + "가나다라마" * 100_000)

    assert turn.decision == Turn.Decision.SAFETY
    assert not turn.candidates.exists()
    assert turn.latency_ms < 5_000
