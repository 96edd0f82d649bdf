"""What of an answer was asked for stands first, and two questions at once get two answers, in every channel."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from chatbot import queries, services, shelf
from chatbot.api import shown
from chatbot.cards import Card, Phone, Text
from chatbot.channels import sms
from chatbot.drawing import cards_of
from chatbot.engine.index import Candidate
from chatbot.engine.policy import Decision
from chatbot.kakao_hook import draw
from chatbot.models import Conversation, Faq, FaqFacet, Turn
from chatbot.services import answering
from tests.chatbot.shelves import NOW, make_faqs

BULKY = "신고하고 스티커를 붙여 내놓으세요."
PASSPORT = "구청 민원여권과에서 신청합니다."
FEE = "3,000원부터"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def faqs(monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture) -> dict[str, Faq]:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    time_machine.move_to(NOW, tick=False)
    made = make_faqs()
    FaqFacet.objects.create(faq=made["bulky"], kind=FaqFacet.Kind.FEE, text=FEE)
    FaqFacet.objects.create(faq=made["bulky"], kind=FaqFacet.Kind.PLACE, text="집 앞")
    return made


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch, faqs: dict[str, Faq]) -> None:
    """The engine heard two questions; which it takes for two is the policy's own business."""
    first, second = (Candidate(faqs[slug].pk, 1.0, 1.0) for slug in ("bulky", "passport"))
    decision = Decision("direct", [first, second], 1.0, 1.0, "full", "fee", second)
    monkeypatch.setattr(answering, "under_test", lambda *_: decision)


def asked(*texts: str) -> Turn:
    """The last turn of a new conversation, as it is drawn."""
    conversation = services.open_conversation(public_id=None, now=NOW)
    turns = [services.say(conversation=conversation, text=text, request_key=uuid4(), now=NOW) for text in texts]
    return queries.turn_with_cards(turns[-1])


def texts_of(turn: Turn) -> list[str]:
    return [card.text for card in cards_of(turn).cards if isinstance(card, Text)]


def test_the_fee_asked_for_stands_before_the_whole_answer() -> None:
    turn = asked("대형폐기물은 어떻게 배출하나요?", "얼마예요?")
    first: Card = cards_of(turn).cards[0]

    assert turn.facet == "fee"
    assert first == Text(FEE, title=FaqFacet.Kind.FEE.label)
    assert texts_of(turn) == [FEE, BULKY]


def test_a_point_nobody_wrote_down_leaves_the_answer_as_it_is() -> None:
    turn = asked("대형폐기물은 어떻게 배출하나요?", "주말에도 하나요?")

    assert turn.facet == "hours"
    assert texts_of(turn) == [BULKY]


def test_a_question_about_no_point_is_answered_whole() -> None:
    assert texts_of(asked("대형폐기물")) == [BULKY]


def test_two_questions_get_two_answers_with_their_numbers(two: None, faqs: dict[str, Faq]) -> None:
    turn = asked("소파 버리는 값은요? 그리고 여권은 어디서 만들어요?")

    assert (turn.faq, turn.also, turn.facet) == (faqs["bulky"], faqs["passport"], "fee")
    assert texts_of(turn) == [FEE, BULKY, PASSPORT]
    assert sum(isinstance(card, Phone) for card in cards_of(turn).cards) == 2


def test_a_second_answer_that_is_withdrawn_meanwhile_is_not_given(two: None, faqs: dict[str, Faq]) -> None:
    Faq.objects.filter(pk=faqs["passport"].pk).update(status=Faq.Status.RETIRED)

    turn = asked("소파 버리는 값은요? 그리고 여권은 어디서 만들어요?")

    assert turn.also is None
    assert texts_of(turn) == [FEE, BULKY]


def test_the_page_shows_point_and_both_answers_in_order(two: None, client: Client) -> None:
    client.post("/chat/turns/", {"text": "소파 값은요? 여권은 어디서요?", "request_key": str(uuid4())})
    page = client.get("/chat/").content.decode()

    places = [page.index(words) for words in (FEE, BULKY, PASSPORT)]
    assert places == sorted(places)


def test_kakao_shows_point_and_both_answers_in_three_outputs(two: None) -> None:
    outputs: list[dict[str, Any]] = draw(asked("소파 값은요? 여권은 어디서요?"))["template"]["outputs"]
    said = [card.get("description", card.get("text", "")) for output in outputs for card in output.values()]

    assert [words in one for words, one in zip((FEE, BULKY, PASSPORT), said, strict=True)] == [True] * 3


def test_kakao_keeps_both_answers_when_a_warning_makes_four_texts(two: None) -> None:
    outputs = draw(asked("900101-1234567 소파 값은요? 여권은 어디서요?"))["template"]["outputs"]

    assert len(outputs) == 3
    assert all(words in str(outputs) for words in (FEE, BULKY, PASSPORT))


def test_the_api_gives_point_and_both_answers(two: None) -> None:
    cards = shown(asked("소파 값은요? 여권은 어디서요?"))["cards"]

    assert [card["text"] for card in cards if card["card"] == "text"] == [FEE, BULKY, PASSPORT]


def test_a_text_message_holds_point_and_both_answers(two: None) -> None:
    words = sms.text_of(cards_of(asked("소파 값은요? 여권은 어디서요?")))

    assert [part in words for part in (FEE, BULKY, PASSPORT)] == [True] * 3


def test_the_real_engine_hears_two_questions() -> None:
    turn = asked("대형폐기물은 어떻게 배출하나요? 그리고 여권은 어디서 만드나요?")

    assert {turn.faq.slug if turn.faq else "", turn.also.slug if turn.also else ""} == {"bulky", "passport"}


def test_a_conversation_of_kakao_is_answered_the_same() -> None:
    conversation = services.conversation_of(channel=Conversation.Channel.KAKAO, key="k", now=NOW)
    for text in ("대형폐기물은 어떻게 배출하나요?", "얼마예요?"):
        turn = services.say(conversation=conversation, text=text, request_key=uuid4(), now=NOW)

    first = draw(turn)["template"]["outputs"][0]["textCard"]

    assert (first["title"], first["description"]) == (FaqFacet.Kind.FEE.label, FEE)
