"""Bizgo's reports and replies, signed by the vendor's own library."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bizgo.testing import FakeTransport
from bizgo.webhooks import WebhookReceiver

from messaging.carriers.base import (
    HookRefused,
    HookUnreadable,
)
from messaging.carriers.bizgo import Bizgo
from tests.messaging.bizgo_library import NOW, hook, plug_over, report, text
from tests.messaging.legs import OFFICE, PHONE


@pytest.fixture
def plug() -> Bizgo:
    return plug_over(FakeTransport())


# --- their webhooks, signed by their library --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_signed_report_is_read_and_answered_with_its_key(plug: Bizgo, encoding: str) -> None:
    leg = uuid4()

    [event] = plug.read_receipts(hook(report(leg), encoding=encoding))

    assert (event.leg, event.outcome, event.code, event.reason_kind) == (leg, "delivered", "10000", "")
    assert json.loads(plug.acknowledge([event.event_key]).body) == WebhookReceiver.ack(event.vendor_ref)


def test_reports_of_one_recipient_on_two_channels_are_two_events(plug: Bizgo) -> None:
    [card] = plug.read_receipts(hook(report(serviceType="ALIMTALK", msgType="AT", reportCode="3019")))
    [letter] = plug.read_receipts(hook(report(serviceType="MMS", msgType="LM")))

    assert card.vendor_ref == letter.vendor_ref
    assert card.event_key != letter.event_key
    assert (card.outcome, card.reason_kind) == ("undelivered", "not_on_kakao")


def test_a_success_nobody_is_sure_of_changes_nothing(plug: Bizgo) -> None:
    assert plug.read_receipts(hook(report(serviceType="ALIMTALK", reportCode="ME09"))) == []
    [sure] = plug.read_receipts(hook(report(serviceType="ALIMTALK", reportCode="MS03")))
    assert sure.outcome == "delivered"


def test_a_reply_comes_from_the_telephone_not_from_what_was_typed(plug: Bizgo) -> None:
    [event] = plug.read_replies(hook(text()))

    assert (event.from_number, event.to_number, event.text) == (PHONE, OFFICE, "1 동의")
    assert json.loads(plug.acknowledge([event.event_key]).body) == {"msgKey": "MO1"}


def test_forged_stale_unsigned_or_foreign_webhooks_are_refused(plug: Bizgo) -> None:
    good = hook(text())
    bad = [
        hook(text(), secret="somebody else"),
        hook(text(), at=NOW - timedelta(minutes=6)),
        hook(text(), at=NOW + timedelta(minutes=6)),
        replace(good, headers={}),
        replace(good, headers={**good.headers, "x-ib-timestamp": "yesterday"}),
        replace(good, headers={**good.headers, "x-ib-signature": "가"}),
        replace(good, address="198.51.100.1"),
    ]

    assert plug.read_replies(good)
    for request in bad:
        with pytest.raises(HookRefused):
            plug.read_replies(request)


def test_while_the_secret_is_changed_both_are_good() -> None:
    plug = plug_over(FakeTransport(), hook_secret_before="the one before")

    assert plug.read_replies(hook(text(), secret="the one before"))
    assert plug.read_replies(hook(text()))
    assert len(plug.hook_path_secrets) == 2


@pytest.mark.parametrize(
    "payload", [b"nonsense", [1], {}, text(originator=None), text(occurredTime="soon"), text(msgKey="")], ids=str
)
def test_authentic_nonsense_is_unreadable_and_never_an_error(plug: Bizgo, payload: Any) -> None:
    with pytest.raises(HookUnreadable):
        plug.read_replies(hook(payload))
