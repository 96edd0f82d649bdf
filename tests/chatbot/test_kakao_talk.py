"""A whole KakaoTalk conversation, replayed from what was recorded: a question, choices, a petition, danger, and on."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from chatbot import kakao_hook
from chatbot.models import Draft, Turn
from tests.chatbot.district import MONDAY, district, make_faq
from tests.chatbot.test_kakao import SECRET, _AtOnce
from tests.chatbot.test_kakao_cards import broken_limits

__all__ = ["district"]
RECORD = Path(__file__).parent / "golden" / "kakao_talk.json"
PAUSE = timedelta(seconds=20)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def door(district: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(kakao_hook, "_threads", _AtOnce())
    monkeypatch.setattr(kakao_hook, "close_old_connections", lambda: None)
    settings.KAKAO_SKILL_SECRETS = [SECRET]
    settings.KAKAO_BOT_ID = ""
    settings.KAKAO_ALLOWED_IPS = []
    make_faq("passport-lost", "여권은 어디서 찾나요?", "구청에서 찾습니다.", tags=["여권"])


def replay(client: Client, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is answered now to each recorded request; a tap is recorded by its label."""
    answers: list[dict[str, Any]] = []
    for number, step in enumerate(steps):
        request = json.loads(json.dumps(step["request"]))
        label = request["action"]["clientExtra"].get("tap")
        if label:
            request["action"]["clientExtra"] = {"token": tap_of(answers, label)}
        with time_machine.travel(MONDAY + number * PAUSE, tick=False):
            answer = client.post(f"/hooks/kakao/{SECRET}/", data=request, content_type="application/json")
        assert answer.status_code == 200
        assert list(broken_limits(answer.json())) == []
        answers.append(answer.json())
    return answers


def tap_of(answers: list[dict[str, Any]], label: str) -> str:
    """The token of the newest tap with that text."""
    taps = [tap for answer in reversed(answers) for tap in answer["template"].get("quickReplies", [])]
    token: str = next(tap["extra"]["token"] for tap in taps if tap["messageText"] == label)
    return token


def recorded(answer: dict[str, Any]) -> Any:
    """Without what differs from run to run: signatures, and addresses with a secret in them."""
    text = json.dumps(answer, ensure_ascii=False)
    text = re.sub(r'"token": "[^"]+"', '"token": "…"', text)
    return json.loads(re.sub(r"/chat/resume/[^/\"]+/", "/chat/resume/…/", text))


def test_the_recorded_conversation_goes_as_it_was_recorded(client: Client) -> None:
    steps = json.loads(RECORD.read_text("utf-8"))

    answers = replay(client, steps)

    for step, answer in zip(steps, answers, strict=True):
        assert recorded(answer) == step["response"]


def test_the_form_is_still_there_after_danger(client: Client) -> None:
    steps = json.loads(RECORD.read_text("utf-8"))

    replay(client, steps)

    assert Draft.objects.get().state == Draft.State.FILLING
    assert Turn.objects.filter(decision=Turn.Decision.SAFETY).exists()
