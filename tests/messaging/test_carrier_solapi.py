"""The Solapi plug: its three steps, and its messages judged by the vendor's own library."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from solapi import SolapiMessageService
from solapi.lib.authenticator import Authenticator
from solapi.model.request.groups.get_groups import GetGroupsRequest
from solapi.model.request.message import Message
from solapi.model.request.messages.get_messages import GetMessagesRequest
from solapi.model.request.send_message_request import SendRequestConfig
from solapi.model.request.storage import FileUploadRequest
from solapi.model.webhook.single_report import SingleReportPayload

from messaging.carriers.base import (
    Accepted,
    HookRefused,
    HookRequest,
    HookUnreadable,
    Leg,
    Misconfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Picture,
    ReceiptEvent,
    Rejected,
    StillUnknown,
    TemplateState,
    TemplateText,
    UnsubscribeEvent,
)
from messaging.carriers.solapi import Solapi, codes, plug, reading, sweeping, wire
from tests.messaging.legs import OFFICE, PHONE, alimtalk, asked, jpeg, mms, sms
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

CHANNEL = "KA01PF260101000000000simulator"
WORDING = TemplateText(code="complaints.received", name="접수", body="[새빛구] #{이름}님, 접수되었습니다.")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("solapi") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as running:
        yield running


def made(url: str = NOWHERE, **options: Any) -> Solapi:
    given: dict[str, Any] = {
        "api_key": KEY,
        "api_secret": KEY,
        "hook_secret": HOOK_SECRET,
        "channel_id": CHANNEL,
        "timeout": 2.0,
    }
    return Solapi(base_url=f"{url}/solapi", **given | options)


@pytest.fixture
def carrier(simulator: RunningSimulator) -> Solapi:
    simulator.control(rules=[])
    return made(simulator.url)


@pytest.fixture
def theirs(simulator: RunningSimulator) -> SolapiMessageService:
    """The vendor's own client, pointed at our simulator."""
    service = SolapiMessageService(KEY, KEY)
    service.base_url = f"{simulator.url}/solapi"
    return service


class Memory:
    """What the plug asked us to keep."""

    def __init__(self) -> None:
        self.group = ""

    def __call__(self, reference: str) -> None:
        self.group = reference


def taken(simulator: RunningSimulator, leg: Leg) -> int:
    return sum(event["leg"] == str(leg.id) for event in simulator.truth())


# --- the vendor's own library as the judge ------------------------------------------------------------------------------


def test_their_library_signs_as_we_do() -> None:
    header = wire.authorization(key="key", secret="secret", now=datetime.now(UTC))

    given = dict(part.split("=", 1) for part in header.removeprefix("HMAC-SHA256 ").split(", "))
    assert given["signature"] == Authenticator.get_signature("secret", given["date"] + given["salt"])
    assert given["apiKey"] == "key"


@pytest.mark.parametrize(
    "leg",
    [
        sms(),
        replace(sms(), channel="lms", title="안내"),
        replace(mms(), images=(Picture(b"", "ST01FL"),)),
        replace(alimtalk(), variables={"이름": "김하늘"}),
    ],
    ids=["sms", "lms", "mms", "alimtalk"],
)
def test_their_model_of_a_message_reads_ours_whole(leg: Leg) -> None:
    ours = wire.message(leg, channel_id=CHANNEL)

    assert Message.model_validate(ours).model_dump(by_alias=True, exclude_none=True) == ours


def test_their_model_of_an_upload_reads_ours_whole() -> None:
    ours = wire.picture(jpeg(), sha256="a" * 64)

    assert FileUploadRequest.model_validate(ours).model_dump(mode="json", exclude_none=True) == ours


def test_we_read_reports_made_by_their_model() -> None:
    leg = uuid4()
    rows: list[dict[str, Any]] = [
        {"messageId": "M1", "statusCode": "4000", "customFields": {"attempt": str(leg)}, "to": PHONE},
        {"messageId": "M2", "statusCode": "3104", "customFields": {"attempt": str(leg)}, "to": PHONE},
        {"messageId": "M3", "statusCode": "3000", "to": PHONE},
    ]
    at = {"dateReceived": "2026-11-22T01:02:03.000Z"}
    payload = SingleReportPayload.model_validate([{"eventDataId": "E", "data": row | at} for row in rows])

    events = made().read_receipts(hook(json.loads(payload.model_dump_json(by_alias=True))))

    assert [(one.vendor_ref, one.leg, one.outcome, one.reason_kind) for one in events] == [
        ("M1", leg, "delivered", ""),
        ("M2", leg, "undelivered", "not_on_kakao"),
    ]


