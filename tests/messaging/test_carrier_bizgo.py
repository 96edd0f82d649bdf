"""The Bizgo plug beside the vendor's own library: its models read our bodies, its fake answers them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from bizgo.models import SendOmniRequest
from bizgo.testing import FakeTransport, RecordedFile
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
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
from tests.messaging.bizgo_library import plug_over
from tests.messaging.legs import OFFICE, PHONE, alimtalk, jpeg, mms, sms

SEND = "sendOmni"


@pytest.fixture
def fake() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def plug(fake: FakeTransport) -> Bizgo:
    return plug_over(fake)


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


def test_a_picture_that_was_not_uploaded_stops_the_call(fake: FakeTransport, plug: Bizgo) -> None:
    with pytest.raises(NotSent):
        plug.submit([mms(jpeg())], key=uuid4())

    assert fake.requests == []


def test_a_picture_is_named_by_its_content(fake: FakeTransport, plug: Bizgo) -> None:
    assert plug.upload(jpeg(), sha256="a" * 64).value == "FAKE-FILEKEY-000001"

    form = fake.last_request.form
    assert form is not None
    file = form["file"]
    assert isinstance(file, RecordedFile)
    assert (file.filename, file.content_type, file.size) == ("a" * 32 + ".jpg", "image/jpeg", len(jpeg()))


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


def test_without_a_contract_for_citizens_texts_nobody_is_asked_for_them(fake: FakeTransport) -> None:
    plug = plug_over(fake, replies=False)

    assert plug.poll("").events == ()
    assert fake.requests == []
    assert not plug.capabilities.replies


def test_without_a_sender_key_no_alimtalk_is_carried(fake: FakeTransport) -> None:
    assert "alimtalk" not in plug_over(fake, sender_key="").capabilities.channels
