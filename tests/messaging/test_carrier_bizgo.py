"""The Bizgo plug beside the vendor's own library: its models, its fake, its signatures, its client at our simulator."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from bizgo import Bizgo as TheirClient
from bizgo import RateLimitError
from bizgo.models import Destination, SendOmniRequest, SmsFlowItem, SmsMessage
from bizgo.testing import FAKE_API_KEY, FakeTransport, sign_webhook
from bizgo.webhooks import WebhookReceiver
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
    HookRefused,
    HookRequest,
    HookUnreadable,
    Leg,
    Misconfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Picture,
    Polled,
    RateLimited,
    Rejected,
    Reviewed,
    StillUnknown,
    Uploads,
)
from messaging.carriers.bizgo import Bizgo, codes
from tests.messaging.legs import OFFICE, PHONE, alimtalk, jpeg, mms, sms
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    RunningSimulator,
    eventually,
    receiving,
    running_simulator,
)

SEND = "sendOmni"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Streamed(httpx.BaseTransport):
    """Their fake, whose answers can be read piece by piece as ours are."""

    def __init__(self, fake: FakeTransport) -> None:
        self._fake = fake

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._fake.handle_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


@pytest.fixture
def fake() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def plug(fake: FakeTransport) -> Bizgo:
    return plug_over(fake)


def plug_over(fake: FakeTransport, **options: Any) -> Bizgo:
    given = {"hook_ips": ["203.0.113.7"], "sender_key": "S" * 40, **options}
    base_url = "https://sandbox-mars.ibapi.kr"
    return Bizgo(base_url=base_url, api_key=FAKE_API_KEY, hook_secret=HOOK_SECRET, transport=Streamed(fake), **given)


def hook(payload: Any, *, secret: str = HOOK_SECRET, at: datetime = NOW, encoding: Any = "hex") -> HookRequest:
    """What Bizgo would post, signed by its own library."""
    signed = sign_webhook(secret, payload, timestamp=int(at.timestamp() * 1000), encoding=encoding)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return HookRequest(headers=headers, body=signed.body, received_at=NOW, address="203.0.113.7")


def report(leg: UUID | str = "", **changes: Any) -> dict[str, Any]:
    return {
        "msgKey": "20260424104234546POM101182450001",
        "serviceType": "SMS",
        "msgType": "SM",
        "reportTime": "2026-11-22T18:59:00.123+09:00",
        "reportType": "0",
        "reportCode": "10000",
        "ref": str(leg),
        **changes,
    }


def text(**changes: Any) -> dict[str, Any]:
    return {
        "msgKey": "MO1",
        "serviceType": "MO",
        "msgType": "SM",
        "to": OFFICE,
        "from": "01099999999",
        "carrier": "10003",
        "originator": PHONE,
        "content": "1 동의",
        "occurredTime": "2026-11-22T18:59:00+09:00",
        **changes,
    }


# --- our bodies through their model -----------------------------------------------------------------------------------

BATCHES: dict[str, Sequence[Leg]] = {
    "sms": [sms(text="가"), sms(text="나")],
    "lms": [replace(sms(), channel="lms", title="제목", text="가" * 100)],
    "mms": [replace(mms(), images=(Picture(jpeg(), "FILE1"), Picture(jpeg(), "FILE2")))],
    "alimtalk": [alimtalk()],
    "alimtalk with variables": [replace(alimtalk(), variables={"이름": "김하늘"})],
}


@pytest.mark.parametrize("legs", BATCHES.values(), ids=BATCHES)
def test_their_model_takes_what_we_say_and_loses_nothing_of_it(
    plug: Bizgo, fake: FakeTransport, legs: Sequence[Leg]
) -> None:
    key = uuid4()
    plug.submit(legs, key=key)

    said = fake.last_request.json
    read = SendOmniRequest.model_validate(said)

    assert read.model_dump(by_alias=True, exclude_unset=True) == said
    assert (read.idempotency_key, read.idempotency_ttl) == (str(key), 86_400)
    assert len(read.message_flow) == 1
    assert [one.ref for one in read.destinations] == sorted(str(leg.id) for leg in legs)


def test_each_person_gets_their_own_words_in_one_call(plug: Bizgo, fake: FakeTransport) -> None:
    one, other = sms(text="가"), sms(text="나")

    plug.submit([one, other], key=uuid4())

    said = {row["ref"]: row["replaceWords"] for row in fake.last_request.json["destinations"]}
    assert said == {str(one.id): {"b": "가"}, str(other.id): {"b": "나"}}
    assert fake.last_request.json["messageFlow"] == [{"sms": {"from": OFFICE, "text": "#{b}"}}]


def test_a_call_is_a_pure_function_of_its_legs_and_key(fake: FakeTransport, plug: Bizgo) -> None:
    legs, key = [sms(), sms(), replace(sms(), sender="0311112222")], uuid4()

    plug.submit(legs, key=key)
    plug.submit(list(reversed(legs)), key=key)

    first, second = fake.requests[:2], fake.requests[2:]
    assert [one.json for one in first] == [one.json for one in second]
    assert [one.json["idempotencyKey"] for one in first] == [str(key), f"{key}-1"]


def test_the_department_that_pays_is_named(fake: FakeTransport) -> None:
    plug_over(fake, payment_code="D01").submit([sms()], key=uuid4())

    assert fake.last_request.json["paymentCode"] == "D01"


# --- their answers ----------------------------------------------------------------------------------------------------


def test_whoever_was_taken_before_under_this_key_is_accepted_even_without_a_message_key(
    plug: Bizgo, fake: FakeTransport
) -> None:
    leg = sms()
    row = {"to": leg.to, "ref": str(leg.id), "code": "A301", "result": "Failed"}
    fake.on(SEND).duplicates().data({"destinations": [row]})

    named, unnamed = plug.submit([leg], key=uuid4())[leg.id], plug.submit([leg], key=uuid4())[leg.id]

    assert isinstance(named, Accepted)
    assert named.vendor_ref
    assert unnamed == Accepted("")


def test_one_recipient_refused_is_a_result(plug: Bizgo, fake: FakeTransport) -> None:
    legs = sorted([sms(), sms()], key=lambda leg: leg.id)
    fake.on(SEND).send_result("A000", "A306")

    outcomes = plug.submit(legs, key=uuid4())

    assert isinstance(outcomes[legs[0].id], Accepted)
    assert outcomes[legs[1].id] == codes.rejected("A306")


@pytest.mark.parametrize(
    ("layer", "status", "code", "error"),
    [
        ("service", 200, "A020", RateLimited),
        ("service", 429, "A020", RateLimited),
        ("gateway", 401, "A401", Misconfigured),
        ("gateway", 200, "A401", Misconfigured),
        ("gateway", 403, "A403", Misconfigured),
        ("service", 400, "A401", Misconfigured),
        ("service", 400, "A309", Misconfigured),
        ("service", 400, "A320", Misconfigured),
        ("gateway", 400, "A400", NotSent),
        ("gateway", 404, "A404", NotSent),
        ("service", 500, "A910", OutcomeUnknown),
        ("service", 200, "A999", OutcomeUnknown),
        ("service", 503, "A920", OutcomeUnknown),
        ("service", 400, "A301", OutcomeUnknown),
        ("gateway", 200, "A777", OutcomeUnknown),
    ],
)
def test_a_whole_call_refused_is_named_by_the_layer_that_said_so(
    plug: Bizgo, fake: FakeTransport, layer: Any, status: int, code: str, error: type[Exception]
) -> None:
    fake.on(SEND).fail(layer, status, code)

    with pytest.raises(error) as raised:
        plug.submit([sms()], key=uuid4())

    assert raised.type is error


def test_the_same_string_means_different_things_in_the_two_layers(plug: Bizgo, fake: FakeTransport) -> None:
    """A301 of the gateway is no proof of anything; of a recipient it is proof of the first call."""
    fake.on(SEND).fail("gateway", 200, "A301")

    with pytest.raises(OutcomeUnknown):
        plug.submit([sms()], key=uuid4())


def test_a_flow_that_is_wrong_for_everybody_refuses_everybody(plug: Bizgo, fake: FakeTransport) -> None:
    legs = [sms(), sms()]
    fake.on(SEND).fail("service", 400, "A327")

    outcomes = plug.submit(legs, key=uuid4())

    assert set(outcomes.values()) == {Rejected("A327", "sender", True, "등록되지 않은 발신번호입니다.")}


def test_a_time_out_is_unknown_and_a_refused_connection_was_not_sent(plug: Bizgo, fake: FakeTransport) -> None:
    fake.on(SEND).timeout().network_error()

    with pytest.raises(OutcomeUnknown):
        plug.submit([sms()], key=uuid4())
    with pytest.raises(NotSent):
        plug.submit([sms()], key=uuid4())


@pytest.mark.parametrize("broken", ["network_error", "rate_limit", "account"])
def test_once_a_part_of_the_batch_is_gone_nothing_may_claim_it_was_not(
    plug: Bizgo, fake: FakeTransport, broken: str
) -> None:
    stub = fake.on(SEND).default()
    if broken == "network_error":
        stub.network_error()
    else:
        stub.fail("service", 200, "A020" if broken == "rate_limit" else "A320")

    with pytest.raises(OutcomeUnknown):
        plug.submit([sms(), replace(sms(), sender="0311112222")], key=uuid4())

    assert len(fake.requests_for(SEND)) == 2


def test_some_too_many_and_some_taken_is_asked_again_under_the_same_key(plug: Bizgo, fake: FakeTransport) -> None:
    legs = [sms(), sms()]
    fake.on(SEND).send_result("A000", "A020").send_result("A301", "A000").send_result("A020", "A020")

    with pytest.raises(OutcomeUnknown):
        plug.submit(legs, key=uuid4())
    assert all(isinstance(one, Accepted) for one in plug.submit(legs, key=uuid4()).values())
    with pytest.raises(RateLimited):
        plug.submit(legs, key=uuid4())


@pytest.mark.parametrize(
    "body",
    [
        {"destinations": []},
        {"destinations": [{"to": "01000000000", "msgKey": "K", "code": "A000"}]},
        {"destinations": [{"to": PHONE, "code": "A000"}]},
        {"destinations": [{"to": PHONE, "msgKey": "K", "code": "A000", "ref": "somebody else"}]},
        {"destinations": [None]},
        {},
        [],
    ],
    ids=str,
)
def test_an_answer_that_does_not_name_every_leg_proves_nothing(plug: Bizgo, fake: FakeTransport, body: Any) -> None:
    fake.on(SEND).data(body)

    with pytest.raises(OutcomeUnknown):
        plug.submit([sms()], key=uuid4())


# --- their history ----------------------------------------------------------------------------------------------------


def test_the_history_is_searched_page_by_page_for_our_references(plug: Bizgo, fake: FakeTransport) -> None:
    taken, refused, missing = uuid4(), uuid4(), uuid4()
    pages = fake.on("getMessageHistory")
    pages.data(
        {"messages": [{"ref": str(taken), "msgKey": "K1", "responseCode": "A000"}], "lastSeq": 7, "hasNext": True}
    )
    pages.data({"messages": [{"ref": str(refused), "responseCode": "A306"}], "lastSeq": 9, "hasNext": False})
    call = Call(uuid4(), "sms", (taken, refused, missing), datetime.now(UTC) - timedelta(hours=1))

    found = plug.look_up(call)

    assert found[taken] == Accepted("K1")
    assert found[refused] == codes.rejected("A306")
    assert found[missing] == NotFound()
    assert fake.last_request.query["lastSeq"] == "7"


def test_absence_soon_after_the_call_or_in_a_history_too_long_proves_nothing(fake: FakeTransport) -> None:
    leg = uuid4()
    fake.on("getMessageHistory").data({"messages": [], "lastSeq": None, "hasNext": False})
    soon = plug_over(fake).look_up(Call(uuid4(), "sms", (leg,), datetime.now(UTC)))
    endless = FakeTransport()
    endless.on("getMessageHistory").data({"messages": [], "lastSeq": 1, "hasNext": True})
    long = plug_over(endless).look_up(Call(uuid4(), "sms", (leg,), datetime.now(UTC) - timedelta(hours=1)))

    assert (soon[leg], long[leg]) == (StillUnknown(), StillUnknown())


# --- their webhooks, signed by their library --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_signed_report_is_read_and_answered_with_its_key(plug: Bizgo, encoding: str) -> None:
    leg = uuid4()

    [event] = plug.read_receipts(hook(report(leg), encoding=encoding))

    assert (event.leg, event.outcome, event.code, event.reason_kind) == (leg, "delivered", "10000", "")
    assert json.loads(plug.acknowledge([event.event_key]).body) == WebhookReceiver.ack(event.vendor_ref)


def test_reports_of_one_recipient_on_two_channels_are_two_events(plug: Bizgo) -> None:
    [card] = plug.read_receipts(hook(report(serviceType="ALIMTALK", msgType="AT", reportCode="3019")))
    [letter] = plug.read_receipts(hook(report(serviceType="MMS", msgType="LM")))

    assert card.vendor_ref == letter.vendor_ref
    assert card.event_key != letter.event_key
    assert (card.outcome, card.reason_kind) == ("undelivered", "not_on_kakao")


def test_a_success_nobody_is_sure_of_changes_nothing(plug: Bizgo) -> None:
    assert plug.read_receipts(hook(report(serviceType="ALIMTALK", reportCode="ME09"))) == []
    [sure] = plug.read_receipts(hook(report(serviceType="ALIMTALK", reportCode="MS03")))
    assert sure.outcome == "delivered"


def test_a_reply_comes_from_the_telephone_not_from_what_was_typed(plug: Bizgo) -> None:
    [event] = plug.read_replies(hook(text()))

    assert (event.from_number, event.to_number, event.text) == (PHONE, OFFICE, "1 동의")
    assert json.loads(plug.acknowledge([event.event_key]).body) == {"msgKey": "MO1"}


def test_forged_stale_unsigned_or_foreign_webhooks_are_refused(plug: Bizgo) -> None:
    good = hook(text())
    bad = [
        hook(text(), secret="somebody else"),
        hook(text(), at=NOW - timedelta(minutes=6)),
        hook(text(), at=NOW + timedelta(minutes=6)),
        replace(good, headers={}),
        replace(good, headers={**good.headers, "x-ib-timestamp": "yesterday"}),
        replace(good, headers={**good.headers, "x-ib-signature": "가"}),
        replace(good, address="198.51.100.1"),
    ]

    assert plug.read_replies(good)
    for request in bad:
        with pytest.raises(HookRefused):
            plug.read_replies(request)


def test_while_the_secret_is_changed_both_are_good(fake: FakeTransport) -> None:
    plug = plug_over(fake, hook_secret_before="the one before")

    assert plug.read_replies(hook(text(), secret="the one before"))
    assert plug.read_replies(hook(text()))
    assert len(plug.hook_path_secrets) == 2


@pytest.mark.parametrize(
    "payload", [b"nonsense", [1], {}, text(originator=None), text(occurredTime="soon"), text(msgKey="")], ids=str
)
def test_authentic_nonsense_is_unreadable_and_never_an_error(plug: Bizgo, payload: Any) -> None:
    with pytest.raises(HookUnreadable):
        plug.read_replies(hook(payload))


# --- settings ---------------------------------------------------------------------------------------------------------


def test_it_can_do_what_the_vendor_offers(plug: Bizgo) -> None:
    assert isinstance(plug, Uploads)
    assert isinstance(plug, Polled)
    assert isinstance(plug, Reviewed)


def test_bad_settings_stop_the_start() -> None:
    live = {"base_url": "https://mars.ibapi.kr", "api_key": "k", "hook_secret": "s"}
    for options in ({**live}, {**live, "api_key": ""}, {**live, "hook_ips": ["1.2.3.4"], "receipts": "both"}):
        with pytest.raises(ImproperlyConfigured):
            Bizgo(**options)


def test_without_a_sender_key_no_alimtalk_is_carried(fake: FakeTransport) -> None:
    assert "alimtalk" not in plug_over(fake, sender_key="").capabilities.channels


# --- their client against our simulator -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("bizgo") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, "--poll", "bizgo") as running:
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
