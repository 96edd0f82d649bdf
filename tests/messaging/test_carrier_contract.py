"""What every carrier plug must do, whatever the other side does. Run against the real simulator process over HTTP."""

import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from messaging.carriers.base import (
    Accepted,
    Button,
    Carrier,
    Leg,
    Misconfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from messaging.carriers.simulator import CAPABILITIES, CODES, Simulator
from messaging.simulator import audit, signing
from messaging.simulator.orders import MAX_LEGS, REASONS
from tests.messaging.legs import OFFICE, alimtalk, asked, jpeg, mms, sms
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    NOWHERE,
    RunningSimulator,
    answering,
    eventually,
    running_simulator,
)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("carrier") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE) as running:
        yield running


@pytest.fixture(scope="module")
def plug(simulator: RunningSimulator) -> Carrier:
    return simulator.adapter()


@pytest.fixture(scope="module")
def impatient(simulator: RunningSimulator) -> Carrier:
    """The same plug with no time to lose, for faults that are a matter of waiting."""
    return simulator.adapter(timeout=0.6)


@pytest.fixture
def carrier(plug: Carrier, simulator: RunningSimulator) -> Carrier:
    simulator.control(rules=[])
    return plug


def taken(simulator: RunningSimulator, leg: UUID) -> int:
    return sum(event["leg"] == str(leg) for event in simulator.truth())


# --- taking and refusing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leg",
    [sms(), replace(sms(), channel="lms", title="안내", text="가" * 1000), mms(jpeg(1000, 1000), jpeg()), alimtalk()],
    ids=["sms", "lms", "mms", "alimtalk"],
)
def test_every_channel_is_accepted_once_and_named(carrier: Carrier, simulator: RunningSimulator, leg: Leg) -> None:
    outcomes = carrier.submit([leg], key=uuid4())

    outcome = outcomes[leg.id]
    assert isinstance(outcome, Accepted)
    assert outcome.vendor_ref
    assert taken(simulator, leg.id) == 1


def test_the_same_key_again_gets_the_first_answers_and_no_second_delivery(
    carrier: Carrier, simulator: RunningSimulator
) -> None:
    legs, key = [sms(), sms(to="0212345678"), sms()], uuid4()

    first = carrier.submit(legs, key=key)
    second = carrier.submit(legs, key=key)

    assert first == second
    assert [taken(simulator, leg.id) for leg in legs] == [1, 0, 1]


def test_the_same_key_for_another_text_is_asked_about_and_never_delivered(
    carrier: Carrier, simulator: RunningSimulator
) -> None:
    leg, key = sms(), uuid4()
    carrier.submit([leg], key=key)

    with pytest.raises(OutcomeUnknown):
        carrier.submit([replace(leg, text="다른 글")], key=key)

    assert taken(simulator, leg.id) == 1


WRONG = {
    "2001": sms(to="0212345678"),
    "2002": replace(sms(), sender="0299999999"),
    "2101": sms(text="  "),
    "2102": sms(text="가" * 46),
    "2103": replace(sms(), channel="lms", title="가" * 21),
    "2104": sms(text="이모지 🙂"),
    "2105": replace(sms(), channel="mms"),
    "2106": mms(jpeg(progressive=True)),
    "2107": mms(jpeg() + b"0" * 200_000),
    "2108": mms(jpeg(1001, 10)),
    "2109": mms(*[jpeg(10 + n, 10) for n in range(4)]),
    "2201": replace(alimtalk(), template_code=""),
    "2202": replace(alimtalk(), text="가" * 1001),
    "2203": replace(alimtalk(), buttons=(Button("열기", "javascript:alert(1)"),)),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_refused_with_its_code_and_a_korean_reason(
    carrier: Carrier, simulator: RunningSimulator, code: str
) -> None:
    leg = replace(WRONG[code], id=uuid4())

    outcome = carrier.submit([leg], key=uuid4())[leg.id]

    kind, is_permanent, reason = CODES[code]
    assert outcome == Rejected(code, kind, is_permanent, reason)
    assert taken(simulator, leg.id) == 0


@pytest.mark.parametrize("picture", [jpeg(mode="CMYK"), jpeg(form="PNG"), b"\xff\xd8\xff", b"%PDF-1.7"])
def test_only_baseline_jpegs_are_taken(carrier: Carrier, picture: bytes) -> None:
    leg = mms(picture)

    outcome = carrier.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Rejected)
    assert outcome.code == "2106"


def test_both_readings_of_the_document_agree() -> None:
    assert set(REASONS) == set(CODES)
    assert CAPABILITIES.batch_sizes["sms"] == MAX_LEGS
    assert (
        signing.path_secret(HOOK_SECRET)
        == Simulator(base_url=NOWHERE, key=KEY, hook_secret=HOOK_SECRET).hook_path_secrets[0]
    )


def test_one_bad_leg_does_not_stop_the_others(carrier: Carrier) -> None:
    good, bad = sms(), sms(to="15771577")

    outcomes = carrier.submit([bad, good], key=uuid4())

    assert isinstance(outcomes[good.id], Accepted)
    assert isinstance(outcomes[bad.id], Rejected)


def test_a_batch_too_large_is_refused_whole(carrier: Carrier, simulator: RunningSimulator) -> None:
    legs = [sms() for _ in range(CAPABILITIES.batch_sizes["sms"] + 1)]

    with pytest.raises(NotSent):
        carrier.submit(legs, key=uuid4())

    assert not any(event["leg"] == str(legs[0].id) for event in simulator.truth())


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
    ("rate_limit", RateLimited, False),
]


