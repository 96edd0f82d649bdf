"""Webhooks: signed, stored once, acknowledged after the commit, and never a 500."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from messaging import services
from messaging.carriers.base import HookRequest, UnsubscribeEvent, check_source
from messaging.models import HookReject, OptOut, Receipt, Reply
from portal.core import clock
from tests.messaging.making import Told

SECRET = "hook-secret-hook-secret-hook-secret"
PATH = hashlib.sha256(SECRET.encode()).hexdigest()[:16]
CARRIERS = {
    "main": {
        "BACKEND": "messaging.carriers.simulator.Simulator",
        "OPTIONS": {"base_url": "http://127.0.0.1:9", "key": "key", "hook_secret": SECRET},
    }
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _simulator(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = CARRIERS
    settings.MESSAGING_ALLOW_SIMULATOR = True


def _sign(body: bytes, *, at: float | None = None, secret: str = SECRET) -> str:
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _post(
    kind: str, body: bytes, *, signature: str | None = None, path: str = PATH, alias: str = "main"
) -> HttpResponse:
    return Client(enforce_csrf_checks=True, raise_request_exception=True).post(  # type: ignore[return-value]
        f"/hooks/messaging/{alias}/{path}/{kind}/",
        data=body,
        content_type="application/json",
        headers={"x-signature": _sign(body) if signature is None else signature},
    )


def _reply_body(**changes: Any) -> bytes:
    event = {
        "event": "r1",
        "to": "021200000",
        "from": "01012345678",
        "text": "1",
        "at": clock.now().isoformat(),
        **changes,
    }
    return json.dumps({"events": [event]}).encode()


def _receipt_body(**changes: Any) -> bytes:
    event = {
        "event": "e1",
        "ref": "v1",
        "id": "6a1c9e0e-0000-4000-8000-000000000000",
        "outcome": "delivered",
        "code": "1000",
        "at": clock.now().isoformat(),
        **changes,
    }
    return json.dumps({"events": [event]}).encode()


def test_a_signed_reply_is_stored_and_acknowledged() -> None:
    answer = _post("replies", _reply_body())

    assert answer.status_code == 200
    assert json.loads(answer.content) == {"received": ["r1"]}
    assert Reply.objects.get().text == "1"


def test_a_signed_receipt_is_stored() -> None:
    assert _post("receipts", _receipt_body()).status_code == 200
    assert Receipt.objects.get().outcome == "delivered"


def test_a_resident_number_is_masked_on_the_way_in() -> None:
    _post("replies", _reply_body(text="900101-1234567 동의"))

    assert "1234567" not in Reply.objects.get().text


@pytest.mark.parametrize(
    "signature",
    ["", "t=1,v1=00", _sign(b"another body"), "v1=,t=", "t=abc,v1=ü"],
    ids=["none", "wrong", "of another body", "empty", "no number"],
)
def test_a_forged_call_is_refused(signature: str) -> None:
    assert _post("replies", _reply_body(), signature=signature).status_code == 403
    assert not Reply.objects.exists()


def test_somebody_elses_secret_and_an_old_signature_are_refused() -> None:
    body = _reply_body()

    assert _post("replies", body, signature=_sign(body, secret="x" * 36)).status_code == 403
    assert _post("replies", body, signature=_sign(body, at=time.time() - 3600)).status_code == 403


@pytest.mark.parametrize(("alias", "path"), [("spare", PATH), ("main", "0" * 16), ("main", SECRET)])
def test_an_unknown_address_does_not_exist(alias: str, path: str) -> None:
    assert _post("replies", _reply_body(), alias=alias, path=path).status_code == 404


def test_an_unknown_kind_does_not_exist() -> None:
    assert _post("openings", _reply_body()).status_code == 404


def test_only_posts_are_taken() -> None:
    assert Client().get(f"/hooks/messaging/main/{PATH}/replies/").status_code == 405


@pytest.mark.parametrize(("kind", "limit"), [("replies", 64 * 1024), ("receipts", 2 * 1024 * 1024)])
def test_too_large_a_body_is_refused(kind: str, limit: int) -> None:
    assert _post(kind, b"[" + b" " * limit).status_code == 413
    assert _post(kind, b"[" + b" " * (limit - 1)).status_code == 200  # authentic, if not readable
    assert HookReject.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'{"events": 7}',
        b'{"events": [null]}',
        b"[" * 60_000,
        _reply_body(event=""),
        _reply_body(event=7),
        _reply_body(event="x" * 201),
        _reply_body(event="a\0b"),
        _reply_body(text=None),
        _reply_body(at="yesterday"),
        _reply_body(at="2026-01-01T00:00:00"),
        _reply_body(at="0001-01-01T00:00:00+14:00"),
        _reply_body(at="9999-12-31T23:59:59-12:00"),
    ],
)
def test_authentic_nonsense_is_kept_for_a_person_and_never_a_500(body: bytes) -> None:
    answer = _post("replies", body)

    assert answer.status_code == 200
    assert not Reply.objects.exists()
    assert HookReject.objects.get().reason


def test_what_we_could_not_read_is_sealed_and_masked() -> None:
    _post("replies", "이상한 본문 900101-1234567".encode())

    reject = HookReject.objects.get()
    assert "1234567" not in reject.body
    assert b"900101" not in bytes(reject.body_sealed)


@pytest.mark.parametrize(
    "body", [_receipt_body(ref="v" * 121), _receipt_body(outcome="maybe"), _receipt_body(ref=None)]
)
def test_a_strange_receipt_is_kept_for_a_person(body: bytes) -> None:
    assert _post("receipts", body).status_code == 200
    assert HookReject.objects.count() == 1


def test_a_long_code_is_cut_not_refused() -> None:
    assert _post("receipts", _receipt_body(code="9" * 50)).status_code == 200
    assert len(Receipt.objects.get().code) == 20


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_duplicates_are_one_row_and_all_acknowledged() -> None:
    services.load_reference(now=clock.now())
    body = _reply_body()
    statuses: list[int] = []
    start = threading.Barrier(20)

    def call() -> None:
        start.wait(timeout=30)
        try:
            statuses.append(_post("replies", body).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert statuses == [200] * 20
    assert Reply.objects.count() == 1


class Listening(Told):
    """A carrier that also reports calls to the 080 line, from its own addresses only."""

    def read_unsubscribes(self, request: HookRequest) -> Sequence[UnsubscribeEvent]:
        check_source(request, ["203.0.113.7"])
        return [UnsubscribeEvent("u1", "01012345678", "0801234567", request.received_at)]


@pytest.fixture
def listening(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "tests.messaging.test_hooks.Listening", "OPTIONS": {}}}


def test_a_call_to_the_refusal_line_is_heard_once_however_often_it_is_reported(listening: None) -> None:
    for _ in range(3):
        address = "/hooks/messaging/main/told/unsubscribes/"
        answer = Client().post(address, data=b"{}", content_type="application/json", REMOTE_ADDR="203.0.113.7")
        assert answer.status_code == 200

    assert OptOut.objects.get().source == "080"


def test_a_webhook_from_an_address_that_is_not_listed_is_refused(listening: None) -> None:
    address = "/hooks/messaging/main/told/unsubscribes/"

    answer = Client().post(address, data=b"{}", content_type="application/json", REMOTE_ADDR="198.51.100.9")

    assert answer.status_code == 403
    assert not OptOut.objects.exists()


def test_a_carrier_without_a_refusal_line_has_no_such_address() -> None:
    assert _post("unsubscribes", _reply_body()).status_code == 404


@pytest.mark.parametrize(("kind", "body"), [("replies", _reply_body()), ("receipts", _receipt_body())])
def test_a_webhook_takes_few_statements(
    kind: str, body: bytes, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(4):
        assert _post(kind, body).status_code == 200


def test_a_text_cut_in_the_middle_of_a_character_is_kept() -> None:
    answer = _post("replies", _reply_body(text="1 동의\ud83d"))

    assert answer.status_code == 200
    assert Reply.objects.get().text == "1 동의\ufffd"


@pytest.mark.parametrize("changes", [{"event": "\ud83d"}, {"from": "\ud83d"}, {"to": "\ud83d"}, {"extra": "\ud83d"}])
def test_half_a_character_anywhere_is_never_an_error(changes: dict[str, str]) -> None:
    answer = _post("replies", _reply_body(**changes))

    assert answer.status_code == 200
    assert Reply.objects.count() + HookReject.objects.count() == 1
