"""The chat for who reads English: its frame is English, what is said in the thread is kept in Korean."""

import json
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from chatbot import shelf
from chatbot.models import Faq, Turn
from chatbot.opening import back_at
from tests.chatbot.shelves import make_bulky

pytestmark = pytest.mark.django_db

BOT = re.compile(r'<li class="bubble-bot said.*?</li>', re.DOTALL)


@pytest.fixture(autouse=True)
def answer(monkeypatch: pytest.MonkeyPatch) -> Faq:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    return make_bulky()


def thread(language: str, *, words: str) -> str:
    """The page after the words were said, in one language."""
    client = Client()
    client.cookies["language"] = language
    client.post("/chat/turns/", {"text": words, "request_key": str(uuid4())})
    return client.get("/chat/").content.decode()


def said_in(turn: Turn) -> list[str]:
    """What was kept of the answer, without the buttons' secrets."""
    return re.findall(r'"(?:text|title|label|name)": "([^"]*)"', json.dumps(turn.reply, ensure_ascii=False))


def test_frame_is_english_and_answers_say_that_they_are_korean() -> None:
    page = thread("en", words="대형폐기물")

    assert "The chatbot answers in Korean" in page
    assert 'href="tel:1345"' in page
    assert all(' lang="ko"' in bubble for bubble in BOT.findall(page))
    assert "스티커를 붙여" in page
    assert "1345" not in thread("ko", words="대형폐기물")


@pytest.mark.parametrize("words", ["대형폐기물", "대형폐기물 신고", "상담사 연결해 주세요", "쥬라기 공룡 화석"])
def test_what_is_kept_of_a_turn_is_the_same_in_both_languages(words: str) -> None:
    thread("ko", words=words)
    thread("en", words=words)

    first, second = Turn.objects.order_by("pk")
    assert first.conversation_id != second.conversation_id
    assert (first.decision, first.text_masked) == (second.decision, second.text_masked)
    assert said_in(first) == said_in(second)


def test_refusal_is_said_in_the_readers_language() -> None:
    client = Client()
    client.cookies["language"] = "en"

    page = client.post("/chat/turns/", {"text": "가" * 2001, "request_key": str(uuid4())})

    assert page.status_code == 422
    assert "Error" in page.content.decode()
    assert "글이 깁니다" not in page.content.decode()


@time_machine.travel(datetime(2026, 11, 2, 12, 0, tzinfo=UTC), tick=False)
def test_office_hours_are_told_in_the_readers_language() -> None:
    now = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

    korean = back_at(now=now)
    with override("en"):
        english = back_at(now=now)

    assert re.search("[가-힣]", korean)
    assert not re.search("[가-힣]", english)
