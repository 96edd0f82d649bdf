"""The chatbot for other offices' systems, and for somebody at the console."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from time_machine import TimeMachineFixture

from chatbot import services, shelf
from chatbot.cards import Link, Links, Reply, Text
from chatbot.draft_queries import ELSEWHERE
from chatbot.models import Conversation, Draft, Faq, Turn
from chatbot.services import handover
from messaging.models import ApiKey, Scope
from tests.complaints.conftest import MONDAY, World, world
from tests.complaints.test_open311 import issued

__all__ = ["world"]


@pytest.fixture(autouse=True)
def answers(world: World, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture) -> None:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    time_machine.move_to(MONDAY, tick=False)
    Faq.objects.create(
        slug="bulky", question="대형폐기물은 어떻게 배출하나요?", answer="스티커를 붙여 내놓으세요.", tags=["대형폐기물", "소파"],
        category="생활", department=world.roads, status=Faq.Status.PUBLISHED, checked_on=MONDAY.date(), changed_at=MONDAY,
    )  # fmt: skip


def ask(key: str, *, status: int = 200, **body: Any) -> Any:
    asked = {"conversation": "kiosk-0001", "request_key": str(uuid4()), **body}
    answer = Client().post(
        "/api/v1/chat/turns/", data=asked, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_question_is_answered_with_cards(world: World) -> None:
    said = ask(issued(world, Scope.CHAT), text="대형폐기물 배출")

    assert said["decision"] == "direct"
    assert [card["card"] for card in said["cards"]] == ["text", "phone"]
    assert said["cards"][0]["text"] == "스티커를 붙여 내놓으세요."


def test_a_button_of_the_answer_is_tapped(world: World) -> None:
    key = issued(world, Scope.CHAT)
    lost = ask(key, text="우주선 면허 갱신")
    token = next(chip["token"] for card in lost["cards"] if card["card"] == "chips" for chip in card["chips"])

    said = ask(key, token=token)

    assert said["number"] == 2
    assert said["cards"]


def test_the_same_request_is_one_turn_and_two_keys_are_two_conversations(world: World) -> None:
    one, other = issued(world, Scope.CHAT), issued(world, Scope.CHAT)
    request_key = str(uuid4())

    first = ask(one, text="소파", request_key=request_key)
    again = ask(one, text="소파", request_key=request_key)
    ask(other, text="소파")

    assert again == first
    assert Conversation.objects.filter(channel="api").count() == 2
    assert Turn.objects.count() == 2


@pytest.mark.parametrize(
    "body", [{"conversation": "짧"}, {"request_key": "x"}, {"text": "가" * 6000}, {"token": "forged"}, {"strange": 1}]
)
def test_what_cannot_be_read_is_refused_in_words(world: World, body: dict[str, Any]) -> None:
    problem = ask(issued(world, Scope.CHAT), status=422, **{"text": "소파", **body})

    assert problem["detail"]


def test_a_key_for_something_else_opens_nothing(world: World) -> None:
    ask(issued(world, Scope.READ), status=403, text="소파")
    ask("sotong_live_none", status=401, text="소파")


def test_no_secret_address_of_a_citizen_goes_to_another_office(world: World) -> None:
    key = issued(world, Scope.CHAT)
    name = f"{ApiKey.objects.get().pk}:kiosk-0001"
    thread = services.conversation_of(channel=Conversation.Channel.API, key=name, now=MONDAY)
    draft = Draft.objects.create(
        conversation=thread, petition_code="pothole", spec_version="1", state=Draft.State.FILLING, started_at=MONDAY,
        changed_at=MONDAY, expires_at=MONDAY + timedelta(days=7),
    )  # fmt: skip
    request_key = uuid4()
    reply = Reply((Text("사진이 있으면 올려 주세요."), Links((Link("사진·파일 올리기", f"resume:{draft.public_id}"),))))
    handover.append(thread, reply, decision=Turn.Decision.DIALOGUE, now=MONDAY, request_key=request_key)

    said = ask(key, text="사진", request_key=str(request_key))

    assert [card["card"] for card in said["cards"]] == ["text", "text", "phone"]
    assert said["cards"][1]["text"] == ELSEWHERE


@pytest.mark.parametrize("for_kakao", [False, True])
def test_the_console_shows_an_answer_and_remembers_nothing(for_kakao: bool) -> None:
    out = StringIO()

    call_command("chatbot_ask", "대형폐기물 배출", kakao=for_kakao, stdout=out)

    said = json.loads(out.getvalue())
    assert ("version" in said) is for_kakao
    assert "스티커" in out.getvalue()
    assert not Conversation.objects.exists()
