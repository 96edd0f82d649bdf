"""The vendor's own client at our simulator, and what our plug fetches from it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from bizgo import Bizgo as TheirClient
from bizgo import RateLimitError
from bizgo.models import Destination, SmsFlowItem, SmsMessage

from messaging.carriers.bizgo import Bizgo
from tests.messaging.legs import OFFICE, PHONE, sms
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    RunningSimulator,
    eventually,
    receiving,
    running_simulator,
)

# --- their client against our simulator -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("bizgo") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, "--polled", "bizgo") as running:
        yield running


@pytest.fixture(scope="module")
def theirs(simulator: RunningSimulator) -> Iterator[TheirClient]:
    client = TheirClient(api_key=KEY, base_url=f"{simulator.url}/bizgo", rate_limit=None, max_retries=0)
    with client:
        yield client


def test_their_client_sends_and_reads_reports_at_our_simulator(
    theirs: TheirClient, simulator: RunningSimulator
) -> None:
    sent = theirs.send.sms(to=PHONE, from_=OFFICE, text="[새빛구] 안내", ref="their-1", idempotency_key="their-key")
    again = theirs.send.sms(to=PHONE, from_=OFFICE, text="[새빛구] 안내", ref="their-1", idempotency_key="their-key")

    assert len(sent.succeeded) == 1
    assert len(again.duplicates) == 1
    reports: list[Any] = []
    assert eventually(lambda: theirs.reports.consume(reports.extend) > 0)
    told = [(one.msg_key, one.report_code) for one in reports if one.ref == "their-1"]
    assert told == [(sent.msg_keys[0], "10000")]
    assert theirs.messages.status(sent.msg_keys[0])[0].response_code == "A000"


def test_their_client_reads_a_citizens_text_from_our_simulator(
    theirs: TheirClient, simulator: RunningSimulator
) -> None:
    theirs.send.sms(to=PHONE, from_=OFFICE, text="답장해 주세요.")
    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1 동의"}])

    page = theirs.messages.mo_history(datetime.now(UTC) - timedelta(minutes=5))

    assert (PHONE, "1 동의") in [(one.originator, one.content) for one in page.messages]


def test_their_client_is_told_of_too_many_inside_a_200(theirs: TheirClient, simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "rate_limit", "path": "/bizgo", "times": 1}])

    with pytest.raises(RateLimitError):
        theirs.send.sms(to=PHONE, from_=OFFICE, text="안내")


def test_their_request_model_and_ours_reach_the_same_handset(theirs: TheirClient, simulator: RunningSimulator) -> None:
    number = "01048279999"
    theirs.send.omni(
        to=[Destination(to=number, replace_words={"b": "그들의 말"})],
        messages=[SmsFlowItem(sms=SmsMessage(from_=OFFICE, text="#{b}"))],
    )
    ours = Bizgo(base_url=f"{simulator.url}/bizgo", api_key=KEY, hook_secret=HOOK_SECRET)
    ours.submit([sms(to=number, text="우리의 말")], key=uuid4())

    assert [one["text"] for one in simulator.phone(number)["messages"]] == ["그들의 말", "우리의 말"]


# --- our plug fetching from our simulator -----------------------------------------------------------------------------


def test_polled_reports_come_again_until_they_are_confirmed(simulator: RunningSimulator) -> None:
    plug = Bizgo(base_url=f"{simulator.url}/bizgo", api_key=KEY, hook_secret=HOOK_SECRET, receipts="poll")
    leg = sms()
    plug.submit([leg], key=uuid4())
    seen: list[Any] = []

    def told() -> bool:
        news = plug.poll(json.dumps({"began": datetime.now(UTC).isoformat()}))
        seen.append(news)
        return any(getattr(event, "leg", None) == leg.id for event in news.events)

    assert eventually(told)
    again = plug.poll("{}")
    assert [event.event_key for event in again.events] == [event.event_key for event in seen[-1].events]
    again.confirm()
    assert not any(getattr(event, "leg", None) == leg.id for event in plug.poll("{}").events)


def test_texts_a_webhook_missed_are_found_in_the_history(simulator: RunningSimulator) -> None:
    plug = Bizgo(base_url=f"{simulator.url}/bizgo", api_key=KEY, hook_secret=HOOK_SECRET)
    plug.submit([sms()], key=uuid4())
    [name] = simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "놓친 글"}])["replies"]

    first = plug.poll("")
    second = plug.poll(first.cursor)

    assert f"{name}/MO" in {event.event_key for event in first.events}
    assert (second.events, second.cursor) == ((), first.cursor)  # the next round is in a quarter of an hour


def test_replies_reach_our_webhook_signed_as_they_say(tmp_path: Any) -> None:
    with receiving() as receiver, running_simulator(tmp_path / "log", hooks=receiver.url) as simulator:
        plug = Bizgo(base_url=f"{simulator.url}/bizgo", api_key=KEY, hook_secret=HOOK_SECRET)
        plug.submit([sms()], key=uuid4())
        simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])
        assert eventually(lambda: bool(receiver.of("replies")))

        [event] = plug.read_replies(receiver.of("replies")[0].request())

    assert (event.from_number, event.text) == (PHONE, "1")
