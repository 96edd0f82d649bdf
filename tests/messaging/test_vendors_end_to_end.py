"""From a queued message to the handset and back, through each vendor's plug: the real drain, the real webhook."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from messaging import delivery, receiving, reconciling, services, topics
from messaging.carriers import registry
from messaging.carriers.base import Carrier, Unsubscribable
from messaging.models import Attempt, Dispatch, Message, OptOut, Receipt, Reply, SenderNumber, TemplateVersion
from portal.core import clock
from tests.messaging import making
from tests.messaging.legs import jpeg
from tests.messaging.making import age, certify, leg_of, make_template, status_of
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, eventually, running_simulator

PHONE, OTHER = "01012345678", "01055556666"
SENDER_KEY = "s" * 40


def queue(key: str = "one", **changes: Any) -> Message:
    """A message written down together with what caused it."""
    with transaction.atomic():
        return making.queue(key, **changes)


def _bizgo(url: str) -> Mapping[str, Any]:
    options = {"base_url": f"{url}/bizgo", "api_key": KEY, "sender_key": SENDER_KEY, "hook_secret": HOOK_SECRET}
    return {"BACKEND": "messaging.carriers.bizgo.Bizgo", "OPTIONS": options}


def _nhn(url: str) -> Mapping[str, Any]:
    options = {
        "sms_app_key": KEY,
        "sms_secret_key": KEY,
        "talk_app_key": KEY,
        "talk_secret_key": KEY,
        "sender_key": SENDER_KEY,
        "hook_secret": HOOK_SECRET,
        "sms_base_url": f"{url}/nhn",
        "talk_base_url": f"{url}/nhn",
    }
    return {"BACKEND": "messaging.carriers.nhn.Nhn", "OPTIONS": options}


def _solapi(url: str) -> Mapping[str, Any]:
    options = {
        "base_url": f"{url}/solapi",
        "api_key": KEY,
        "api_secret": KEY,
        "channel_id": "KA01PF260101000000000simulator",
        "hook_secret": HOOK_SECRET,
    }
    return {"BACKEND": "messaging.carriers.solapi.Solapi", "OPTIONS": options}


@dataclass(frozen=True)
class Vendor:
    """One vendor: its settings, and the call of its dialect that sends."""

    name: str
    entry: Callable[[str], Mapping[str, Any]]
    sending: Mapping[str, Any]


VENDORS = (
    Vendor("bizgo", _bizgo, {"path": "/bizgo/api/comm/v1/send/omni"}),
    Vendor("nhn", _nhn, {"path": "/nhn/sms/v3.0/"}),
    Vendor("solapi", _solapi, {"path": "/solapi/messages/v4/groups", "nth": 2}),
)


@dataclass
class Line:
    """A portal that listens, and the vendor's end of the line."""

    vendor: Vendor
    simulator: RunningSimulator
    carrier: Carrier
    office: str

    def drain(self) -> int:
        return delivery.drain(seconds=20)

    def comes_true(self, claim: Callable[[], bool], *, seconds: float = 60) -> bool:
        """True as soon as the claim holds, handling meanwhile what the webhooks brought."""

        def handled() -> bool:
            receiving.handle_pending(now=clock.now())
            return claim()

        return eventually(handled, seconds=seconds)

    def shown(self, number: str = PHONE) -> list[tuple[str, str]]:
        """What the handset shows, as its citizen sees it."""
        messages = self.simulator.phone(number)["messages"]
        return [(one["channel"], one["text"]) for one in messages if one["status"] == "delivered"]


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def line(
    request: pytest.FixtureRequest,
    transactional_db: None,
    office: None,
    daytime: None,
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
) -> Iterator[Line]:
    vendor: Vendor = request.param
    sender = SenderNumber.objects.get().number
    with running_simulator(tmp_path / "truth.jsonl", "--sender", sender, hooks=live_server.url) as simulator:
        settings.STATE_DIR = tmp_path  # each test has a database of its own age
        settings.MESSAGING_CARRIERS = {"main": vendor.entry(simulator.url)}
        certify("main")
        yield Line(vendor, simulator, registry.carrier("main"), sender)


def test_each_text_reaches_its_own_reader_once_and_its_receipt_comes_home(line: Line) -> None:
    line.simulator.control(switches=[{"number": OTHER, "name": "no_such_number", "on": True}])
    line.simulator.control(rules=[{"fault": "receipt_forged", "times": 1}])
    make_template()
    numbers = [f"0109000{n:04d}" for n in range(6)]
    messages = [queue(one, to=f"+82{one[1:]}", context={"이름": f"시민{one[-4:]}"}) for one in numbers]
    lost = queue("lost", to=f"+82{OTHER[1:]}")

    assert line.drain() == 7

    assert all(leg_of(one).vendor_ref for one in messages)
    assert line.comes_true(lambda: all(status_of(one) == "delivered" for one in messages))
    assert line.comes_true(lambda: leg_of(lost).reason_kind == "no_such_number")
    for number in numbers:
        ((channel, text),) = line.shown(number)
        assert (channel, f"시민{number[-4:]}" in text) == ("sms", True)
    assert Receipt.objects.count() == 7  # the forged one is none


