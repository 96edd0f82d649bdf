"""The process that holds an SMPP line, against an SMSC that is not ours: what is sent, told, lost and cut off."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import smpp34
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from pytest_django import Settings

from messaging import delivery, linking, receiving, reconciling, services
from messaging.carriers import registry
from messaging.models import Attempt, CarrierState, Dispatch, HookReject, LegStatus, Receipt, Reply, ReplyPart
from portal.accounts.queries import last_heartbeat
from portal.core import clock
from tests.messaging.making import age, certify, leg_of, make_template, outgoing
from tests.messaging.smpp_lines import a_message, carriers, holding, when_status
from tests.messaging.smsc import (
    Smsc,
    calling_it,
    eventually,
    refusing,
    report_first,
    running_smsc,
    take_and_hang_up,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office", "daytime")]
THROTTLED, INVALID_DESTINATION = 0x58, 0x0B
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER, RECEIPTED_MESSAGE_ID, MESSAGE_STATE = 0x020C, 0x020E, 0x020F, 0x001E, 0x0427


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    with running_smsc() as running:
        yield running


@pytest.fixture(autouse=True)
def _configured(smsc: Smsc, settings: Settings, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path  # each test has a database of its own age
    settings.MESSAGING_CARRIERS = carriers(smsc)
    certify("main")
    make_template(purpose="answer")  # an answer leaves at night, too


# --- out -------------------------------------------------------------------------------------------------------------


def test_a_message_leaves_over_the_line_and_its_receipt_comes_back(smsc: Smsc) -> None:
    with holding(smsc):
        message = a_message()
        leg = when_status(message, LegStatus.ACCEPTED)
        assert smsc.report(leg.vendor_ref) == 0
        assert Receipt.objects.get().vendor_ref == leg.vendor_ref  # already there when the SMSC has our answer
        receiving.handle_pending(now=clock.now())

    (seen,) = smsc.taken
    assert seen.octets.decode("utf-16-be") == leg_of(message).message.body
    assert leg_of(message).status == LegStatus.DELIVERED
    assert last_heartbeat("smpp_link:main") is not None


def test_a_receipt_that_overtakes_the_answer_still_finds_its_leg(smsc: Smsc) -> None:
    smsc.behaviours = [report_first]

    with holding(smsc):
        message = a_message()
        when_status(message, LegStatus.ACCEPTED)
    receiving.handle_pending(now=clock.now() + timedelta(minutes=2))

    assert leg_of(message).status == LegStatus.DELIVERED
    assert Receipt.objects.count() == 1


def test_a_throttled_message_waits_and_leaves_once(smsc: Smsc) -> None:
    smsc.behaviours = [refusing(THROTTLED)]

    with holding(smsc):
        message = a_message()
        when_status(message, LegStatus.ACCEPTED)

    assert len(smsc.taken) == 1
    assert len(smsc.submitted) == 2


def test_a_refused_message_says_why_in_korean(smsc: Smsc) -> None:
    smsc.behaviours = [refusing(INVALID_DESTINATION)]

    with holding(smsc):
        leg = when_status(a_message(), LegStatus.REJECTED)

    assert (leg.code, leg.reason_kind) == ("0x0000000B", "no_such_number")
    assert "수신번호" in leg.reason


def test_a_lost_answer_is_never_a_second_text_and_ends_on_an_officials_desk(smsc: Smsc) -> None:
    smsc.behaviours = [take_and_hang_up]

    with holding(smsc):
        message = a_message()
        when_status(message, LegStatus.UNKNOWN)
        eventually(lambda: smsc.binds == 2)
        second = a_message("two")  # the line is up again and works
        when_status(second, LegStatus.ACCEPTED)
        age(Dispatch.objects.filter(status="unknown"), timedelta(minutes=29))
        reconciling.reconcile()
        assert leg_of(message).status == LegStatus.UNKNOWN
        age(Dispatch.objects.filter(status="unknown"), timedelta(hours=1))
        reconciling.reconcile()

    assert leg_of(message).status == LegStatus.UNRESOLVED
    assert len(smsc.taken) == 2
    assert len({one.octets for one in smsc.taken}) <= 2


def test_an_answer_that_comes_late_still_settles_its_message(smsc: Smsc, settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = carriers(smsc, timeout=1.0)
    smsc.lag = 3.0

    with holding(smsc):
        message = a_message()
        when_status(message, LegStatus.UNKNOWN)
        leg = when_status(message, LegStatus.ACCEPTED)

    assert leg.vendor_ref == smsc.taken[0].id
    assert len(smsc.submitted) == 1


def test_an_smsc_that_gives_one_id_twice_stops_nothing(smsc: Smsc) -> None:
    smsc.behaviours = [calling_it("same"), calling_it("same"), calling_it("same")]

    for keys in (("one", "two"), ("three",)):  # the second time by a process that remembers nothing
        registry._built.cache_clear()
        smsc.esme = None
        with holding(smsc):
            for message in [a_message(key) for key in keys]:
                when_status(message, LegStatus.ACCEPTED)

    assert Counter(Attempt.objects.values_list("vendor_ref", flat=True)) == {"same": 1, "": 2}


def test_the_line_is_bound_again_after_the_smsc_restarts(smsc: Smsc) -> None:
    with holding(smsc):
        when_status(a_message(), LegStatus.ACCEPTED)
        smsc.stop()
        waiting = a_message("two")
        smsc.start()
        when_status(waiting, LegStatus.ACCEPTED)

    assert smsc.binds == 2
    assert len(smsc.taken) == 2


def test_a_dead_line_is_told_to_the_carriers_health(smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "PAUSES", (0.01,))
    smsc.stop()

    with holding(smsc, bound=False):
        eventually(lambda: CarrierState.objects.filter(alias="main", breaker_since__isnull=False).exists())
        assert a_message().attempts.get().status == LegStatus.QUEUED


def test_an_ordinary_drain_leaves_the_line_to_its_process(smsc: Smsc) -> None:
    message = a_message()

    assert delivery.drain(seconds=1) == 0
    assert leg_of(message).status == LegStatus.QUEUED


# --- in --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coding", "octets"),
    [
        (8, "동의합니다".encode("utf-16-be")),
        (14, "동의합니다".encode("cp949")),
        (0, "동의합니다".encode("cp949")),
        (0, "1 동의".encode("utf-16-be")),
        (4, "동의합니다 1".encode("utf-16-be")),
        (3, b"yes \xe9"),
    ],
)
def test_a_citizens_text_is_stored_before_it_is_acknowledged(smsc: Smsc, coding: int, octets: bytes) -> None:
    with holding(smsc):
        assert smsc.tell(octets, data_coding=coding, source_addr="821048271935", source_addr_ton=1) == 0
        reply = Reply.objects.get()

    assert reply.text in {"동의합니다", "1 동의", "동의합니다 1", "yes é"}
    assert reply.phone == "+821048271935"
    assert reply.to_number is None or reply.to_number.number


def test_what_cannot_be_stored_now_is_told_again(smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("the database is away")

    with holding(smsc):
        with monkeypatch.context() as patch:
            patch.setattr(linking, "store", broken)
            assert smsc.tell(b"1") != 0
        assert smsc.tell(b"1") == 0

    assert Reply.objects.count() == 1


def test_a_redelivery_within_seconds_is_one_reply(smsc: Smsc) -> None:
    with holding(smsc):
        assert [smsc.tell(b"1") for _ in range(3)] == [0, 0, 0]

    assert Reply.objects.count() == 1


def pieces(mark: int = 7) -> list[bytes]:
    words = ["동의합니다. 그런데 ", "고지서가 두 장 ", "왔습니다."]
    return [bytes((5, 0, 3, mark, 3, n)) + word.encode("utf-16-be") for n, word in enumerate(words, 1)]


def test_pieces_out_of_order_and_twice_become_one_reply(smsc: Smsc) -> None:
    first, second, third = pieces()

    with holding(smsc):
        for piece in (third, first, first, second, third):
            assert smsc.tell(piece, data_coding=8, esm_class=0x40) == 0

    reply = Reply.objects.get()
    assert (reply.text, reply.is_complete) == ("동의합니다. 그런데 고지서가 두 장 왔습니다.", True)


def test_pieces_named_by_tlvs_and_by_sixteen_bits_are_joined_as_well(smsc: Smsc) -> None:
    def named(number: int) -> list[smpp34.Tlv]:
        values = ((SAR_REFERENCE, b"\1\2"), (SAR_TOTAL, b"\2"))
        return [*(smpp34.Tlv(*one) for one in values), smpp34.Tlv(SAR_NUMBER, bytes((number,)))]

    with holding(smsc):
        for number, words in ((2, b"world"), (1, b"hello ")):
            smsc.tell(words, tlvs=named(number))
        for number, words in ((2, b"bye"), (1, b"good")):
            smsc.tell(bytes((6, 8, 4, 1, 2, 2, number)) + words, esm_class=0x40)

    assert {reply.text for reply in Reply.objects.all()} == {"hello world", "goodbye"}


def test_a_piece_that_never_comes_leaves_an_incomplete_reply(smsc: Smsc) -> None:
    first, _, third = pieces()

    with holding(smsc):
        for piece in (third, first):
            smsc.tell(piece, data_coding=8, esm_class=0x40)
    receiving.handle_pending(now=clock.now() + timedelta(minutes=9))
    assert not Reply.objects.exists()
    receiving.handle_pending(now=clock.now() + timedelta(minutes=11))

    assert Reply.objects.get().is_complete is False
    assert ReplyPart.objects.count() == 2


def test_a_citizen_who_texts_the_words_of_a_receipt_forges_nothing(smsc: Smsc) -> None:
    with holding(smsc):
        message = a_message()
        leg = when_status(message, LegStatus.ACCEPTED)
        words = f"id:{leg.vendor_ref} sub:001 dlvrd:001 done date:2611220305 stat:DELIVRD err:000"
        smsc.tell(words.encode())

    receiving.handle_pending(now=clock.now())
    assert leg_of(message).status == LegStatus.ACCEPTED
    assert Reply.objects.count() == 1


def test_receipts_repeat_and_contradict_and_the_best_news_stays(smsc: Smsc) -> None:
    with holding(smsc):
        message = a_message()
        leg = when_status(message, LegStatus.ACCEPTED)
        for stat in ("ENROUTE", "UNDELIV", "DELIVRD", "DELIVRD", "EXPIRED"):
            assert smsc.report(leg.vendor_ref, stat) == 0

    receiving.handle_pending(now=clock.now())
    assert leg_of(message).status == LegStatus.DELIVERED
    assert Receipt.objects.count() == 3


def test_a_receipt_by_tlv_alone_is_understood(smsc: Smsc) -> None:
    with holding(smsc):
        message = a_message()
        leg = when_status(message, LegStatus.ACCEPTED)
        named = smpp34.Tlv(RECEIPTED_MESSAGE_ID, leg.vendor_ref.encode() + b"\0")
        smsc.tell(b"", esm_class=4, tlvs=[named, smpp34.Tlv(MESSAGE_STATE, b"\5")])

    receiving.handle_pending(now=clock.now())
    assert (leg_of(message).status, leg_of(message).code) == (LegStatus.UNDELIVERED, "UNDELIV")


def test_what_nobody_can_read_is_kept_for_a_person_and_acknowledged(smsc: Smsc) -> None:
    with holding(smsc):
        assert smsc.tell(b"no receipt at all", esm_class=4) == 0
        assert smsc.tell(bytes((200, 0, 3, 1, 2, 1)) + b"x", esm_class=0x40) == 0
        assert smsc.tell(b"1") == 0

    assert HookReject.objects.filter(carrier="main", kind="news").count() == 2
    assert Reply.objects.count() == 1


# --- the process -----------------------------------------------------------------------------------------------------


def start_process(smsc: Smsc, folder: Path, **options: object) -> "subprocess.Popen[bytes]":
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "STATE_DIR": str(folder),
        "MESSAGING_CARRIERS": json.dumps(carriers(smsc, **options)),
    }
    command = [sys.executable, "manage.py", "smpp_link", "--carrier", "main"]
    with (folder / "link.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    _started.append(process)
    return process


_started: "list[subprocess.Popen[bytes]]" = []


@pytest.fixture(autouse=True)
def _nobody_stays() -> Iterator[None]:
    yield
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
            process.wait()


def queue_many(count: int) -> None:
    with transaction.atomic():
        sent = services.send_many((outgoing(f"m{n}") for n in range(count)), by=None, now=clock.now())
    assert sent.queued_count == count


def legs_by_status() -> Counter[str]:
    return Counter(Attempt.objects.values_list("status", flat=True))


@pytest.mark.fault
def test_two_hundred_messages_survive_kill_9_without_one_doubled(smsc: Smsc, tmp_path: Path) -> None:
    smsc.lag = 0.05
    queue_many(200)

    process = start_process(smsc, tmp_path)
    eventually(lambda: len(smsc.taken) >= 60, seconds=40)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    age(Dispatch.objects.filter(status="submitting"), timedelta(minutes=2))
    reconciling.reconcile()
    process = start_process(smsc, tmp_path)
    try:
        eventually(lambda: legs_by_status()["queued"] + legs_by_status()["submitting"] == 0, seconds=60)
    finally:
        process.terminate()
        code = process.wait(20)

    found = legs_by_status()
    assert code == 0
    assert max(Counter(one.to for one in smsc.taken).values()) == 1
    assert found["unknown"] <= 4, "no more than were in flight may be left to a person"
    assert found["accepted"] + found["unknown"] == 200
    assert len(smsc.taken) >= found["accepted"]


@pytest.mark.fault
def test_sigterm_ends_after_the_submits_in_flight_with_nothing_unknown(smsc: Smsc, tmp_path: Path) -> None:
    smsc.lag = 0.3
    queue_many(60)

    process = start_process(smsc, tmp_path)
    eventually(lambda: len(smsc.taken) >= 8, seconds=40)
    process.terminate()

    assert process.wait(20) == 0
    found = legs_by_status()
    assert set(found) == {"queued", "accepted"}
    assert found["accepted"] == len(smsc.taken)


def test_a_carrier_without_a_line_is_refused_by_name(settings: Settings) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("smpp_link", "--carrier", "nobody")
