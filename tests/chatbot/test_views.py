"""The chat as a citizen without JavaScript sees it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chatbot import shelf
from chatbot.models import Conversation, Faq, Turn
from tests.chatbot.shelves import make_bulky

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answer(monkeypatch: pytest.MonkeyPatch) -> Faq:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    return make_bulky()


def ask(client: Client, text: str) -> str:
    client.post("/chat/turns/", {"text": text, "request_key": str(uuid4())})
    return client.get("/chat/").content.decode()


def test_a_question_is_answered_with_the_departments_number(client: Client) -> None:
    page = ask(client, "대형폐기물")

    assert "스티커를 붙여" in page
    assert 'href="tel:02-120-0100"' in page


def test_an_address_with_a_question_only_lays_it_into_the_box(client: Client) -> None:
    page = client.get("/chat/", {"q": "집에 불이 났어요\0"})

    assert ">집에 불이 났어요</textarea>" in page.content.decode()
    assert "보내기를 누르면" in page.content.decode()
    assert not Turn.objects.exists()
    assert not Conversation.objects.exists()
    assert not client.session.keys()


def test_who_comes_does_not_make_us_count_again(client: Client) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/chat/")
        return sum("EXTRACT(HOUR" in query["sql"].upper() for query in found)

    with time_machine.travel(NOW + timedelta(days=40), tick=False) as clock:
        assert [counted(), counted()] == [1, 0]
        clock.shift(timedelta(minutes=5))
        assert counted() == 1


def test_no_answer_offers_to_file_a_complaint_with_the_question(client: Client) -> None:
    page = ask(client, "우주선 면허 갱신")

    assert 'name="body" value="우주선 면허 갱신"' in page
    assert "민원 접수" in page


def test_somebody_elses_thread_stays_theirs(client: Client) -> None:
    ask(client, "소파 버리기")

    assert "소파 버리기" not in Client().get("/chat/").content.decode()
    assert Client().post("/chat/turns/1/feedback/", {"value": "1"}).status_code == 404


def test_markup_is_only_text(client: Client) -> None:
    page = ask(client, "<script>alert(1)</script>")

    assert "<script>alert" not in page


def test_a_refused_question_keeps_what_was_typed(client: Client) -> None:
    long = "소파 " * 1200

    response = client.post("/chat/turns/", {"text": long, "request_key": str(uuid4())})

    assert response.status_code == 422
    assert "글이 깁니다" in response.content.decode()
    assert long.strip() in response.content.decode()


def test_pages_of_the_chat_are_not_stored(client: Client) -> None:
    assert "no-store" in client.get("/chat/").headers["Cache-Control"]
