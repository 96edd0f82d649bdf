"""Webhooks as our plug reads them: signed and fresh, or refused; authentic nonsense is set aside, never an error."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from messaging.carriers.base import HookRefused, HookUnreadable, Leg
from messaging.carriers.simulator import Simulator
from messaging.simulator import signing
from tests.messaging.legs import OFFICE, PHONE, sms
from tests.messaging.simulator_process import HOOK_SECRET, KEY, NOWHERE, Hook, eventually, receiving, running_simulator

PLUG = Simulator(base_url=NOWHERE, key=KEY, hook_secret=HOOK_SECRET)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hook, Hook, Leg]:
    """A real receipt and a real reply, as they left the PLUG."""
    leg = sms()
    with (
        receiving() as receiver,
        running_simulator(tmp_path_factory.mktemp("hooks") / "truth.jsonl", hooks=receiver.url) as simulator,
    ):
        simulator.adapter().submit([leg], key=uuid4())
        simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1 900101"}])
        assert eventually(lambda: bool(receiver.of("receipts")) and bool(receiver.of("replies")))
        return receiver.of("receipts")[0], receiver.of("replies")[0], leg


def test_a_signed_receipt_is_read(hooks: tuple[Hook, Hook, Leg]) -> None:
    receipt, _, leg = hooks

    (event,) = PLUG.read_receipts(receipt.request())

    assert (event.leg, event.outcome, event.reason_kind) == (leg.id, "delivered", "")
    assert event.event_key
    assert event.vendor_ref
    assert receipt.path == f"/hooks/messaging/main/{PLUG.hook_path_secrets[0]}/receipts/"


def test_a_signed_reply_is_read(hooks: tuple[Hook, Hook, Leg]) -> None:
    _, reply, _ = hooks

    (event,) = PLUG.read_replies(reply.request())

    assert (event.from_number, event.to_number, event.text) == (PHONE, OFFICE, "1 900101")
    assert PLUG.acknowledge([event.event_key]).status == 200


def test_forged_stale_unsigned_and_altered_hooks_are_refused(hooks: tuple[Hook, Hook, Leg]) -> None:
    honest = hooks[1].request()
    at = int(honest.received_at.timestamp())
    attempts = [
        replace(honest, headers={}),
        replace(honest, headers={"x-signature": "t=1,v1="}),
        replace(honest, headers={"x-signature": "글자"}),
        replace(honest, headers={"x-signature": signing.signature(honest.body, secret="other", at=at)}),
        replace(honest, body=honest.body.replace(b"1 900101", b"2 900101")),
        replace(honest, received_at=honest.received_at + timedelta(seconds=360)),
        replace(honest, received_at=honest.received_at - timedelta(seconds=360)),
    ]

    for attempt in attempts:
        with pytest.raises(HookRefused):
            PLUG.read_replies(attempt)
        with pytest.raises(HookRefused):
            PLUG.read_receipts(attempt)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"null", b'{"events":7}', b'{"events":[1]}', b'{"events":[{}]}', b"[" * 200_000],
)
def test_authentic_nonsense_is_unreadable_not_an_error(hooks: tuple[Hook, Hook, Leg], body: bytes) -> None:
    now = hooks[0].request().received_at
    signed = {"x-signature": signing.signature(body, secret=HOOK_SECRET, at=int(now.timestamp()))}
    request = replace(hooks[0].request(), headers=signed, body=body, received_at=now)

    with pytest.raises(HookUnreadable):
        PLUG.read_receipts(request)
    with pytest.raises(HookUnreadable):
        PLUG.read_replies(request)


def test_a_receipt_with_a_strange_reference_is_still_read(hooks: tuple[Hook, Hook, Leg]) -> None:
    honest = hooks[0].request()
    rows = [{**row, "id": "not-a-uuid", "outcome": "undelivered", "code": "7777"} for row in hooks[0].events]
    body = json.dumps({"events": rows}).encode()
    signed = {"x-signature": signing.signature(body, secret=HOOK_SECRET, at=int(honest.received_at.timestamp()))}

    (event,) = PLUG.read_receipts(replace(honest, headers=signed, body=body))

    assert (event.leg, event.outcome, event.reason_kind) == (None, "undelivered", "carrier")