def test_a_lost_answer_is_asked_about_and_nobody_reads_twice(line: Line) -> None:
    line.simulator.control(rules=[{"fault": "reset_after", "times": 1, **line.vendor.sending}])
    make_template()
    message = queue()
    line.drain()
    assert leg_of(message).status in ("unknown", "delivered")  # the receipt may be faster than we look

    age(Dispatch.objects.all(), timedelta(minutes=5))
    reconciling.reconcile()

    assert leg_of(message).status in ("accepted", "delivered")
    assert line.comes_true(lambda: status_of(message) == "delivered")
    assert len(line.shown()) == 1
    assert len(line.simulator.truth()) == 1


def test_a_call_cut_before_it_was_taken_is_sent_again_and_arrives_once(line: Line) -> None:
    line.simulator.control(rules=[{"fault": "reset_before", "times": 1, **line.vendor.sending}])
    make_template()
    message = queue()
    line.drain()
    assert leg_of(message).status == "unknown"

    for _ in range(4):
        age(Dispatch.objects.all(), timedelta(minutes=5))
        reconciling.reconcile()
        Attempt.objects.filter(status="queued").update(due_at=clock.now() - timedelta(minutes=1))
        line.drain()

    assert line.comes_true(lambda: status_of(message) == "delivered")
    assert len(line.simulator.truth()) == 1


def test_an_alimtalk_arrives_as_a_card_and_where_it_cannot_one_text_follows(line: Line) -> None:
    version = make_template(route="alimtalk_then_text", buttons=[{"label": "보기", "url": "#{주소}"}])
    _review(version)
    line.simulator.control(switches=[{"number": OTHER, "name": "no_kakao", "on": True}])
    links = {"주소": "https://localhost/c/x/"}
    card, text = queue(buttons_context=links), queue("text", to=f"+82{OTHER[1:]}", buttons_context=links)

    line.drain()
    assert line.comes_true(lambda: Attempt.objects.filter(message=text, ordinal=2).exists())
    Attempt.objects.filter(ordinal=2).update(due_at=clock.now() - timedelta(minutes=1))
    line.drain()

    assert line.comes_true(lambda: {status_of(card), status_of(text)} == {"delivered"})
    (shown,) = line.simulator.phone(PHONE)["messages"]
    assert (shown["channel"], shown["text"]) == ("alimtalk", card.body)
    assert [(one["label"], one["url"]) for one in shown["buttons"]] == [("보기", "https://localhost/c/x/")]
    assert [channel for channel, _ in line.shown(OTHER)] == ["sms"]
    assert len([event for event in line.simulator.truth() if event["number"] == OTHER]) <= 2


def test_pictures_go_ahead_and_arrive_in_the_message_that_names_them(line: Line, handlers: None) -> None:
    pages = {f"test:{width}": jpeg(width, 40) for width in (60, 70)[: line.carrier.capabilities.mms.max_images]}
    topics.image_source("test")(lambda handle, message: pages[handle])
    make_template(route="mms")
    images = [services.ImageRef(handle, sha256(page).hexdigest(), 60, 40, len(page)) for handle, page in pages.items()]
    message = queue(images=images)

    line.drain()

    assert line.comes_true(lambda: status_of(message) == "delivered")
    (shown,) = line.simulator.phone(PHONE)["messages"]
    assert shown["channel"] == "mms"
    assert set(shown["images"]) == {sha256(page).hexdigest() for page in pages.values()}


def test_replies_and_refusals_come_home_once_where_the_vendor_brings_them(line: Line) -> None:
    make_template()
    queue()
    line.drain()
    line.simulator.control(rules=[{"fault": "reply_tripled"}])
    brings = line.carrier.capabilities.replies
    tells = isinstance(line.carrier, Unsubscribable)

    line.simulator.control(replies=[{"from": PHONE, "to": line.office, "text": "잘 받았습니다"}])
    line.simulator.control(switches=[{"number": OTHER, "name": "refuses_080", "on": True}])

    assert line.comes_true(lambda: Reply.objects.count() == brings)
    assert [one.text for one in Reply.objects.all()] == ["잘 받았습니다"] * brings
    assert line.comes_true(lambda: OptOut.objects.filter(source="080").count() == tells)
    assert not line.comes_true(lambda: Reply.objects.count() > 1, seconds=1)


def _review(version: TemplateVersion) -> None:
    """The wording passes the vendor's review, as the hourly task has it reviewed and reads about it."""

    def is_approved() -> bool:
        services.sync_templates(now=clock.now())
        return version.reviews.filter(carrier="main", state="approved").exists()

    assert eventually(is_approved)
