"""What is NHN Cloud's own, beside the contract of all plugs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    HookRefused,
    HookRequest,
    HookUnreadable,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    ReceiptEvent,
    Rejected,
    StillUnknown,
    TemplateText,
    UnsubscribeEvent,
)
from messaging.carriers.nhn import Nhn
from messaging.carriers.nhn.codes import SMS_CALLS, SMS_RESULTS, TALK_CALLS, TALK_RESULTS
from messaging.carriers.nhn.reviewing import code_of
from messaging.carriers.nhn.sending import found, talk_call, text_call
from tests.messaging.carriers_under_test import NHN, TEMPLATE, Trial, text_of_template, upload
from tests.messaging.legs import OFFICE, PHONE, asked, jpeg, mms, sms
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    NOWHERE,
    Receiver,
    RunningSimulator,
    answering,
    eventually,
    receiving,
    running_simulator,
)

OTHER = "01077776666"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSimulator, Receiver]]:
    log = tmp_path_factory.mktemp("nhn") / "truth.jsonl"
    with receiving() as receiver, running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as simulator:
        yield simulator, receiver


@pytest.fixture(scope="module")
def shared(line: tuple[RunningSimulator, Receiver]) -> Trial:
    return Trial.of(NHN, line[0])


@pytest.fixture
def trial(shared: Trial) -> Trial:
    shared.simulator.control(rules=[])
    return shared


@pytest.fixture
def plug(trial: Trial) -> Nhn:
    assert isinstance(trial.carrier, Nhn)
    return trial.carrier


def built(**changes: Any) -> Nhn:
    options = {"sms_app_key": KEY, "sms_secret_key": KEY, "hook_secret": HOOK_SECRET, "sms_base_url": NOWHERE}
    return Nhn(**{**options, **changes})


def hook(event: str, *rows: object, signature: str = HOOK_SECRET, address: str = "") -> HookRequest:
    body = json.dumps({"event": event, "hooks": rows, "hooksId": "1", "appKey": KEY}).encode()
    return HookRequest({"x-toast-webhook-signature": signature}, body, datetime.now(UTC), address)


RESULT = {
    "hookId": "h",
    "requestId": "20260101R",
    "recipientSeq": 1,
    "receiveDate": "2026-01-01T09:00:00",
    "messageStatus": "COMPLETED",
    "resultCode": "1000",
    "recipientGroupingKey": str(uuid4()),
}
CARD = {**RESULT, "kakaoMessageType": "ALIMTALK_NORMAL"}


# --- what is sent ------------------------------------------------------------------------------------------------------


def test_the_carriers_own_fallback_is_always_switched_off_in_so_many_words() -> None:
    body = talk_call([text_of_template(), text_of_template()], template="t", sender_key="s" * 40, key=uuid4())

    assert [one["resendParameter"] for one in body["recipientList"]] == [{"isResend": False}] * 2


def test_a_call_can_be_found_again_by_dispatch_and_leg() -> None:
    leg, key = sms(), uuid4()

    body = text_call(leg, key=key)

    assert body["senderGroupingKey"] == str(key)
    assert body["recipientList"] == [{"recipientNo": leg.to, "recipientGroupingKey": str(leg.id)}]


def test_a_long_text_without_a_title_gets_one() -> None:
    assert text_call(replace(sms(), channel="lms"), key=uuid4())["title"]
    assert "title" not in text_call(sms(), key=uuid4())


def test_a_picture_nobody_uploaded_is_not_sent() -> None:
    with pytest.raises(Misconfigured):
        text_call(mms(jpeg()), key=uuid4())


def test_pictures_are_named_by_their_content(trial: Trial, plug: Nhn) -> None:
    picture = jpeg(31, 17)

    reference = upload(plug, picture)

    (noted,) = [one for one in trial.simulator.truth("note") if str(one.get("file")) == reference]
    assert noted["name"] == f"{noted['sha256'][:32]}.jpg"


def test_wordings_that_differ_go_in_calls_of_their_own(trial: Trial, plug: Nhn) -> None:
    other = replace(TEMPLATE, code="contract.other", name="다른 안내", body="[새빛구] 다른 #{번호}", buttons=())
    plug.submit_template(other)
    assert eventually(lambda: getattr(plug.read_template(other.code), "state", "") == "approved")
    legs = [text_of_template(), replace(text_of_template(), template_code=other.code), text_of_template()]
    key = uuid4()

    outcomes = plug.submit(legs, key=key)

    assert all(isinstance(outcomes[leg.id], Accepted) for leg in legs)
    assert [trial.taken(leg) for leg in legs] == [1, 1, 1]
    assert plug.look_up(asked(legs, key=key)) == outcomes


def test_a_later_call_that_fails_leaves_its_legs_to_be_asked_about(trial: Trial, plug: Nhn) -> None:
    legs, key = [text_of_template(), replace(text_of_template(), template_code="contract.good2")], uuid4()
    trial.simulator.control(rules=[{"fault": "reset_before", "path": "/nhn/alimtalk/", "nth": 2}])

    outcomes = plug.submit(legs, key=key)

    assert set(outcomes) == {legs[0].id}
    assert plug.look_up(asked(legs, key=key))[legs[1].id] == NotFound()


def test_a_later_call_is_not_begun_too_late_for_the_lease(
    trial: Trial, plug: Nhn, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs = [text_of_template(), replace(text_of_template(), template_code="contract.late")]
    monkeypatch.setattr("messaging.carriers.nhn.plug.LATEST_CALL", 0.2)
    trial.simulator.control(rules=[{"fault": "delay", "path": "/nhn/alimtalk/", "seconds": 0.4, "times": 1}])

    outcomes = plug.submit(legs, key=uuid4())

    assert set(outcomes) == {legs[0].id}


def test_a_key_used_before_is_proof_of_the_first_call(trial: Trial, plug: Nhn) -> None:
    leg, key = text_of_template(), uuid4()
    plug.submit([leg], key=key)

    with pytest.raises(OutcomeUnknown):
        plug.submit([leg], key=key)

    assert trial.taken(leg) == 1


# --- looking up --------------------------------------------------------------------------------------------------------


def test_a_list_that_is_not_whole_proves_no_absence() -> None:
    leg = uuid4()

    assert found([], 0, [leg], SMS_CALLS) == {leg: NotFound()}
    assert found([], 1001, [leg], SMS_CALLS) == {leg: StillUnknown()}
    assert found([], None, [leg], SMS_CALLS) == {leg: StillUnknown()}


def test_a_leg_refused_on_the_spot_is_found_refused() -> None:
    leg = uuid4()
    row = {"recipientGroupingKey": str(leg), "requestId": "R", "recipientSeq": 1, "resultCode": "-2019"}

    outcome = found([row], 1, [leg], SMS_CALLS)[leg]

    assert isinstance(outcome, Rejected)
    assert outcome.reason_kind == "no_such_number"
    assert found([{**row, "resultCode": "3001"}], 1, [leg], SMS_CALLS)[leg] == Accepted("R:1")


@pytest.mark.parametrize(
    "document",
    [
        {"header": {"isSuccessful": True, "resultCode": -1}},
        {"header": {"isSuccessful": "yes", "resultCode": 0}},
        {"header": {"isSuccessful": False, "resultCode": -9999, "resultMessage": "System error"}},
        {"header": {"isSuccessful": True, "resultCode": 0}, "body": {"data": {"sendResultList": None}}},
        {"header": {"isSuccessful": True, "resultCode": 0}, "body": {"data": {"sendResultList": [{}]}}},
        {"header": {"isSuccessful": True, "resultCode": 0}, "body": 7},
    ],
)
def test_an_answer_that_proves_nothing_is_asked_about(document: object) -> None:
    body = json.dumps(document).encode()
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)) as url:
        plug = built(sms_base_url=url)

        with pytest.raises(OutcomeUnknown):
            plug.submit([sms()], key=uuid4())


# --- webhooks ----------------------------------------------------------------------------------------------------------


def test_the_string_typed_at_set_up_is_asked_for_and_may_be_changed_with_an_overlap() -> None:
    plug = built(hook_secret="new-secret", hook_secret_before=HOOK_SECRET)

    assert plug.read_receipts(hook("MESSAGE_RESULT_UPDATE", RESULT))
    assert plug.read_receipts(hook("MESSAGE_RESULT_UPDATE", RESULT, signature="new-secret"))
    assert len(plug.hook_path_secrets) == 2
    for wrong in ("", "글자", HOOK_SECRET + "x"):
        with pytest.raises(HookRefused):
            plug.read_receipts(hook("MESSAGE_RESULT_UPDATE", RESULT, signature=wrong))


def test_only_listed_addresses_may_call() -> None:
    plug = built(hook_ips=["203.0.113.7"])

    assert plug.read_receipts(hook("MESSAGE_RESULT_UPDATE", RESULT, address="203.0.113.7"))
    with pytest.raises(HookRefused):
        plug.read_receipts(hook("MESSAGE_RESULT_UPDATE", RESULT, address="203.0.113.8"))


def test_an_alimtalk_kakao_is_not_sure_of_stays_accepted() -> None:
    assert built().read_receipts(hook("MESSAGE_RESULT_UPDATE", {**CARD, "resultCode": "3005"})) == []
    (event,) = built().read_receipts(hook("MESSAGE_RESULT_UPDATE", {**RESULT, "resultCode": "3005"}))
    assert event.reason_kind == "unreachable"  # the same digits mean another thing for a text


def test_times_are_korean_and_an_unknown_code_is_the_carriers_fault() -> None:
    (event,) = built().read_receipts(hook("MESSAGE_RESULT_UPDATE", {**RESULT, "resultCode": "7777"}))

    assert event.occurred_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (event.outcome, event.reason_kind) == ("undelivered", "carrier")


def test_an_event_at_the_wrong_address_is_kept_for_a_person_and_others_are_none_of_our_business() -> None:
    with pytest.raises(HookUnreadable):
        built().read_receipts(hook("UNSUBSCRIBE", {}))
    with pytest.raises(HookUnreadable):
        built().read_unsubscribes(hook("MESSAGE_RESULT_UPDATE", RESULT))
    assert not built().read_receipts(hook("CONVERSION_BLOCK", {"countryCode": "1"}))


@pytest.mark.parametrize(
    "row", [7, {**RESULT, "requestId": None}, {**RESULT, "receiveDate": "soon"}, {**RESULT, "resultCode": 1000}]
)
def test_a_hook_in_another_shape_is_unreadable(row: object) -> None:
    with pytest.raises(HookUnreadable):
        built().read_receipts(hook("MESSAGE_RESULT_UPDATE", row))


def test_a_result_without_a_code_is_not_yet_one() -> None:
    assert built().read_receipts(hook("MESSAGE_RESULT_UPDATE", {**RESULT, "resultCode": None})) == []


def test_replies_are_not_brought() -> None:
    with pytest.raises(HookUnreadable):
        built().read_replies(hook("MESSAGE_RESULT_UPDATE"))


# --- polling -----------------------------------------------------------------------------------------------------------


def test_what_is_asked_for_has_the_keys_of_what_was_told(
    trial: Trial, plug: Nhn, line: tuple[RunningSimulator, Receiver]
) -> None:
    text, card = sms(), text_of_template()
    trial.submit([text], key=uuid4())
    trial.submit([card], key=uuid4())
    hooks = line[1]
    assert eventually(lambda: {text.id, card.id} <= {event.leg for event in _told(plug, hooks)})

    news = plug.poll("")

    told = {event.event_key for event in _told(plug, hooks) if event.leg in (text.id, card.id)}
    assert told <= {event.event_key for event in news.events}
    assert len(told) == 2
    news.confirm()
    again = plug.poll(news.cursor)
    assert (list(again.events), again.cursor) == ([], news.cursor)  # asked again only after a while


def _told(plug: Nhn, receiver: Receiver) -> list[ReceiptEvent]:
    return [event for one in list(receiver.of("receipts")) for event in plug.read_receipts(one.request())]


def test_a_call_to_the_free_line_is_one_event_by_webhook_and_by_list(
    trial: Trial, plug: Nhn, line: tuple[RunningSimulator, Receiver]
) -> None:
    trial.submit([sms()], key=uuid4())
    trial.simulator.control(switches=[{"number": OTHER, "name": "refuses_080", "on": True}])
    assert eventually(lambda: bool(line[1].of("unsubscribes")))
    (told,) = plug.read_unsubscribes(line[1].of("unsubscribes")[0].request())

    (listed,) = [event for event in plug.poll("").events if isinstance(event, UnsubscribeEvent)]

    assert (told.event_key, told.from_number, told.to_number) == (listed.event_key, OTHER, listed.to_number)
    assert OTHER not in told.event_key
    trial.simulator.control(switches=[{"number": OTHER, "name": "refuses_080", "on": False}])


def test_whoever_is_behind_catches_up_day_by_day(plug: Nhn) -> None:
    now = datetime.now(UTC)
    cursor = json.dumps({"until": (now - timedelta(days=3)).isoformat()})

    polls = 0
    while datetime.fromisoformat(json.loads(cursor)["until"]) < now - timedelta(minutes=1):
        cursor, polls = plug.poll(cursor).cursor, polls + 1

    assert 3 <= polls <= 5


def test_a_cursor_nobody_can_read_asks_for_nothing(plug: Nhn) -> None:
    with pytest.raises(OutcomeUnknown):
        plug.poll("garbage")


# --- settings and reviews ----------------------------------------------------------------------------------------------


def test_without_keys_for_alimtalk_it_carries_texts_only() -> None:
    assert built().capabilities.channels == {"sms", "lms", "mms"}
    assert "alimtalk" in built(talk_app_key="a", talk_secret_key="b", sender_key="s" * 40).capabilities.channels


@pytest.mark.parametrize(
    "changes", [{"sms_app_key": ""}, {"hook_secret": ""}, {"sender_key": "s" * 40}, {"sms_base_url": "http://nhn.test"}]
)
def test_settings_that_cannot_work_stop_the_start(changes: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured):
        built(**changes)


def test_a_name_too_long_for_nhn_is_shortened_to_one_of_its_own() -> None:
    short, long = "complaints.received", "complaints.received.by.somebody"

    assert code_of(short) == short
    assert len(code_of(long)) <= 20
    assert code_of(code_of(long)) == code_of(long) != code_of(long + "x")


def test_a_rejected_wording_can_be_handed_in_again(trial: Trial, plug: Nhn) -> None:
    wording = TemplateText(code="contract.again", name="다시", body="반려될 글")
    plug.submit_template(wording)
    assert eventually(lambda: getattr(plug.read_template(wording.code), "state", "") == "rejected")

    state = plug.submit_template(replace(wording, body="[새빛구] 고친 글"))

    assert state.state == "submitted"
    assert eventually(lambda: getattr(plug.read_template(wording.code), "state", "") == "approved")
    assert plug.submit_template(wording).state == "approved"


def test_every_meaning_has_a_korean_sentence() -> None:
    for table in (SMS_CALLS, TALK_CALLS, SMS_RESULTS, TALK_RESULTS):
        assert all(kind and sentence.endswith(".") for kind, _, sentence in table.values())


def test_old_calls_are_asked_about_by_korean_time(plug: Nhn) -> None:
    leg = sms(to=PHONE)
    call = replace(asked([leg], key=uuid4()), submitted_at=datetime.now(UTC) - timedelta(days=20))

    assert plug.look_up(call) == {leg.id: NotFound()}
