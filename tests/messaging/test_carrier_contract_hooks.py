"""What every carrier plug must do with its webhooks, its reviews and its fallback. Run against the real simulator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from messaging.carriers.base import (
    Accepted,
    HookRefused,
    HookUnreadable,
    ReceiptEvent,
    ReplyEvent,
    Reviewed,
    Unsubscribable,
    UnsubscribeEvent,
)
from tests.messaging.carriers_under_test import HARNESSES, TEMPLATE, Harness, Trial, text_of_template
from tests.messaging.legs import OFFICE, PHONE
from tests.messaging.simulator_process import Hook, Receiver, eventually, receiving, running_simulator

OTHER = "01077776666"


@dataclass
class Line:
    """A trial whose webhooks arrive at a receiver that acknowledges them as the plug says."""

    trial: Trial
    receiver: Receiver

    def receipts(self) -> list[ReceiptEvent]:
        """Every believable receipt so far, as the plug reads it."""
        return [event for hook in list(self.receiver.of("receipts")) for event in self._read(hook)]

    def refusals(self) -> int:
        """How many webhooks were not believed: by their address, or by their signature."""
        return sum(not self._read(hook) for hook in list(self.receiver.of("receipts")))

    def _read(self, hook: Hook) -> Sequence[ReceiptEvent]:
        if hook.path.split("/")[4] not in self.trial.carrier.hook_path_secrets:
            return []
        try:
            return self.trial.carrier.read_receipts(hook.request())
        except HookRefused:
            return []


@pytest.fixture(scope="module", params=HARNESSES, ids=lambda harness: harness.name)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    harness: Harness = request.param
    log = tmp_path_factory.mktemp("hooks") / "truth.jsonl"
    with receiving() as receiver, running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as simulator:
        trial = Trial.of(harness, simulator)
        receiver.answer = lambda hook: _acknowledged(trial, hook)
        yield Line(trial, receiver)


def _acknowledged(trial: Trial, hook: Hook) -> tuple[int, bytes]:
    """What the portal's view would answer."""
    try:
        keys = [event.event_key for event in _events(trial, hook)]
    except HookRefused:
        return 403, b""
    answer = trial.carrier.acknowledge(keys)
    return answer.status, answer.body


def _events(trial: Trial, hook: Hook) -> Sequence[ReceiptEvent | ReplyEvent | UnsubscribeEvent]:
    carrier, call = trial.carrier, hook.request()
    if hook.path.endswith("/replies/"):
        return carrier.read_replies(call)
    if hook.path.endswith("/unsubscribes/"):
        assert isinstance(carrier, Unsubscribable)
        return carrier.read_unsubscribes(call)
    return carrier.read_receipts(call)


@pytest.fixture
def line(shared: Line) -> Line:
    shared.trial.simulator.control(rules=[])
    shared.receiver.hooks.clear()
    return shared


def outcomes(line: Line, leg_id: object) -> list[tuple[str, str]]:
    return [(event.outcome, event.event_key) for event in line.receipts() if event.leg == leg_id]


# --- receipts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sms", "mms", "alimtalk"])
def test_a_delivery_is_reported_once_under_the_name_of_the_leg(line: Line, channel: str) -> None:
    leg = line.trial.harness.legs[channel]()

    outcome = line.trial.submit([leg], key=uuid4())[leg.id]

    assert isinstance(outcome, Accepted)
    assert eventually(lambda: bool(outcomes(line, leg.id)))
    (event,) = [event for event in line.receipts() if event.leg == leg.id]
    assert (event.outcome, event.reason_kind, event.vendor_ref) == ("delivered", "", outcome.vendor_ref)
    assert event.occurred_at.tzinfo is not None


def test_what_we_acknowledge_is_not_told_again(line: Line) -> None:
    leg = line.trial.harness.many()

    line.trial.submit([leg], key=uuid4())

    assert eventually(lambda: bool(outcomes(line, leg.id)))
    assert not eventually(lambda: len(outcomes(line, leg.id)) > 1, seconds=1)


@pytest.mark.parametrize(
    ("switch", "channel", "kind"),
    [
        ("no_such_number", "sms", "no_such_number"),
        ("no_kakao", "alimtalk", "not_on_kakao"),
        ("blocked", "alimtalk", "blocked_by_user"),
        ("off", "alimtalk", "unreachable"),
    ],
)
def test_a_failure_says_why_in_our_words(line: Line, switch: str, channel: str, kind: str) -> None:
    number = f"0104444{hash((line.trial.harness.name, switch)) % 10_000:04d}"
    leg = replace(line.trial.harness.legs[channel](), to=number)
    line.trial.simulator.control(switches=[{"number": number, "name": switch, "on": True}])

    outcome = line.trial.submit([leg], key=uuid4())[leg.id]

    if isinstance(outcome, Accepted):
        assert eventually(lambda: bool(outcomes(line, leg.id)))
        (event,) = [event for event in line.receipts() if event.leg == leg.id]
        assert (event.outcome, event.reason_kind) == ("undelivered", kind)
    else:
        assert outcome.reason_kind == kind
    shown = line.trial.simulator.phone(number)["messages"]
    assert len(shown) <= 1, "the carrier sent something by itself"


def test_a_duplicated_receipt_keeps_its_event_key(line: Line) -> None:
    leg = line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_duplicated"}])

    line.trial.submit([leg], key=uuid4())

    assert eventually(lambda: len(outcomes(line, leg.id)) >= 3)
    assert len({key for _, key in outcomes(line, leg.id)}) == 1


