"""What Solapi reports: by its webhook, and in its lists where the webhook was lost."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from messaging.carriers import registry
from messaging.carriers.base import (
    Accepted,
    HookRefused,
    HookUnreadable,
    OutcomeUnknown,
    ReceiptEvent,
    Rejected,
    UnsubscribeEvent,
)
from messaging.carriers.solapi import Solapi, codes, reading, sweeping
from messaging.rehearsal import reaches_nobody
from tests.messaging.legs import sms
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    NOWHERE,
    Receiver,
    RunningSimulator,
    answering,
    eventually,
)
from tests.messaging.solapi_plug.account import hook, made, report


def test_reports_reach_the_secret_address_and_are_read(
    simulator: RunningSimulator, carrier: Solapi, receiver: Receiver
) -> None:
    leg = sms()
    receiver.hooks.clear()
    accepted = carrier.submit([leg], key=uuid4())[leg.id]

    assert eventually(lambda: bool(receiver.of("receipts")))
    (event,) = carrier.read_receipts(receiver.of("receipts")[0].request())
    assert isinstance(accepted, Accepted)
    assert (event.leg, event.vendor_ref, event.outcome) == (leg.id, accepted.vendor_ref, "delivered")
    assert carrier.hook_path_secrets[0] in receiver.of("receipts")[0].path


def test_a_repeated_report_has_the_same_key_and_another_result_another() -> None:
    carrier = made()
    first, again, failed = (
        carrier.read_receipts(hook(document))[0].event_key
        for document in (report(), [{**report()[0], "retryCount": 3}], report(statusCode="3043"))
    )

    assert first == again != failed


def test_a_text_sent_in_place_of_ours_is_not_ours() -> None:
    attempt = {"attempt": str(uuid4())}

    (event,) = made().read_receipts(hook(report(replacement=True, customFields=attempt)))

    assert event.leg is None


@pytest.mark.parametrize(
    "document", [{}, [1], [{"data": None}], report(statusCode=4000), report(dateReported="gestern")]
)
def test_a_report_of_another_shape_is_unreadable(document: Any) -> None:
    with pytest.raises(HookUnreadable):
        made().read_receipts(hook(document))


def test_only_listed_sources_may_report() -> None:
    carrier = made(hook_ips=["203.0.113.7"])

    assert carrier.read_receipts(hook(report(), "203.0.113.7"))
    with pytest.raises(HookRefused):
        carrier.read_receipts(hook(report(), "203.0.113.8"))
    with pytest.raises(HookRefused):
        carrier.read_replies(hook(report(), "203.0.113.7"))


def test_while_the_address_is_changed_both_are_known() -> None:
    before, now = made(hook_secret="old"), made(hook_secret="new", hook_secret_before="old")

    assert now.hook_path_secrets[1:] == before.hook_path_secrets
    assert now.acknowledge(["M1:4000"]).status == 200


def configured(settings: Settings, base_url: str) -> None:
    options = {"api_key": KEY, "api_secret": KEY, "hook_secret": HOOK_SECRET, "base_url": base_url}
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "messaging.carriers.solapi.Solapi", "OPTIONS": options}}


def test_a_vendors_plug_speaks_to_this_machine_only_where_the_simulator_is_allowed(settings: Settings) -> None:
    configured(settings, f"{NOWHERE}/solapi")
    settings.MESSAGING_ALLOW_SIMULATOR = False

    with pytest.raises(ImproperlyConfigured, match="MESSAGING_ALLOW_SIMULATOR"):
        registry.carrier("main")

    settings.MESSAGING_ALLOW_SIMULATOR = True
    assert isinstance(registry.carrier("main"), Solapi)
    assert reaches_nobody("main")
    configured(settings, "https://api.solapi.com")
    assert isinstance(registry.carrier("main"), Solapi)
    assert not reaches_nobody("main")


# --- what no webhook brought --------------------------------------------------------------------------------------------


def news(carrier: Solapi, cursor: str = "") -> tuple[list[Any], str]:
    """Everything there is to hear now."""
    events: list[Any] = []
    for _ in range(20):
        told = carrier.poll(cursor)
        told.confirm()
        events += told.events
        if told.cursor == cursor:
            break
        cursor = told.cursor
    return events, cursor


def test_lost_reports_and_the_080_list_are_fetched(
    simulator: RunningSimulator, carrier: Solapi, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg, number = sms(), "01077772222"
    carrier.submit([leg], key=uuid4())
    simulator.control(switches=[{"number": number, "name": "refuses_080", "on": True}])
    monkeypatch.setattr(sweeping, "LAG", sweeping.LAG - sweeping.LAG)
    monkeypatch.setattr(sweeping, "PAGE", 3)

    events, cursor = news(carrier)

    receipts = [one for one in events if isinstance(one, ReceiptEvent)]
    assert {one.leg for one in receipts} >= {leg.id}
    told = {event.event_key for one in receiver.of("receipts") for event in carrier.read_receipts(one.request())}
    assert told <= {one.event_key for one in receipts}, "a webhook and the list name one event alike"
    assert [one.from_number for one in events if isinstance(one, UnsubscribeEvent)].count(number) >= 1
    assert news(carrier, cursor) == ([], cursor), "nothing is asked before ten minutes have gone by"


@pytest.mark.parametrize("body", [b"{}", b'{"messageList":7,"blackList":7}', b"null"])
def test_a_list_of_another_shape_is_an_error(body: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with answering(raw) as url, pytest.raises(OutcomeUnknown):
        Solapi(base_url=url, api_key="k", api_secret="s", hook_secret="h", timeout=0.6).poll("")


def test_one_strange_row_does_not_hide_the_others() -> None:
    rows = [{"messageId": "M1"}, report()[0]["data"], report(statusCode="3000")[0]["data"]]

    assert [event.vendor_ref for event in reading.readable(rows, reading.receipt)] == ["M1"]


def test_every_code_has_a_kind_and_a_sentence() -> None:
    assert all(reason.endswith(".") for _, _, reason in codes.CODES.values())
    assert codes.rejected("9876") == Rejected("9876", *codes.STRANGE)
    assert UUID(str(reading.attempt_of({"customFields": {"attempt": str(uuid4())}})))
