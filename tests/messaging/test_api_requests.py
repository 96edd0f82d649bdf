"""Idempotency-Key: one effect and one answer; and nothing anybody sends is ever answered with a 500."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.models import ApiKey, Message, RequestKey
from messaging.services import requests
from messaging.services.requests import KEPT_FOR, Answer, StillRunning, answer_once, forget_requests
from portal.core import clock
from tests.messaging.offices import System, make_key, make_wording, order, row, system

pytestmark = pytest.mark.usefixtures("office", "daytime")
at_once = pytest.mark.django_db(transaction=True)


# one effect, one answer


def test_the_same_request_again_gets_the_same_bytes_and_sends_nothing() -> None:
    make_wording()
    caller = system()

    first = caller.post(order(row(reference="가")), key="k")
    again = caller.post(order(row(reference="가")), key="k")

    assert first.status == again.status == 201
    assert first.body == again.body
    assert Message.objects.count() == 1


def test_white_space_and_order_of_fields_do_not_make_another_request() -> None:
    make_wording()
    caller = system()
    first = caller.post(order(), key="k")

    again = caller.post(json.dumps(dict(reversed(order().items())), indent=4), key="k")

    assert again.body == first.body


def test_another_body_under_the_same_key_is_a_conflict() -> None:
    make_wording()
    caller = system()
    caller.post(order(), key="k")

    answer = caller.post(order(row(name="박바다")), key="k")

    assert answer.status == 409
    assert "Idempotency-Key" in answer.data["detail"]
    assert Message.objects.count() == 1


def test_a_refused_order_is_refused_again_in_the_same_words() -> None:
    make_wording()
    caller = system()

    first, again = (caller.post(order(row("02-120-0000")), key="k") for _ in range(2))

    assert first.status == again.status == 422
    assert first.body == again.body
    assert again.headers["Content-Type"] == "application/problem+json"


def test_two_keys_may_use_the_same_word() -> None:
    make_wording()

    answers = [system().post(order(), key="k") for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 201]
    assert Message.objects.count() == 2


def test_after_a_day_the_word_is_free_and_forgotten() -> None:
    make_wording()
    caller = system()
    caller.post(order(), key="k")
    RequestKey.objects.update(created_at=clock.now() - KEPT_FOR)

    assert caller.post(order(row(name="박바다")), key="k").status == 201
    assert Message.objects.count() == 2
    assert forget_requests(now=clock.now() + KEPT_FOR - timedelta(seconds=5)) == 0
    assert forget_requests(now=clock.now() + KEPT_FOR) == 1


def test_the_stored_answer_is_sealed() -> None:
    make_wording()

    system().post(order(row(reference="문의-7")), key="k")

    stored = RequestKey.objects.get()
    assert "문의-7".encode() not in bytes(stored.answer_sealed)
    assert "문의-7" in stored.answer


def test_a_crash_takes_the_key_back() -> None:
    key, _ = make_key()

    def crash(number: int) -> Answer:
        raise ZeroDivisionError

    values: dict[str, Any] = {"api_key": key, "key": "k", "body_sha256": b"x" * 32, "now": clock.now()}
    with pytest.raises(ZeroDivisionError):
        answer_once(**values, act=crash)

    assert answer_once(**values, act=lambda number: Answer(201, "{}")) == Answer(201, "{}")


@pytest.mark.parametrize("word", ["", "k" * 256, "한글", "a\0b", "줄\n"])
def test_a_request_without_a_usable_key_is_refused(word: str) -> None:
    make_wording()

    answer = system().post(order(), key=word)

    assert answer.status == 422
    assert answer.fields == [(None, "Idempotency-Key")]
    assert not Message.objects.exists()


def test_the_longest_key_is_taken() -> None:
    make_wording()

    assert system().post(order(), key="k" * 255).status == 201


@at_once
def test_ten_at_once_have_one_effect_and_one_answer() -> None:
    make_wording()
    _, text = make_key()
    start, answers = threading.Barrier(10), []

    def post() -> None:
        start.wait(timeout=30)
        answers.append(System(text).post(order(row(), row("01098765432")), key="k"))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert Message.objects.count() == 2


@at_once
def test_a_first_request_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE", "200ms")
    key, _ = make_key()
    inside, done = threading.Event(), threading.Event()

    def first() -> None:
        def slow(number: int) -> Answer:
            inside.set()
            done.wait(timeout=30)
            return Answer(201, "{}")

        _once(key, slow)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(timeout=30)
    with pytest.raises(StillRunning):
        _once(key, lambda number: Answer(201, "other"))
    done.set()
    thread.join(timeout=30)

    assert _once(key, lambda number: Answer(201, "other")) == Answer(201, "{}")


def _once(key: ApiKey, act: Any) -> Answer:
    with transaction.atomic():
        return answer_once(api_key=key, key="k", body_sha256=b"x" * 32, now=clock.now(), act=act)


# whatever is sent


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 400),
        ("[1, 2", 400),
        (b"\xff\xfe", 400),
        ("NaN", 400),
        ('{"template": NaN}', 400),
        ("[" * 100_000, 400),
        ('{"a":' * 100_000, 400),
        ("9" * 5000, 400),
        ("null", 422),
        ("[]", 422),
        ('"text"', 422),
        ("{}", 422),
    ],
)
def test_a_malformed_body_is_a_korean_problem(body: Any, status: int) -> None:
    answer = system().post(body)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert any("가" <= letter <= "힣" for letter in answer.data["detail"])


def test_a_body_over_the_limit_is_turned_away() -> None:
    assert system().post(" " * (2 * 1024 * 1024 + 1)).status == 413


def test_another_media_type_is_turned_away() -> None:
    answer = system().post(b"template=x", content_type="application/x-www-form-urlencoded")

    assert answer.status == 415
    assert "application/json" in answer.data["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"template": None}, (None, "template")),
        ({"template": "x\0"}, (None, "template")),
        ({"template": "\ud800"}, (None, "template")),
        ({"template": "x" * 61}, (None, "template")),
        ({"template": ["x"]}, (None, "template")),
        ({"recipients": []}, (None, "recipients")),
        ({"recipients": {}}, (None, "recipients")),
        ({"recipients": "x"}, (None, "recipients")),
        ({"recipients": [None]}, (1, "")),
        ({"recipients": [row(), 7]}, (2, "")),
        ({"recipients": [row(), {"variables": {}}]}, (2, "to")),
        ({"recipients": [{**row(), "to": {}}]}, (1, "to")),
        ({"recipients": [{**row(), "to": "1\0"}]}, (1, "to")),
        ({"recipients": [{**row(), "variables": []}]}, (1, "variables")),
        ({"recipients": [{**row(), "variables": {"이름": {}}}]}, (1, "variables.이름")),
        ({"recipients": [{**row(), "variables": {"이름": "\0"}}]}, (1, "variables.이름")),
        ({"recipients": [{**row(), "variables": {"이름": "\ud800"}}]}, (1, "variables.이름")),
        ({"recipients": [{**row(), "variables": {"\ud800": "x"}}]}, (1, "variables")),
        ({"recipients": [{**row(), "variables": {"x" * 21: "x"}}]}, (1, "variables")),
        ({"recipients": [{**row(), "variables": {"이름": "가\n나"}}]}, (1, "variables.이름")),
        ({"recipients": [{**row(), "variables": {"이름": "#{기관}"}}]}, (1, "variables.이름")),
        ({"recipients": [{**row(), "reference": "x" * 61}]}, (1, "reference")),
        ({"recipients": [{**row(), "name": "x"}]}, (1, "name")),
        ({"due_at": "tomorrow"}, (None, "due_at")),
        ({"due_at": "9999-12-31T23:59:59+14:00"}, (None, "due_at")),
        ({"due_at": "0001-01-01T00:00:00+14:00"}, (None, "due_at")),
        ({"due_at": 7}, (None, "due_at")),
        ({"reply_days": 31}, (None, "reply_days")),
        ({"reply_days": 10**400}, (None, "reply_days")),
        ({"sender_number": "1\0"}, (None, "sender_number")),
        ({"body": "제 글을 보내 주세요"}, (None, "body")),
        ({"\ud800": 1}, (None, "?")),
    ],
)
def test_a_wrong_field_is_named_with_its_row(change: dict[str, Any], field: tuple[int | None, str]) -> None:
    make_wording()

    answer = system().post(order(**change))

    assert answer.status == 422
    assert answer.fields == [field]
    assert all(any("가" <= letter <= "힣" for letter in one["detail"]) for one in answer.data["errors"])
    assert not Message.objects.exists()


@pytest.mark.parametrize("path", ["/api/", "/api/v2/messages", "/api/v1/messages/", "/api/v1/messages/7", "/api/\0"])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_any_other_address_is_a_problem_and_not_a_page(method: str, path: str) -> None:
    answer = getattr(system(), method)(path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("delete", "/api/v1/messages"), ("delete", "/api/v1/templates")])
def test_another_method_is_named(method: str, path: str) -> None:
    answer = getattr(system(), method)(path)

    assert answer.status == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_answer_is_kept_by_a_cache() -> None:
    assert system().get("/api/v1/templates").headers["Cache-Control"] == "no-store"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["template", "recipients", "due_at", "sender_number", "reply_days"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.dictionaries(
        _names, _json | st.lists(st.fixed_dictionaries({"to": _json, "variables": _json}), max_size=2), min_size=1
    )
)
def test_no_shape_of_an_order_is_ever_a_500(change: dict[str, Any], office: None) -> None:
    make_wording()

    answer = system().post(order(**change))

    assert answer.status in (201, 422)
