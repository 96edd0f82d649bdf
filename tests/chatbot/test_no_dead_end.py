"""Whatever was decided, every channel leaves the citizen something to do next."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chatbot import api, kakao_hook, queries, services
from chatbot.cards import leads_on
from chatbot.channels import sms, web
from chatbot.drawing import cards_of
from chatbot.models import Conversation, Faq, Turn, TurnCandidate
from tests.chatbot.district import MONDAY, district, make_faq

__all__ = ["district"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]


def turn_of(decision: str, *, with_candidates: bool, faq: Faq | None = None, **more: Any) -> Turn:
    conversation = Conversation.objects.create(started_at=MONDAY, last_at=MONDAY)
    turn = Turn.objects.create(
        conversation=conversation, seq=1, request_key=uuid4(), text_masked="무엇", decision=decision, faq=faq,
        asked_at=MONDAY, latency_ms=1, **more,
    )  # fmt: skip
    if with_candidates:
        for rank, one in enumerate(Faq.objects.order_by("pk")[:3], 1):
            TurnCandidate.objects.create(turn=turn, rank=rank, faq=one, score=1.0)
    return queries.turn_with_cards(turn)


@pytest.mark.parametrize("with_candidates", [True, False])
@pytest.mark.parametrize("decision", Turn.Decision.values)
def test_every_decision_leads_on_in_every_channel(decision: str, with_candidates: bool) -> None:
    faq = Faq.objects.order_by("pk").first() if decision == Turn.Decision.DIRECT else None
    kind = "fire" if decision == Turn.Decision.SAFETY else ""
    turn = turn_of(decision, with_candidates=with_candidates, faq=faq, safety_kind=kind)

    assert any(leads_on(card) for card in cards_of(turn).cards)
    assert any(part.template for part in web.shown([turn], now=turn.asked_at)[0].parts)
    assert api.shown(turn)["cards"]
    assert sms.text_of(cards_of(turn))
    said = json.dumps(kakao_hook.draw(turn))
    assert "phoneNumber" in said or "token" in said or "webLinkUrl" in said


@pytest.mark.parametrize("gone", [Faq.Status.RETIRED, Faq.Status.DRAFT])
def test_an_answer_that_was_taken_down_is_never_shown_again(gone: str) -> None:
    faq = make_faq("old", "옛 안내는 무엇인가요?", "옛 금액은 100원입니다.")
    turn = turn_of(Turn.Decision.DIRECT, with_candidates=False, faq=faq)
    Faq.objects.filter(pk=faq.pk).update(status=gone)

    said = json.dumps(api.shown(turn), ensure_ascii=False)

    assert "100원" not in said
    assert "내려갔습니다" in said
    assert "02-" in said


def test_a_button_of_a_retired_answer_leads_to_the_next_best() -> None:
    turn = turn_of(Turn.Decision.CHIPS, with_candidates=True)
    first, second = [one.faq for one in turn.candidates.order_by("rank")[:2]]
    token = next(
        chip["token"] for card in api.shown(turn)["cards"] if card["card"] == "chips" for chip in card["chips"]
    )
    Faq.objects.filter(pk=first.pk).update(status=Faq.Status.RETIRED)

    answered = services.tap(conversation=turn.conversation, token=token, request_key=uuid4(), now=MONDAY)

    assert answered.faq == second
    assert "내용이 바뀌었습니다" in json.dumps(api.shown(answered), ensure_ascii=False)


def test_the_page_works_without_a_script(client: Client) -> None:
    page = client.get(reverse("chatbot:chat")).content.decode()

    assert 'role="log"' in page
    assert 'aria-live="polite"' in page
    assert page.count('name="token"') >= 3
    assert "상담사 연결" in page
    assert 'href="tel:' in page
