"""The KakaoTalk door: who may knock, what is always answered, and a whole conversation from recorded requests."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.db import connections, transaction
from django.test import Client
from pytest_django import Settings

from chatbot import kakao_hook, services, shelf
from chatbot.channels import kakao_request
from chatbot.models import Conversation, Faq, KakaoCallback, Turn
from chatbot.services import callbacks
from tests.chatbot.shelves import make_bulky
from tests.chatbot.test_kakao_cards import broken_limits

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
SECRET = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
NEXT_SECRET = "ffffffffffffffffffffffffffffffff"
CALLBACK = "https://bot-api.kakao.com/v1/bots/1/callback/2"
Ask = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.django_db


class _AtOnce(ThreadPoolExecutor):
    """The work of a call within the test's own transaction."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as error:  # noqa: BLE001  (what an executor does)
            done.set_exception(error)
        return done


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(kakao_hook, "_threads", _AtOnce())
    monkeypatch.setattr(kakao_hook, "close_old_connections", lambda: None)  # the test's own is in use
    settings.KAKAO_SKILL_SECRETS = [SECRET, NEXT_SECRET]
    settings.KAKAO_BOT_ID = "bot-1"
    settings.KAKAO_ALLOWED_IPS = []
    settings.KAKAO_CALLBACK_HOSTS = ["bot-api.kakao.com"]


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Faq:
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    return make_bulky()


def request(
    utterance: str, *, token: str = "", user: str = "user-1", bot: str = "bot-1", **more: Any
) -> dict[str, Any]:
    return {
        "intent": {"id": "i", "name": "폴백"},
        "userRequest": {
            "timezone": "Asia/Seoul", "block": {"id": "b", "name": "폴백"}, "utterance": utterance, "lang": "ko",
            "user": {"id": user, "type": "botUserKey", "properties": {}}, **more,
        },
        "bot": {"id": bot, "name": "소통"},
        "action": {"id": "a", "name": "skill", "params": {}, "clientExtra": {"token": token} if token else None},
        "contexts": [],
        "flow": {"of a later version": True},
    }  # fmt: skip


@pytest.fixture
def ask(client: Client) -> Ask:
    def call(utterance: str = "", *, at: datetime = NOW, **how: Any) -> dict[str, Any]:
        with time_machine.travel(at, tick=False):
            answer = client.post(
                f"/hooks/kakao/{SECRET}/", data=request(utterance, **how), content_type="application/json"
            )
        assert answer.status_code == 200
        document: dict[str, Any] = answer.json()
        if "template" in document:
            assert list(broken_limits(document)) == []
        return document

    return call


def tap_of(answer: dict[str, Any], label: str) -> str:
    """The token behind a tap of an answer."""
    template = answer["template"]
    offered = [*template.get("quickReplies", [])]
    for output in template["outputs"]:
        for card in output.values():
            offered += [one for one in card.get("buttons", []) if one["action"] == "message"]
    token: str = next(one["extra"]["token"] for one in offered if label in one["label"])
    return token


