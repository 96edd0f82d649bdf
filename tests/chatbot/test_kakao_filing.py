"""A petition filed inside KakaoTalk, through the door itself: begun, filled by taps, proven, and answered by its number."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from chatbot import kakao_hook
from chatbot.models import Draft, DraftAnswer
from complaints.models import Complaint
from tests.chatbot.district import E164, MONDAY, PHONE, code_sent, district
from tests.chatbot.test_kakao import SECRET, _AtOnce, request
from tests.chatbot.test_kakao_cards import broken_limits

__all__ = ["district"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def door(district: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(kakao_hook, "_threads", _AtOnce())
    monkeypatch.setattr(kakao_hook, "close_old_connections", lambda: None)  # the test's own is in use
    settings.KAKAO_SKILL_SECRETS = [SECRET]
    settings.KAKAO_BOT_ID = "bot-1"
    settings.KAKAO_ALLOWED_IPS = []


@dataclass
class Talk:
    """A citizen with KakaoTalk open; a while passes with every word."""

    client: Client
    at: datetime = MONDAY
    answers: list[dict[str, Any]] = field(default_factory=list)

    def say(self, words: str, *, token: str = "") -> str:
        self.at += timedelta(seconds=20)
        with time_machine.travel(self.at, tick=False):
            answer = self.client.post(
                f"/hooks/kakao/{SECRET}/", data=request(words, token=token), content_type="application/json"
            )
        self.answers.append(answer.json())
        assert list(broken_limits(self.answers[-1])) == []
        return answer.content.decode("unicode_escape" if b"\\u" in answer.content else "utf-8")

    def tap(self, label: str) -> str:
        taps = [one for answer in reversed(self.answers) for one in answer["template"].get("quickReplies", [])]
        found = next(one for one in taps if one["label"].startswith(label))
        return self.say(found["messageText"], token=found["extra"]["token"])


def test_a_petition_is_filed_without_leaving_kakao(client: Client) -> None:
    talk = Talk(client)
    talk.say("연희동 12-3 앞 불법주차 신고할래요")
    talk.tap("소화전")
    talk.say("34나 7788")
    talk.tap("건너뛰기")
    talk.say("그저께 밤 9시")
    summary = talk.say("매일 그래요")
    assert "매일 그래요" not in summary  # what was typed is looked over on the web, not repeated in Kakao
    talk.tap("확인")
    talk.say(PHONE)
    told = talk.say(code_sent())

    complaint = Complaint.objects.get()
    assert complaint.number in told
    assert (complaint.channel, complaint.phone) == ("kakao", E164)
    assert complaint.category is not None
    assert complaint.category.code == "parking.illegal"
    assert "덧붙인 말: 매일 그래요" in complaint.body
    assert Draft.objects.get().complaint == complaint
    assert not DraftAnswer.objects.exists()


def test_a_second_tap_on_the_last_button_files_nothing_twice(client: Client) -> None:
    talk = Talk(client)
    talk.say("위기가구 알림 신고할래요")
    talk.say("새빛로 3 2층 끝집")
    talk.tap("며칠째 보이지 않음")
    talk.tap("다 골랐어요")
    talk.tap("건너뛰기")
    talk.tap("확인")
    talk.tap("확인")

    assert Complaint.objects.get().channel == "kakao"
