"""The chat as a citizen without JavaScript sees it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from chatbot import queries
from chatbot.models import Faq, Turn
from portal.accounts.models import Department

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answer(monkeypatch: pytest.MonkeyPatch) -> Faq:
    monkeypatch.setattr(queries, "_FRESH_SECONDS", 0.0)
    department = Department.objects.create(code="clean", name="청소행정과", phone="02-120-0100")
    return Faq.objects.create(
        slug="bulky", question="대형폐기물은 어떻게 배출하나요?", answer="스티커를 붙여 내놓으세요.", tags=["대형폐기물", "소파"],
        category="생활", department=department, status=Faq.Status.PUBLISHED, checked_on=NOW.date(), changed_at=NOW,
    )  # fmt: skip


def ask(client: Client, text: str) -> str:
    client.post("/chat/turns/", {"text": text, "request_key": str(uuid4())})
    return client.get("/chat/").content.decode()


def test_a_question_is_answered_with_the_departments_number(client: Client) -> None:
    page = ask(client, "대형폐기물")

    assert "스티커를 붙여" in page
    assert 'href="tel:02-120-0100"' in page


def test_a_question_from_the_home_page_is_asked_once(client: Client) -> None:
    client.get("/chat/", {"q": "소파 버리기"})
    client.get("/chat/", {"q": "소파 버리기"})

    assert Turn.objects.count() == 1


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
