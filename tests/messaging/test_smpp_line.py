"""The SMPP line against an SMSC that misbehaves: refused binds, silence, garbage, answers out of turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from messaging import linking
from messaging.carriers.base import Accepted, Misconfigured, NotSent, Outcome, OutcomeUnknown, Rejected
from messaging.carriers.smpp import Smpp
from messaging.linking import Link, linked
from messaging.models import CarrierState
from tests.messaging.hand_made_smsc import (
    ANSWER,
    BIND,
    DELIVER,
    ENQUIRE,
    NACK,
    SUBMIT,
    UNBIND,
    HandMade,
    hand_made_smsc,
    pdu,
    usual,
)
from tests.messaging.legs import sms
from tests.messaging.smsc import SECRETS, eventually


def plug(smsc: HandMade, **options: Any) -> Smpp:
    return Smpp(**{**SECRETS, "port": smsc.port, "timeout": 3.0, "long_texts": True, **options})


@contextmanager
def bound(smsc: HandMade, **options: Any) -> Iterator[Smpp]:
    carrier = plug(smsc, **options)
    carrier.line.open()
    try:
        yield carrier
    finally:
        carrier.line.close()


def submit(carrier: Smpp) -> Outcome:
    leg = sms()
    return carrier.submit([leg], key=uuid4())[leg.id]


def answering(wanted: int, status: int = 0, body: bytes = b"", *, command: int | None = None) -> Any:
    """The usual answers, except to one command."""

    def answer(came: int, sequence: int, octets: bytes) -> bytes:
        if came != wanted:
            return usual(came, sequence, octets)
        return pdu(came | ANSWER if command is None else command, sequence, body, status)

    return answer


@pytest.mark.parametrize("status", [0x0D, 0x0E, 0x0F])
def test_a_refused_name_or_password_is_a_matter_of_settings(status: int) -> None:
    with hand_made_smsc(answering(BIND, status)) as smsc, pytest.raises(Misconfigured) as raised:
        plug(smsc).line.open()

    assert SECRETS["password"] not in str(raised.value)


@pytest.mark.parametrize("status", [0x08, 0x05, 0x58])
def test_a_bind_refused_for_now_is_tried_again(status: int) -> None:
    with hand_made_smsc(answering(BIND, status)) as smsc, pytest.raises(NotSent) as raised:
        plug(smsc).line.open()

    assert raised.type is NotSent


@pytest.mark.parametrize(
    "octets", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\4", pdu(0x80000099, 1), pdu(ENQUIRE, 1), b""]
)
def test_whoever_is_no_smsc_is_no_line(octets: bytes) -> None:
    def answer(command: int, sequence: int, body: bytes) -> bytes:
        return octets

    with hand_made_smsc(answer) as smsc, pytest.raises(NotSent):
        plug(smsc).line.open()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_pauses_the_carrier_until_an_official_looks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hand_made_smsc(answering(BIND, 0x0E)) as smsc:
        entry = {"BACKEND": "messaging.carriers.smpp.Smpp", "OPTIONS": {**SECRETS, "port": smsc.port}}
        settings.MESSAGING_CARRIERS = {"main": entry}
        link = Link("main", linked("main"), threading.Event())
        thread = threading.Thread(target=_hold, args=(link,))
        thread.start()
        eventually(lambda: CarrierState.objects.filter(alias="main", paused_at__isnull=False).exists())
        link.stopping.set()
        thread.join(5)

        assert smsc.commands() == [BIND], "a locked account is not knocked at again at once"
    assert linking.PAUSES[-1] >= 60


def _hold(link: Link) -> None:
    try:
        link.hold()
    finally:
        connection.close()


def test_a_vendors_own_refusal_is_a_result() -> None:
    with hand_made_smsc(answering(SUBMIT, 0x0499)) as smsc, bound(smsc) as carrier:
        outcome = submit(carrier)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "0x00000499"


def test_a_question_refused_by_generic_nack_is_answered() -> None:
    with hand_made_smsc(answering(SUBMIT, 0x03, command=NACK)) as smsc, bound(smsc) as carrier:
        outcome = submit(carrier)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "0x00000003"


def test_a_line_that_was_unbound_behind_our_back_took_nothing() -> None:
    with hand_made_smsc(answering(SUBMIT, 0x04)) as smsc, bound(smsc) as carrier, pytest.raises(NotSent) as raised:
        submit(carrier)

    assert raised.type is NotSent


def test_answers_to_nobody_are_not_taken_for_answers() -> None:
    def twisted(command: int, sequence: int, body: bytes) -> bytes:
        stray = pdu(SUBMIT | ANSWER, sequence + 40, b"stray\0")
        return (stray if command == SUBMIT else b"") + usual(command, sequence, body)

    with hand_made_smsc(twisted) as smsc, bound(smsc) as carrier:
        assert submit(carrier) == Accepted("id-1")


def test_silence_to_a_submit_is_unknown_and_the_line_goes_on() -> None:
    deaf = [True]

    def answer(command: int, sequence: int, body: bytes) -> bytes:
        return b"" if command == SUBMIT and deaf and deaf.pop() else usual(command, sequence, body)

    with hand_made_smsc(answer) as smsc, bound(smsc) as carrier:
        with pytest.raises(OutcomeUnknown):
            submit(carrier)
        assert isinstance(submit(carrier), Accepted)


def test_enquiries_are_answered_and_asked() -> None:
    with hand_made_smsc() as smsc, bound(smsc, enquire_seconds=0.2) as carrier:
        smsc.say(pdu(ENQUIRE, 77))

        eventually(lambda: (ENQUIRE | ANSWER, 0, 77) in smsc.heard)
        eventually(lambda: smsc.commands().count(ENQUIRE) >= 2)
        assert carrier.line.is_open


def test_a_line_that_stays_silent_to_enquiries_is_dropped() -> None:
    def deaf(command: int, sequence: int, body: bytes) -> bytes:
        return b"" if command == ENQUIRE else usual(command, sequence, body)

    with hand_made_smsc(deaf) as smsc, bound(smsc, enquire_seconds=2.0, timeout=1.5) as carrier:
        eventually(lambda: not carrier.line.is_open)


def test_an_smsc_that_unbinds_is_answered_and_let_go() -> None:
    with hand_made_smsc() as smsc, bound(smsc) as carrier:
        smsc.say(pdu(UNBIND, 5))

        eventually(lambda: (UNBIND | ANSWER, 0, 5) in smsc.heard)
        eventually(lambda: not carrier.line.is_open)


def test_a_strange_request_is_refused_and_a_broken_text_is_kept() -> None:
    with hand_made_smsc() as smsc, bound(smsc) as carrier:
        smsc.say(pdu(0x0103, 8, b"\0") + pdu(0x0999, 9) + pdu(DELIVER, 10, b"\0\1"))

        (heard,) = carrier.line.next_heard(30.0, most=9)
        assert heard.sequence == 10
        carrier.line.acknowledge(heard)
        eventually(lambda: (DELIVER | ANSWER, 0, 10) in smsc.heard)
        assert {(NACK, 3, 8), (NACK, 3, 9)} <= set(smsc.heard)


def test_what_an_earlier_line_told_is_never_acknowledged_on_a_later_one() -> None:
    with hand_made_smsc() as smsc, bound(smsc) as carrier:
        smsc.say(pdu(DELIVER, 10, b"\0"))
        (heard,) = carrier.line.next_heard(30.0, most=9)
        smsc.say(pdu(UNBIND, 5))
        eventually(lambda: not carrier.line.is_open)
        carrier.line.open()

        carrier.line.acknowledge(heard)
        assert isinstance(submit(carrier), Accepted)

    assert DELIVER | ANSWER not in smsc.commands()