def test_reordered_receipts_have_keys_of_their_own(line: Line) -> None:
    leg = line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_reordered"}])

    line.trial.submit([leg], key=uuid4())

    assert eventually(lambda: len(set(outcomes(line, leg.id))) == 2)
    assert {outcome for outcome, _ in outcomes(line, leg.id)} == {"delivered", "undelivered"}
    assert len({key for _, key in outcomes(line, leg.id)}) == 2


def test_an_early_receipt_can_be_read_before_the_answer(line: Line) -> None:
    leg = line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_early"}])

    line.trial.submit([leg], key=uuid4())

    assert [outcome for outcome, _ in outcomes(line, leg.id)] == ["delivered"]


def test_a_late_receipt_waits(line: Line) -> None:
    late, prompt = replace(line.trial.harness.many(), to=OTHER), line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_late", "number": OTHER, "seconds": 1}])
    line.trial.submit([late], key=uuid4())
    line.trial.submit([prompt], key=uuid4())

    assert eventually(lambda: bool(outcomes(line, prompt.id)))
    assert not outcomes(line, late.id)
    assert eventually(lambda: bool(outcomes(line, late.id)))


def test_a_receipt_for_an_unknown_leg_is_read_but_names_none_of_ours(line: Line) -> None:
    leg = line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_unknown"}])

    line.trial.submit([leg], key=uuid4())

    assert eventually(lambda: len(line.receipts()) >= 2)
    assert sum(event.leg != leg.id for event in line.receipts()) == 1


def test_a_forged_receipt_is_not_believed(line: Line) -> None:
    leg = line.trial.harness.many()
    line.trial.simulator.control(rules=[{"fault": "receipt_forged"}])

    line.trial.submit([leg], key=uuid4())

    assert eventually(lambda: line.refusals() == 1)
    assert eventually(lambda: [outcome for outcome, _ in outcomes(line, leg.id)] == ["delivered"])


@pytest.mark.parametrize("body", [b"", b"null", b"7", b"[[]]", b'{"hooks": 7}', b"{", b"\xff\xfe", b"[" * 100_000])
def test_authentic_nonsense_is_unreadable_and_never_an_error(line: Line, body: bytes) -> None:
    leg = line.trial.harness.many()
    line.trial.submit([leg], key=uuid4())
    assert eventually(lambda: bool(line.receiver.of("receipts")))
    honest = line.receiver.of("receipts")[0].request()

    with pytest.raises((HookUnreadable, HookRefused)):  # refused where the signature covers the body
        line.trial.carrier.read_receipts(replace(honest, body=body))


# --- replies, 080, reviews ---------------------------------------------------------------------------------------------


def test_a_reply_is_read_and_acknowledged(line: Line) -> None:
    if not line.trial.carrier.capabilities.replies:
        return
    leg = replace(line.trial.harness.legs["sms"](), to=PHONE)
    line.trial.submit([leg], key=uuid4())
    line.trial.simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1 900101\n네"}])

    assert eventually(lambda: bool(line.receiver.of("replies")))
    (event,) = line.trial.carrier.read_replies(line.receiver.of("replies")[0].request())
    assert (event.from_number, event.to_number, event.text) == (PHONE, OFFICE, "1 900101\n네")
    assert not eventually(lambda: len(line.receiver.of("replies")) > 1, seconds=1)


def test_a_tripled_reply_keeps_its_event_key(line: Line) -> None:
    if not line.trial.carrier.capabilities.replies:
        return
    line.trial.submit([replace(line.trial.harness.legs["sms"](), to=PHONE)], key=uuid4())
    line.trial.simulator.control(rules=[{"fault": "reply_tripled"}])
    line.trial.simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])

    assert eventually(lambda: len(line.receiver.of("replies")) == 3)
    keys = {
        event.event_key
        for hook in line.receiver.of("replies")
        for event in line.trial.carrier.read_replies(hook.request())
    }
    assert len(keys) == 1


def test_a_call_to_the_free_line_is_told(line: Line) -> None:
    carrier = line.trial.carrier
    if not isinstance(carrier, Unsubscribable):
        return
    line.trial.submit([line.trial.harness.legs["sms"]()], key=uuid4())
    line.trial.simulator.control(switches=[{"number": OTHER, "name": "refuses_080", "on": True}])

    assert eventually(lambda: bool(line.receiver.of("unsubscribes")))
    (event,) = carrier.read_unsubscribes(line.receiver.of("unsubscribes")[0].request())
    assert event.from_number == OTHER
    line.trial.simulator.control(switches=[{"number": OTHER, "name": "refuses_080", "on": False}])


def test_a_wording_passes_its_review_or_comes_back_with_a_reason(line: Line) -> None:
    carrier = line.trial.carrier
    if not isinstance(carrier, Reviewed):
        return
    good, bad = replace(TEMPLATE, code="contract.good"), replace(TEMPLATE, code="contract.bad", body="반려될 글")

    assert carrier.submit_template(good).state in ("submitted", "approved")
    carrier.submit_template(bad)

    assert eventually(lambda: _state(line, good.code) == "approved")
    assert eventually(lambda: _state(line, bad.code) == "rejected")
    found = carrier.read_template(bad.code)
    assert found is not None
    assert found.comments
    assert carrier.read_template("contract.none") is None


def test_a_template_nobody_approved_is_refused(line: Line) -> None:
    if not isinstance(line.trial.carrier, Reviewed):
        return
    leg = replace(text_of_template(), template_code="contract.none")

    outcome = line.trial.submit([leg], key=uuid4())[leg.id]

    assert not isinstance(outcome, Accepted)
    assert outcome.reason_kind == "template"


def _state(line: Line, code: str) -> str:
    assert isinstance(line.trial.carrier, Reviewed)
    found = line.trial.carrier.read_template(code)
    return found.state if found else ""
