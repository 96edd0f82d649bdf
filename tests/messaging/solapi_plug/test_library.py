"""The plug's messages, signatures and uploads as the vendor's own library reads them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

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
    Leg,
    Picture,
)
from messaging.carriers.solapi import Solapi, wire
from tests.messaging.legs import OFFICE, PHONE, alimtalk, jpeg, mms, sms
from tests.messaging.simulator_process import (
    RunningSimulator,
)
from tests.messaging.solapi_plug.account import CHANNEL, Memory, hook, made


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