def test_their_client_sends_and_lists_at_our_simulator(
    simulator: RunningSimulator, theirs: SolapiMessageService
) -> None:
    simulator.control(rules=[])
    attempt = str(uuid4())
    message = Message(to=PHONE, from_=OFFICE, text="안내 말씀입니다.", custom_fields={"attempt": attempt})

    answer = theirs.send([message], SendRequestConfig(show_message_list=True))

    found = theirs.get_messages(GetMessagesRequest(group_id=answer.group_info.group_id))
    assert [one.custom_fields for one in found.message_list.values()] == [{"attempt": attempt}]
    assert attempt in {event["leg"] for event in simulator.truth()}


def test_their_client_sees_what_our_plug_sent(
    simulator: RunningSimulator, carrier: Solapi, theirs: SolapiMessageService
) -> None:
    leg, memory = sms(), Memory()

    outcome = carrier.submit([leg], key=uuid4(), remember=memory)[leg.id]

    found = theirs.get_group_messages(memory.group)
    assert isinstance(outcome, Accepted)
    assert {name: one.status_code for name, one in found.message_list.items()} == {outcome.vendor_ref: "4000"}
    groups = theirs.get_groups(GetGroupsRequest(group_id=memory.group))
    assert [group.status for group in groups.group_list.values()] == ["COMPLETE"]


# --- three steps ------------------------------------------------------------------------------------------------------


def test_two_people_with_one_telephone_both_get_their_message(simulator: RunningSimulator, carrier: Solapi) -> None:
    legs = [sms(text="첫째 분께"), sms(text="둘째 분께")]

    outcomes = carrier.submit(legs, key=uuid4())

    assert all(isinstance(one, Accepted) for one in outcomes.values())
    assert [taken(simulator, leg) for leg in legs] == [1, 1]


BEFORE_SENDING = [("POST", 1), ("PUT", 1)]
LOST = ["hang_after", "reset_after", "error_after", "garbage", "wrong_types", "huge", "error_before", "reset_before"]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize(("method", "nth"), BEFORE_SENDING, ids=["making the group", "putting messages into it"])
def test_before_the_last_step_nothing_was_sent(simulator: RunningSimulator, fault: str, method: str, nth: int) -> None:
    carrier, leg, memory = made(simulator.url, timeout=0.6), sms(), Memory()
    simulator.control(rules=[{"fault": fault, "method": method, "nth": nth, "path": "/solapi"}])

    with pytest.raises(NotSent) as raised:
        carrier.submit([leg], key=uuid4(), remember=memory)

    assert not isinstance(raised.value, Misconfigured)
    simulator.control(rules=[])
    assert carrier.look_up(asked([leg], key=uuid4(), remembered=memory.group)) == {leg.id: NotFound()}
    assert taken(simulator, leg) == 0