@pytest.mark.parametrize(("fault", "error", "was_taken"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_named_rightly_and_the_look_up_tells_the_truth(
    carrier: Carrier,
    impatient: Carrier,
    simulator: RunningSimulator,
    fault: str,
    error: type[Exception],
    was_taken: bool,
) -> None:
    leg, key = sms(), uuid4()
    simulator.control(rules=[{"fault": fault, "times": 1}])

    with pytest.raises(error) as raised:
        (impatient if fault in WAITING else carrier).submit([leg], key=key)

    assert raised.type is error
    assert taken(simulator, leg.id) == was_taken
    found = carrier.look_up(asked([leg], key=key))[leg.id]
    assert isinstance(found, Accepted if was_taken else NotFound)
    assert any(event["fault"] == fault and event["key"] == str(key) for event in simulator.truth("fault"))


@pytest.mark.parametrize(("fault", "error", "was_taken"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_look_up_that_fails_proves_nothing(
    carrier: Carrier,
    impatient: Carrier,
    simulator: RunningSimulator,
    fault: str,
    error: type[Exception],
    was_taken: bool,
) -> None:
    leg, key = sms(), uuid4()
    carrier.submit([leg], key=key)
    simulator.control(rules=[{"fault": fault, "method": "GET", "times": 1}])

    with pytest.raises((OutcomeUnknown, NotSent)):
        (impatient if fault in WAITING else carrier).look_up(asked([leg], key=key))

    assert isinstance(carrier.look_up(asked([leg], key=key))[leg.id], Accepted)


@pytest.mark.parametrize(("given", "waits"), [(2, 2.0), (None, 5.0), (86_400, 300.0)])
def test_too_many_requests_says_how_long_to_wait(
    carrier: Carrier, simulator: RunningSimulator, given: int | None, waits: float
) -> None:
    simulator.control(rules=[{"fault": "rate_limit", "retry_after": given, "times": 1}])

    with pytest.raises(RateLimited) as raised:
        carrier.submit([sms()], key=uuid4())

    assert raised.value.retry_after == waits


def test_a_partial_refusal_is_a_result_per_leg_and_stays_the_same(
    carrier: Carrier, simulator: RunningSimulator
) -> None:
    legs, key = [sms() for _ in range(20)], uuid4()
    simulator.control(rules=[{"fault": "partial_refusal", "share": 0.5, "times": 1}])

    outcomes = carrier.submit(legs, key=key)

    refused = [leg for leg in legs if isinstance(outcomes[leg.id], Rejected)]
    assert 0 < len(refused) < 20
    assert [taken(simulator, leg.id) for leg in legs] == [leg not in refused for leg in legs]
    assert carrier.look_up(asked(legs, key=key)) == outcomes


def test_a_lagging_look_up_says_not_found_before_it_says_accepted(
    carrier: Carrier, simulator: RunningSimulator
) -> None:
    leg, key = sms(), uuid4()
    simulator.control(rules=[{"fault": "look_up_lag", "seconds": 1.5}])
    carrier.submit([leg], key=key)

    early = carrier.look_up(asked([leg], key=key))[leg.id]

    assert early == NotFound()
    assert eventually(lambda: isinstance(carrier.look_up(asked([leg], key=key))[leg.id], Accepted))


def test_a_forgotten_key_is_why_we_ask_before_sending_again(carrier: Carrier, simulator: RunningSimulator) -> None:
    leg, key = sms(), uuid4()
    simulator.control(rules=[{"fault": "forget_key"}])
    carrier.submit([leg], key=key)

    found = carrier.look_up(asked([leg], key=key))[leg.id]
    carrier.submit([leg], key=key)

    assert isinstance(found, Accepted)
    assert taken(simulator, leg.id) == 2
    assert str(leg.id) in audit.verdict(simulator.log, None)["doubled"]


def test_nobody_listening_means_not_sent() -> None:
    carrier = Simulator(base_url=NOWHERE, key=KEY, hook_secret=HOOK_SECRET, timeout=0.6)

    with pytest.raises(NotSent):
        carrier.submit([sms()], key=uuid4())


def test_a_wrong_key_pauses_the_carrier(simulator: RunningSimulator) -> None:
    carrier = Simulator(base_url=simulator.url, key="wrong", hook_secret=HOOK_SECRET)

    with pytest.raises(Misconfigured) as raised:
        carrier.submit([sms()], key=uuid4())

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
    "null": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
    "deep": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
    "not http": b"SMTP ready\r\n\r\n",
}


@pytest.mark.parametrize("raw", STRANGE.values(), ids=STRANGE)
def test_anything_undocumented_is_an_unknown_outcome(raw: bytes) -> None:
    with answering(raw) as url:
        carrier = Simulator(base_url=url, key=KEY, hook_secret=HOOK_SECRET, timeout=0.6)

        with pytest.raises(OutcomeUnknown):
            carrier.submit([sms()], key=uuid4())


def test_a_dribbling_answer_is_cut_off_in_time(
    carrier: Carrier, impatient: Carrier, simulator: RunningSimulator
) -> None:
    simulator.control(rules=[{"fault": "slow", "seconds": 0.05}])
    start = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        impatient.submit([sms()], key=uuid4())

    assert time.monotonic() - start < 3
