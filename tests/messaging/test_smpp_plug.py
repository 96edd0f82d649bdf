"""The SMPP plug against an SMSC that is not ours, over TCP, without a database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
    HookRefused,
    HookRequest,
    Leg,
    NotSent,
    Outcome,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StillUnknown,
)
from messaging.carriers.smpp import Smpp
from tests.messaging.legs import OFFICE, PHONE, sms
from tests.messaging.smsc import SECRETS, Smsc, eventually, refusing, running_smsc, take, take_and_hang_up

KOREAN = "[새빛구] 김하늘님, 안내 말씀입니다. 뷁①"
LONG = "가나다라마바사아자차카타파하 " * 12


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    with running_smsc() as running:
        yield running


@pytest.fixture
def bound(smsc: Smsc) -> Iterator[Smpp]:
    with_line = plug(smsc)
    with_line.line.open()
    yield with_line
    with_line.line.close()


def plug(smsc: Smsc, **options: Any) -> Smpp:
    return Smpp(**{**SECRETS, "port": smsc.port, "timeout": 10.0, "long_texts": True, **options})


def submit(carrier: Smpp, leg: Leg) -> Outcome:
    return carrier.submit([leg], key=uuid4())[leg.id]


@pytest.mark.parametrize(("coding", "number", "codec"), [("ucs2", 8, "utf-16-be"), ("ksc5601", 14, "cp949")])
def test_a_korean_text_arrives_octet_by_octet(smsc: Smsc, coding: str, number: int, codec: str) -> None:
    carrier = plug(smsc, coding=coding)
    carrier.line.open()

    outcome = submit(carrier, sms(text=KOREAN))
    carrier.line.close()

    (seen,) = smsc.submitted
    assert (seen.to, seen.sender, seen.registered, seen.esm_class) == (PHONE, OFFICE, 1, 0)
    assert (seen.coding, seen.octets) == (number, KOREAN.encode(codec))
    assert outcome == Accepted(seen.id)


@pytest.mark.parametrize(("coding", "codec"), [("ucs2", "utf-16-be"), ("ksc5601", "cp949")])
def test_a_long_text_travels_in_pieces_that_never_end_within_a_letter(smsc: Smsc, coding: str, codec: str) -> None:
    carrier = plug(smsc, coding=coding)
    carrier.line.open()

    outcome = submit(carrier, sms(text="x" + LONG))
    carrier.line.close()

    pieces = sorted(smsc.submitted, key=lambda one: one.octets[5])
    assert len(pieces) == {"ucs2": 3, "ksc5601": 3}[coding]
    assert {one.esm_class for one in pieces} == {0x40}
    assert {one.octets[:5] for one in pieces} == {bytes((5, 0, 3, pieces[0].octets[3], len(pieces)))}
    assert [one.octets[5] for one in pieces] == [1, 2, 3]
    assert all(len(one.octets) <= 140 for one in pieces)
    assert "".join(one.octets[6:].decode(codec) for one in pieces) == "x" + LONG
    assert [one.registered for one in pieces] == [0, 0, 1], "a long text has arrived when its end has"
    assert outcome == Accepted(pieces[-1].id)


def test_international_numbers_are_written_where_the_operator_wants_them(smsc: Smsc) -> None:
    carrier = plug(smsc, destination_ton=1, source_ton=1)
    carrier.line.open()

    submit(carrier, sms())
    carrier.line.close()

    assert (smsc.submitted[0].to, smsc.submitted[0].sender) == ("821048271935", "82212000000")


@pytest.mark.parametrize("status", [0x58, 0x14])
def test_a_throttled_text_was_not_taken_and_waits(smsc: Smsc, bound: Smpp, status: int) -> None:
    smsc.behaviours = [refusing(status)]

    with pytest.raises(RateLimited):
        submit(bound, sms())

    assert smsc.taken == []


def test_a_throttled_piece_of_a_long_text_is_offered_again_and_the_others_are_not(smsc: Smsc) -> None:
    carrier = plug(smsc, throttle_seconds=0.05)
    carrier.line.open()
    smsc.behaviours = [take, refusing(0x58), take]

    outcome = submit(carrier, sms(text=LONG))
    carrier.line.close()

    assert isinstance(outcome, Accepted)
    assert sorted(one.octets[5] for one in smsc.taken) == [1, 2, 3]


def test_a_long_text_throttled_to_the_end_is_unknown_and_never_begun_again(smsc: Smsc) -> None:
    carrier = plug(smsc, throttle_seconds=1.5, timeout=2.0)
    carrier.line.open()
    smsc.behaviours = [take, *[refusing(0x58)] * 9]

    with pytest.raises(OutcomeUnknown):
        submit(carrier, sms(text=LONG))
    carrier.line.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(0x0A, "sender"), (0x0B, "no_such_number"), (0x45, "carrier"), (0xFF, "carrier")]
)
def test_a_refusal_is_a_result_with_a_korean_reason(smsc: Smsc, bound: Smpp, status: int, kind: str) -> None:
    smsc.behaviours = [refusing(status)]

    outcome = submit(bound, sms())

    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.reason_kind) == (f"0x{status:08X}", kind)
    assert any("가" <= letter <= "힣" for letter in outcome.reason)


def test_an_answer_lost_with_the_line_leaves_the_outcome_unknown(smsc: Smsc, bound: Smpp) -> None:
    smsc.behaviours = [take_and_hang_up]

    with pytest.raises(OutcomeUnknown):
        submit(bound, sms())

    assert len(smsc.taken) == 1
    eventually(lambda: not bound.line.is_open)
    with pytest.raises(NotSent) as raised:
        submit(bound, sms())
    assert raised.type is NotSent


def test_an_answer_that_does_not_come_in_time_leaves_the_outcome_unknown(smsc: Smsc) -> None:
    carrier = plug(smsc, timeout=1.5)
    carrier.line.open()
    smsc.lag = 4.0

    with pytest.raises(OutcomeUnknown):
        submit(carrier, sms())
    carrier.line.close()


def test_nobody_answers_the_telephone(smsc: Smsc) -> None:
    smsc.stop()

    with pytest.raises(NotSent) as raised:
        plug(smsc).line.open()

    assert raised.type is NotSent


def test_closing_bears_a_peer_that_left_first(smsc: Smsc, bound: Smpp) -> None:
    smsc.stop()

    bound.line.close()

    assert not bound.line.is_open


def test_it_cannot_be_asked_and_calls_nobody(smsc: Smsc) -> None:
    carrier, leg = plug(smsc), sms()
    call = Call(UUID(int=1), "sms", (leg.id,), datetime.now(UTC))

    assert carrier.capabilities.outcome == "none"
    assert carrier.capabilities.is_linked
    assert carrier.look_up(call) == {leg.id: StillUnknown()}
    with pytest.raises(HookRefused):
        carrier.read_replies(HookRequest({}, b"", datetime.now(UTC)))
    with pytest.raises(HookRefused):
        carrier.read_receipts(HookRequest({}, b"", datetime.now(UTC)))
    assert carrier.hook_path_secrets == ()
    assert carrier.acknowledge([]).status == 404


def test_long_texts_leave_only_where_the_operator_allows_them(smsc: Smsc) -> None:
    assert plug(smsc, long_texts=False).capabilities.channels == {"sms"}
    assert plug(smsc, long_texts=True).capabilities.channels == {"sms", "lms"}
    assert set(plug(smsc).capabilities.batch_sizes.values()) == {1}


@pytest.mark.parametrize(
    "wrong",
    [{"password": "nine-long"}, {"coding": "gsm"}, {"piece_octets": 10}, {"in_flight": 21}, {"answer_ids": "octal"}],
)
def test_options_that_would_be_cut_or_misread_stop_the_start(smsc: Smsc, wrong: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured):
        plug(smsc, **wrong)


def test_a_text_too_long_for_any_telephone_is_refused_before_it_leaves(smsc: Smsc, bound: Smpp) -> None:
    outcome = submit(bound, replace(sms(), text="가" * 17_100))

    assert isinstance(outcome, Rejected)
    assert smsc.submitted == []