def said(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def test_a_question_is_answered_with_number_and_thumbs(ask: Ask) -> None:
    answer = ask("대형폐기물 배출")

    card = answer["template"]["outputs"][0]["textCard"]
    assert card["description"] == "스티커를 붙여 내놓으세요."
    assert card["buttons"][0]["phoneNumber"] == "02-120-0100"
    assert tap_of(answer, "도움됐어요")


def test_a_wrong_secret_finds_nothing_and_both_valid_ones_open(client: Client) -> None:
    body = request("소파")
    statuses = [
        client.post(f"/hooks/kakao/{secret}/", data=body, content_type="application/json").status_code
        for secret in (SECRET, NEXT_SECRET, SECRET[:-1], SECRET + "0", "가" * 32)
    ]

    assert statuses == [200, 200, 404, 404, 404]


def test_without_a_secret_there_is_no_door(client: Client, settings: Settings) -> None:
    settings.KAKAO_SKILL_SECRETS = []

    assert client.post("/hooks/kakao/x/", data={}, content_type="application/json").status_code == 404


def test_a_strange_address_finds_nothing(client: Client, settings: Settings) -> None:
    settings.KAKAO_ALLOWED_IPS = ["203.0.113.7"]

    assert client.post(f"/hooks/kakao/{SECRET}/", data={}, content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"a"', b"[" * 40_000, b"\xff\xfe", b'{"userRequest": 3}', b"x" * 70_000,
        b'{"userRequest": {"user": {"id": 7}}}', b'{"userRequest": {"user": {"id": "u"}}, "bot": []}',
        json.dumps({"userRequest": {"user": {"id": "u" * 300}, "utterance": "\\u0000"}}).encode(),
    ],
)  # fmt: skip
def test_whatever_comes_under_the_right_secret_is_answered(client: Client, body: bytes) -> None:
    answer = client.post(f"/hooks/kakao/{SECRET}/", data=body, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["version"] == "2.0"
    assert "phoneNumber" in answer.content.decode()


@pytest.mark.parametrize(
    "utterance", ["가" * 5_000, "여권 발급 " * 900, "😀🎉❤️👨‍👩‍👧", "", "   ", "\x00", "<b>{{7*7}}</b>", "ㅋ" * 300]
)
def test_ugly_words_are_answered_within_the_limits_and_lead_on(ask: Ask, utterance: str) -> None:
    answer = ask(utterance)

    assert answer["version"] == "2.0"
    assert answer["template"]["outputs"]
    assert answer["template"].get("quickReplies") or "phoneNumber" in said(answer)


def test_another_bot_is_told_to_telephone(ask: Ask) -> None:
    answer = ask("소파", bot="bot-2")

    assert "연결되지 않은" in said(answer)
    assert not Turn.objects.exists()


def test_the_consoles_own_test_is_answered(ask: Ask) -> None:
    assert "스티커" in said(ask("대형폐기물 배출", bot="bot-1!"))


def test_an_error_of_ours_is_an_apology_with_a_number(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Turn:
        raise RuntimeError("010-1234-5678")

    monkeypatch.setattr(services, "say", broken)

    answer = ask("소파")

    assert "잠시 뒤 다시" in said(answer)
    assert "1234" not in said(answer)


def test_a_retry_within_three_seconds_is_the_same_turn(ask: Ask) -> None:
    first = ask("대형폐기물 배출")
    again = ask("대형폐기물 배출", at=NOW + timedelta(seconds=2.9))
    ask("대형폐기물 배출", at=NOW + timedelta(seconds=6))

    assert again == first
    assert Turn.objects.count() == 2


def test_the_users_key_is_kept_only_as_a_hash(ask: Ask) -> None:
    ask("소파", user="kakao-key-of-somebody")
    ask("여권", user="kakao-key-of-somebody")

    conversation = Conversation.objects.get()
    assert conversation.channel == Conversation.Channel.KAKAO
    assert b"kakao-key" not in bytes(conversation.key_index or b"")


def test_too_many_questions_of_one_user_are_slowed_kindly(ask: Ask) -> None:
    answers = [ask(f"소파 {number}") for number in range(32)]

    assert "너무 빨리" in said(answers[-1])
    assert "phoneNumber" in said(answers[-1])


def test_a_thumb_down_is_asked_why(ask: Ask) -> None:
    answer = ask("대형폐기물 배출")

    why = ask("👎 아니요", token=tap_of(answer, "아니요"))
    thanks = ask("옛날 정보", token=tap_of(why, "옛날"))

    assert "아쉬웠나요" in said(why)
    assert "고맙습니다" in said(thanks)
    assert Turn.objects.get().value == -1
    assert Turn.objects.get().reason == Turn.Reason.OUTDATED


def test_another_citizens_button_does_nothing(ask: Ask) -> None:
    answer = ask("대형폐기물 배출")

    stolen = ask("도움됐어요", token=tap_of(answer, "도움됐어요"), user="user-2")

    assert Turn.objects.get().value is None
    assert "phoneNumber" in said(stolen)


def test_somebody_in_danger_sees_the_number_alone(ask: Ask) -> None:
    outputs = ask("집에 불이 났어요")["template"]["outputs"]

    assert len(outputs) == 1
    assert outputs[0]["textCard"]["buttons"][0]["phoneNumber"] == "119"


def is_the_danger_card(answer: dict[str, Any]) -> bool:
    (output,) = answer["template"]["outputs"]
    return bool(output["textCard"]["buttons"][0]["phoneNumber"] == "119")


def test_somebody_in_danger_is_never_too_fast(ask: Ask) -> None:
    answers = [ask(f"소파 {number}") for number in range(40)]

    assert "너무 빨리" in said(answers[-1])
    assert is_the_danger_card(ask("집에 불이 났어요"))
    assert Turn.objects.latest("seq").decision == Turn.Decision.SAFETY


@pytest.mark.parametrize("error", [RuntimeError(), services.TooMany()], ids=["broken", "refused"])
def test_somebody_in_danger_sees_the_number_whatever_fails(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(**_: Any) -> Turn:
        raise error

    monkeypatch.setattr(services, "say", broken)

    assert is_the_danger_card(ask("집에 불이 났어요"))
    assert is_the_danger_card(ask("집에 불이 났어요", bot="bot-2"))


@pytest.mark.parametrize(
    ("url", "is_kakaos"),
    [
        (CALLBACK, True), ("http://bot-api.kakao.com/x", False), ("https://bot-api.kakao.com.evil.example/", False),
        ("https://user@bot-api.kakao.com/", False), ("https://bot-api.kakao.com:8443/", False), ("https://127.0.0.1/", False),
        ("https://bot-api.kakao.com\\@evil.example/", False), ("https://[::1", False), ("//bot-api.kakao.com/", False),
        ("https://bot-api.kakao.com/\r\nx: y", False), ("https://bot-api.kakao.com:443/a", True),
    ],
)  # fmt: skip
def test_late_answers_go_to_kakao_and_nowhere_else(url: str, is_kakaos: bool) -> None:
    assert bool(kakao_request.callback_address(url)) is is_kakaos


def _kept(url: str = CALLBACK, *, at: datetime = NOW) -> bool:
    conversation = services.conversation_of(channel=Conversation.Channel.KAKAO, key="k", now=at)
    return services.keep_callback(
        url=url, conversation=conversation, body={"version": "2.0", "text": "비밀 주소"}, asked_at=at
    )


def test_a_late_answer_is_sent_once_and_its_address_never_again() -> None:
    calls: list[httpx.Request] = []

    def taken(call: httpx.Request) -> httpx.Response:
        calls.append(call)
        return httpx.Response(200)

    line = httpx.MockTransport(taken)

    assert _kept()
    assert not _kept()
    sent = [services.send_callbacks(now=NOW + timedelta(seconds=second), transport=line) for second in (3, 4)]

    assert sent == [1, 0]
    assert json.loads(calls[0].content) == {"version": "2.0", "text": "비밀 주소"}
    assert calls[0].headers["Content-Type"] == "application/json"


def test_a_late_answer_waits_sealed_and_is_forgotten_as_it_is_sent() -> None:
    _kept()
    row = KakaoCallback.objects.get()
    assert json.loads(row.body)["text"] == "비밀 주소"
    assert "비밀".encode() not in bytes(row.body_sealed)

    services.send_callbacks(now=NOW, transport=httpx.MockTransport(lambda _: httpx.Response(200)))

    row.refresh_from_db()
    assert row.sent_at is not None
    assert (row.body, row.url) == ("", "")


def test_what_is_too_late_after_the_call_before_it_is_not_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 1.0, 56.0, 56.0])
    posted: list[str] = []

    def post(call: httpx.Request) -> httpx.Response:
        posted.append(str(call.url))
        return httpx.Response(200)

    monkeypatch.setattr(callbacks, "monotonic", lambda: next(clock))
    _kept(f"{CALLBACK}1")
    _kept(f"{CALLBACK}2")

    assert services.send_callbacks(now=NOW, transport=httpx.MockTransport(post)) == 2
    _kept(f"{CALLBACK}3")
    clock = iter([0.0, 1.0, 56.0])
    _kept(f"{CALLBACK}4")
    assert services.send_callbacks(now=NOW, transport=httpx.MockTransport(post)) == 1

    assert posted == [f"{CALLBACK}1", f"{CALLBACK}2", f"{CALLBACK}3"]
    assert KakaoCallback.objects.filter(sent_at=None).count() == 1


def test_an_unknown_outcome_is_never_sent_again() -> None:
    def broken(call: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no answer")

    _kept()
    services.send_callbacks(now=NOW, transport=httpx.MockTransport(broken))

    assert services.send_callbacks(now=NOW + timedelta(seconds=1)) == 0


def test_an_address_that_has_expired_is_left_alone_and_forgotten() -> None:
    _kept()

    assert services.send_callbacks(now=NOW + timedelta(seconds=56)) == 0
    assert not KakaoCallback.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_slow_engine_answers_in_time_and_late(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    say = services.say

    def slow(**given: Any) -> Turn:
        time.sleep(0.6)
        return say(**given)

    monkeypatch.setattr(services, "say", slow)
    monkeypatch.setattr(kakao_hook, "BUDGET_SECONDS", 0.2)
    monkeypatch.setattr(kakao_hook, "close_old_connections", connections.close_all)  # threads end
    with ThreadPoolExecutor(2) as threads:
        monkeypatch.setattr(kakao_hook, "_threads", threads)
        body = request("대형폐기물 배출", callbackUrl=CALLBACK)
        soon = client.post(f"/hooks/kakao/{SECRET}/", data=body, content_type="application/json")
        sorry = client.post(f"/hooks/kakao/{SECRET}/", data=request("소파"), content_type="application/json")
        fire = request("집에 불이 났어요", callbackUrl=f"{CALLBACK}3")
        help_ = client.post(f"/hooks/kakao/{SECRET}/", data=fire, content_type="application/json")

    assert soon.json()["useCallback"] is True
    assert "phoneNumber" in sorry.content.decode()
    assert is_the_danger_card(help_.json())
    row = KakaoCallback.objects.get()
    assert row.url == CALLBACK
    assert "스티커" in row.body


@pytest.mark.django_db(transaction=True)
def test_a_retry_that_overtakes_its_first_is_the_same_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    say, is_said = services.say, threading.Event()

    def slow(**given: Any) -> Turn:
        with transaction.atomic():
            turn = say(**given)
            is_said.set()
            time.sleep(0.5)  # said, and not yet to be seen by others
        return turn

    monkeypatch.setattr(services, "say", slow)
    monkeypatch.setattr(kakao_hook, "close_old_connections", connections.close_all)  # threads end
    asked = kakao_request.read(json.dumps(request("대형폐기물 배출")).encode())
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kakao_hook._worked, asked, now=NOW + timedelta(seconds=2))
        assert is_said.wait(60)
        again = threads.submit(kakao_hook._worked, asked, now=NOW + timedelta(seconds=4))
        assert again.result() == first.result()

    assert Turn.objects.count() == 1
