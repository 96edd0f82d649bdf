"""What every carrier plug must do, whatever the other side does. Run against the real simulator process over HTTP."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from uuid import uuid4

import pytest

from messaging.carriers.base import (
    Accepted,
    Carrier,
    CarrierError,
    Misconfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from messaging.simulator import audit
from tests.messaging.carriers_under_test import HARNESSES, Harness, Trial
from tests.messaging.legs import OFFICE
from tests.messaging.simulator_process import NOWHERE, RunningSimulator, answering, eventually, running_simulator


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Harness], Trial]]:
    """One simulator for each plug, started when first wanted and kept: tests come in any order."""
    made: dict[str, Trial] = {}
    with ExitStack() as running:

        def trial_of(harness: Harness) -> Trial:
            if harness.name not in made:
                log = tmp_path_factory.mktemp("carrier") / "truth.jsonl"
                simulator = running.enter_context(running_simulator(log, "--sender", OFFICE))
                made[harness.name] = Trial.of(harness, simulator)
            return made[harness.name]

        yield trial_of


@pytest.fixture(params=HARNESSES, ids=str)
def harness(request: pytest.FixtureRequest) -> Harness:
    found: Harness = request.param
    return found


@pytest.fixture
def shared(harness: Harness, trials: Callable[[Harness], Trial]) -> Trial:
    return trials(harness)


@pytest.fixture
def simulator(shared: Trial) -> RunningSimulator:
    return shared.simulator


@pytest.fixture
def trial(shared: Trial) -> Trial:
    shared.simulator.control(rules=[])
    return shared


# --- taking and refusing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sms", "lms", "mms", "alimtalk"])
def test_every_channel_is_accepted_once_and_named(trial: Trial, channel: str) -> None:
    leg = trial.harness.legs[channel]()

    outcome = trial.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Accepted)
    assert outcome.vendor_ref
    assert trial.taken(leg) == 1
    (event,) = [event for event in trial.simulator.truth() if event["leg"] == str(leg.id)]
    assert (event["channel"], event["number"], event["text"]) == (channel, leg.to, leg.text)


def test_a_repeated_call_is_never_a_second_delivery(trial: Trial) -> None:
    if trial.carrier.capabilities.outcome == "group":
        return  # a repeat is another group: the drain asks the remembered one and never repeats
    legs, key = [trial.harness.many() for _ in range(trial.batch_of(3))], uuid4()
    first = trial.submit(legs, key=key)

    try:
        second = trial.submit(legs, key=key)
    except OutcomeUnknown:
        second = {}  # asked about next; NotSent would send it again

    assert all(isinstance(outcome, Accepted) for outcome in (*first.values(), *second.values()))
    assert [trial.taken(leg) for leg in legs] == [1] * len(legs)
    found = trial.look_up(legs, key=key)
    assert all(isinstance(found[leg.id], Accepted) for leg in legs) or trial.carrier.capabilities.outcome == "key"


@pytest.mark.parametrize(
    ("harness", "code"), [(one, code) for one in HARNESSES for code in one.wrong], indirect=["harness"], ids=str
)
def test_what_is_wrong_is_refused_with_its_code_and_a_korean_reason(trial: Trial, code: str) -> None:
    leg = replace(trial.harness.wrong[code], id=uuid4())

    outcome = trial.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert outcome.reason_kind
    assert any("가" <= letter <= "힣" for letter in outcome.reason)
    assert trial.taken(leg) == 0


def test_one_bad_leg_does_not_stop_the_others(trial: Trial) -> None:
    good, bad = trial.harness.many(), replace(trial.harness.many(), to="15771577")
    if trial.batch_of(2) < 2:
        return  # one leg a call: there are no others

    outcomes = trial.submit([bad, good], key=uuid4())

    assert isinstance(outcomes[good.id], Accepted)
    assert isinstance(outcomes[bad.id], Rejected)


# --- faults: which error, and was it taken? ----------------------------------------------------------------------------

WAITING = {"hang_before", "hang_after", "slow"}
FAULTS = [
    ("hang_before", OutcomeUnknown, False),
    ("reset_before", OutcomeUnknown, False),
    ("error_before", OutcomeUnknown, False),
    ("hang_after", OutcomeUnknown, True),
    ("reset_after", OutcomeUnknown, True),
    ("error_after", OutcomeUnknown, True),
    ("garbage", OutcomeUnknown, True),
    ("wrong_types", OutcomeUnknown, True),
    ("huge", OutcomeUnknown, True),
    ("slow", OutcomeUnknown, True),
    ("unauthorized", Misconfigured, False),
    ("balance_gone", Misconfigured, False),
    ("rate_limit", RateLimited, False),
]


@pytest.mark.parametrize(("fault", "error", "was_taken"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_named_rightly_and_the_truth_can_be_learnt(
    trial: Trial, fault: str, error: type[CarrierError], was_taken: bool
) -> None:
    leg, key, error = trial.harness.many(), uuid4(), trial.harness.errors.get(fault, error)
    trial.simulator.control(rules=[trial.harness.rule(fault)])

    with pytest.raises(error) as raised:
        trial.submit([leg], key=key, impatient=fault in WAITING)

    assert raised.type is error
    assert trial.taken(leg) == was_taken
    assert any(event["fault"] == fault for event in trial.simulator.truth("fault"))
    if trial.carrier.capabilities.outcome == "key":  # a repeat is how it is asked
        assert isinstance(trial.submit([leg], key=key)[leg.id], Accepted)
        assert trial.taken(leg) == 1
        return
    assert isinstance(trial.look_up([leg], key=key)[leg.id], Accepted if was_taken else NotFound)


@pytest.mark.parametrize("fault", [row[0] for row in FAULTS])
def test_a_look_up_that_fails_proves_nothing(trial: Trial, fault: str) -> None:
    leg, key = trial.harness.many(), uuid4()
    trial.submit([leg], key=key)
    trial.simulator.control(rules=[{"fault": fault, "method": trial.harness.asks_with, "times": 1}])

    with pytest.raises((OutcomeUnknown, NotSent)):
        trial.look_up([leg], key=key, impatient=fault in WAITING)

    assert isinstance(trial.look_up([leg], key=key)[leg.id], Accepted)


@pytest.mark.parametrize(("given", "waits"), [(2, 2.0), (None, 5.0), (86_400, 300.0)])
def test_too_many_requests_says_how_long_to_wait(trial: Trial, given: int | None, waits: float) -> None:
    trial.simulator.control(rules=[trial.harness.rule("rate_limit", retry_after=given)])

    with pytest.raises(RateLimited) as raised:
        trial.submit([trial.harness.many()], key=uuid4())

    assert raised.value.retry_after == waits


def test_a_partial_refusal_is_a_result_per_leg(trial: Trial) -> None:
    legs, key = [trial.harness.many() for _ in range(trial.batch_of(20))], uuid4()
    trial.simulator.control(rules=[trial.harness.rule("partial_refusal", share=0.5 if len(legs) > 1 else 1.0)])

    outcomes = trial.submit(legs, key=key)

    refused = [leg for leg in legs if isinstance(outcomes[leg.id], Rejected)]
    assert 0 < len(refused) < max(len(legs), 2)
    assert [trial.taken(leg) for leg in legs] == [leg not in refused for leg in legs]


def test_a_lagging_look_up_says_not_found_before_it_says_accepted(trial: Trial) -> None:
    leg, key = trial.harness.many(), uuid4()
    trial.simulator.control(rules=[trial.harness.rule("look_up_lag", seconds=1.5)])
    trial.submit([leg], key=key)

    early = trial.look_up([leg], key=key)[leg.id]

    assert not isinstance(early, Rejected)
    assert eventually(lambda: isinstance(trial.look_up([leg], key=key)[leg.id], Accepted))


def test_a_forgotten_key_is_why_we_ask_before_sending_again(trial: Trial) -> None:
    if not trial.harness.forgets_keys:
        return
    leg, key = trial.harness.many(), uuid4()
    trial.simulator.control(rules=[trial.harness.rule("forget_key")])
    trial.submit([leg], key=key)

    found = trial.look_up([leg], key=key)[leg.id]
    trial.submit([leg], key=key)

    assert isinstance(found, Accepted)
    assert trial.taken(leg) == 2
    assert str(leg.id) in audit.verdict(trial.simulator.log, None)["doubled"]


def test_a_carrier_whose_clock_differs_is_still_understood(trial: Trial) -> None:
    leg = trial.harness.many()
    trial.simulator.control(rules=[trial.harness.rule("clock_skewed", seconds=3600)])

    assert isinstance(trial.submit([leg], key=uuid4())[leg.id], Accepted)


def test_nobody_listening_means_not_sent(harness: Harness) -> None:
    carrier = harness.build(NOWHERE, timeout=0.6)

    with pytest.raises(NotSent):
        carrier.submit([harness.many()], key=uuid4())


def test_a_wrong_key_pauses_the_carrier(harness: Harness, simulator: RunningSimulator) -> None:
    carrier = harness.build(simulator.url, key="wrong")

    with pytest.raises(Misconfigured) as raised:
        carrier.submit([harness.many()], key=uuid4())

    assert raised.value.permanent


STRANGE = {
    "302": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "418": b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n",
    "nothing": b"",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"legs":',
    "no legs": b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"legs":[]}',
    "a number": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7",
    "null": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
    "deep": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
    "not http": b"SMTP ready\r\n\r\n",
}


@pytest.mark.parametrize("raw", STRANGE.values(), ids=STRANGE)
def test_anything_undocumented_is_an_unknown_outcome(harness: Harness, raw: bytes) -> None:
    with answering(raw) as url:
        carrier: Carrier = harness.build(url, timeout=0.6)

        with pytest.raises(harness.unsure_start):
            carrier.submit([harness.many()], key=uuid4())


def test_a_dribbling_answer_is_cut_off_in_time(trial: Trial) -> None:
    trial.simulator.control(rules=[trial.harness.rule("slow", seconds=0.3)])
    start = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        trial.submit([trial.harness.many()], key=uuid4(), impatient=True)

    assert time.monotonic() - start < 15