def test_a_group_is_remembered_before_it_is_sent(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg = sms()

    def gone(reference: str) -> None:
        raise NotSent("somebody else settled this call")

    with pytest.raises(NotSent):
        carrier.submit([leg], key=uuid4(), remember=gone)

    assert taken(simulator, leg) == 0


def test_nothing_is_sent_so_late_that_the_lease_could_end(
    simulator: RunningSimulator, carrier: Solapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = sms()
    monkeypatch.setattr(plug, "LATEST_SEND", -1.0)

    with pytest.raises(NotSent):
        carrier.submit([leg], key=uuid4())

    assert taken(simulator, leg) == 0


def test_a_look_up_leaves_no_group_behind_that_could_still_be_sent(
    simulator: RunningSimulator, carrier: Solapi, theirs: SolapiMessageService
) -> None:
    leg, memory = sms(), Memory()
    simulator.control(rules=[{"fault": "error_before", "nth": 2, "path": "/solapi"}])
    with pytest.raises(OutcomeUnknown):
        carrier.submit([leg], key=uuid4(), remember=memory)

    found = carrier.look_up(asked([leg], key=uuid4(), remembered=memory.group))

    groups = theirs.get_groups(GetGroupsRequest(group_id=memory.group))
    assert found == {leg.id: NotFound()}
    assert [group.status for group in groups.group_list.values()] == ["DELETED"]


def test_a_group_that_seems_to_wait_but_cannot_be_deleted_proves_nothing(
    simulator: RunningSimulator, carrier: Solapi
) -> None:
    leg, memory = sms(), Memory()
    simulator.control(rules=[{"fault": "look_up_lag", "seconds": 1.0, "nth": 2, "path": "/solapi"}])
    carrier.submit([leg], key=uuid4(), remember=memory)
    call = asked([leg], key=uuid4(), remembered=memory.group)

    assert carrier.look_up(call) == {leg.id: StillUnknown()}
    assert eventually(lambda: isinstance(carrier.look_up(call)[leg.id], Accepted))


def test_a_group_all_of_whose_messages_are_refused_is_not_sent(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg, memory = sms(to="0212345678"), Memory()

    outcomes = carrier.submit([leg], key=uuid4(), remember=memory)

    assert outcomes == {leg.id: codes.rejected("1011")}
    assert taken(simulator, leg) == 0


def test_a_second_picture_is_refused_and_never_left_out(simulator: RunningSimulator, carrier: Solapi) -> None:
    leg, other = mms(jpeg(), jpeg(30, 30)), sms()

    outcomes = carrier.submit([leg, other], key=uuid4())

    assert outcomes[leg.id] == codes.TOO_MANY_PICTURES
    assert isinstance(outcomes[other.id], Accepted)
    assert (taken(simulator, leg), taken(simulator, other)) == (0, 1)


def test_an_empty_purse_pauses_the_carrier(simulator: RunningSimulator, carrier: Solapi) -> None:
    simulator.control(rules=[{"fault": "balance_gone", "path": "/solapi"}])

    with pytest.raises(Misconfigured):
        carrier.submit([sms()], key=uuid4())


def test_long_lists_are_read_to_their_end(
    simulator: RunningSimulator, carrier: Solapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs, memory = [sms() for _ in range(7)], Memory()
    monkeypatch.setattr(plug, "PAGE", 3)
    carrier.submit(legs, key=uuid4(), remember=memory)

    found = carrier.look_up(asked(legs, key=uuid4(), remembered=memory.group))

    assert all(isinstance(found[leg.id], Accepted) for leg in legs)


def row(leg: Leg, **more: Any) -> dict[str, Any]:
    return {"to": leg.to, "statusCode": "2000", "messageId": str(leg.id)[:8], **more}


def test_results_without_our_field_are_read_in_our_order() -> None:
    legs = [sms(), sms(to="01011112222")]

    outcomes = reading.registered({"resultList": [row(leg) for leg in legs]}, legs)

    assert outcomes == {leg.id: Accepted(str(leg.id)[:8]) for leg in legs}


@pytest.mark.parametrize("strange", ["missing", "other telephone", "another's field"])
def test_results_that_are_not_about_our_legs_prove_nothing(strange: str) -> None:
    leg = sms()
    rows = {
        "missing": [],
        "other telephone": [row(leg) | {"to": "01099998888"}],
        "another's field": [row(leg, customFields={"attempt": str(uuid4())})],
    }

    with pytest.raises(OutcomeUnknown):
        reading.registered({"resultList": rows[strange]}, [leg])


# --- AlimTalk ---------------------------------------------------------------------------------------------------------


def approved(carrier: Solapi, text: TemplateText) -> str:
    state = carrier.submit_template(text)
    assert eventually(lambda: review(carrier, state.code).state != "submitted")
    return state.code


def review(carrier: Solapi, code: str) -> TemplateState:
    state = carrier.read_template(code)
    assert state is not None
    return state


def test_a_wording_is_reviewed_and_then_filled_by_them(simulator: RunningSimulator, carrier: Solapi) -> None:
    code = approved(carrier, WORDING)
    leg = replace(alimtalk(), template_code=code, variables={"이름": "김하늘"}, buttons=())

    carrier.submit([leg], key=uuid4())

    assert review(carrier, code) == review(carrier, WORDING.code)
    assert simulator.truth()[-1]["text"] == "[새빛구] 김하늘님, 접수되었습니다."


def test_a_wording_asked_for_twice_is_registered_once(carrier: Solapi) -> None:
    text = replace(WORDING, code="complaints.again")

    assert carrier.submit_template(text).code == carrier.submit_template(text).code


def test_a_rejected_wording_says_why(carrier: Solapi) -> None:
    code = approved(carrier, replace(WORDING, code="complaints.rejected", body="반려될 문구입니다."))

    assert review(carrier, code).state == "rejected"
    assert "반려" in review(carrier, code).comments
    assert carrier.read_template("nobody.knows") is None
    assert carrier.read_template("KA01TP000000000000000000000000") is None


def test_kakao_talk_failing_sends_nothing_by_itself(simulator: RunningSimulator, carrier: Solapi) -> None:
    number = "01077771111"
    code = approved(carrier, replace(WORDING, code="complaints.plain", body="접수되었습니다."))
    simulator.control(switches=[{"number": number, "name": "no_kakao", "on": True}])

    carrier.submit([replace(alimtalk(number), template_code=code, buttons=())], key=uuid4())

    assert [one["channel"] for one in simulator.phone(number)["messages"]] == ["alimtalk"]


def test_without_a_channel_alimtalk_is_not_offered() -> None:
    assert "alimtalk" not in made(channel_id="").capabilities.channels


# --- reports ----------------------------------------------------------------------------------------------------------


def hook(document: Any, address: str = "") -> HookRequest:
    return HookRequest(headers={}, body=json.dumps(document).encode(), received_at=datetime.now(UTC), address=address)


def report(**data: Any) -> list[dict[str, Any]]:
    whole = {"messageId": "M1", "statusCode": "4000", "dateReported": "2026-11-22T01:02:03Z", **data}
    return [{"eventDataId": "E1", "data": whole, "retryCount": 0}]


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
