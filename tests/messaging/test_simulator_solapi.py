"""The simulator's Solapi dialect, spoken to as its documents say; signed by Solapi's own library."""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from solapi.lib.authenticator import Authenticator
from solapi.model.webhook.single_report import SingleReportPayload

from messaging.simulator import audit
from tests.messaging.legs import OFFICE, PHONE, jpeg
from tests.messaging.simulator_process import (
    BROWSER,
    KEY,
    Receiver,
    RunningSimulator,
    eventually,
    running_simulator,
)

CHANNEL = "KA01PF260101000000000simulator"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("solapi") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as running:
        yield running


def call(
    simulator: RunningSimulator, method: str, path: str, document: Any = None, *, key: str = KEY
) -> httpx.Response:
    headers = {"authorization": Authenticator(key, KEY).get_auth_info()}
    return BROWSER.request(method, f"{simulator.url}/solapi{path}", json=document, headers=headers)


def message(**changes: Any) -> dict[str, Any]:
    plain = {"to": PHONE, "from": OFFICE, "text": "[새빛구] 안내", "type": "SMS", "autoTypeDetect": False}
    return {**plain, "customFields": {"attempt": str(uuid4())}, **changes}


def group(simulator: RunningSimulator, **fields: Any) -> str:
    found: str = call(simulator, "POST", "/messages/v4/groups", {"allowDuplicates": True, **fields}).json()["groupId"]
    return found


def put(simulator: RunningSimulator, name: str, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    answer = call(simulator, "PUT", f"/messages/v4/groups/{name}/messages", {"messages": list(messages)})
    found: list[dict[str, Any]] = answer.json()["resultList"]
    return found


def codes(simulator: RunningSimulator, *messages: dict[str, Any], **fields: Any) -> list[str]:
    return [one["statusCode"] for one in put(simulator, group(simulator, **fields), *messages)]


def accepted(simulator: RunningSimulator, attempt: str) -> list[dict[str, Any]]:
    return [event for event in simulator.truth() if event["leg"] == attempt]


def approved_template(simulator: RunningSimulator, content: str = "[새빛구] #{이름}님 접수되었습니다.") -> str:
    document = {
        "channelId": CHANNEL,
        "name": "접수",
        "content": content,
        "categoryCode": "999999",
        "buttons": [{"buttonName": "보기", "buttonType": "WL", "linkMo": "https://sotong.example.go.kr/#{곳}"}],
    }
    name: str = call(simulator, "POST", "/kakao/v2/templates", document).json()["templateId"]
    call(simulator, "PUT", f"/kakao/v2/templates/{name}/inspection", {})
    assert eventually(lambda: template_status(simulator, name) != "INSPECTING")
    return name


def template_status(simulator: RunningSimulator, name: str) -> str:
    found: str = call(simulator, "GET", f"/kakao/v2/templates/{name}").json()["status"]
    return found


def card(template: str, **options: Any) -> dict[str, Any]:
    given = {"pfId": CHANNEL, "templateId": template, "variables": {"#{이름}": "김하늘", "#{곳}": "c/1/"}}
    return message(type="ATA", text="", kakaoOptions={**given, "disableSms": True, **options})


# --- who may call -----------------------------------------------------------------------------------------------------


def test_a_wrong_key_secret_or_time_is_refused_with_its_documented_code(simulator: RunningSimulator) -> None:
    good = Authenticator(KEY, KEY).get_auth_info()
    other_secret = Authenticator(KEY, "other").get_auth_info()
    date = "2020-01-02T00:00:00+09:00"
    old = f"apiKey={KEY}, date={date}, salt={'a' * 20}, signature="
    old = f"HMAC-SHA256 {old}{Authenticator.get_signature(KEY, date + 'a' * 20)}"
    answers = [
        BROWSER.get(f"{simulator.url}/solapi/cash/v1/balance", headers={"authorization": header})
        for header in (good, good, Authenticator("other", KEY).get_auth_info(), other_secret, old, "")
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 403, 403, 401]
    assert [answer.json().get("errorCode") for answer in answers] == [
        None,
        "DuplicatedSignature",
        "InvalidAPIKey",
        "SignatureDoesNotMatch",
        "RequestTimeTooSkewed",
        "Unauthorized",
    ]


# --- the group's three steps -------------------------------------------------------------------------------------------


def test_a_group_leaves_only_when_it_is_sent_and_only_once(simulator: RunningSimulator) -> None:
    name, one = group(simulator), message()
    attempt = one["customFields"]["attempt"]

    [result] = put(simulator, name, one)
    before = accepted(simulator, attempt)
    pending = call(simulator, "GET", f"/messages/v4/groups/{name}").json()["status"]
    first = call(simulator, "POST", f"/messages/v4/groups/{name}/send")
    second = call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    assert (result["statusCode"], before, pending) == ("2000", [], "PENDING")
    assert (first.status_code, second.status_code) == (200, 400)
    [event] = accepted(simulator, attempt)
    assert (event["dialect"], event["ref"], event["channel"]) == ("solapi", result["messageId"], "sms")
    listed = call(simulator, "GET", f"/messages/v4/groups/{name}/messages").json()["messageList"]
    assert listed[result["messageId"]]["customFields"] == {"attempt": attempt}
    assert eventually(lambda: call(simulator, "GET", f"/messages/v4/groups/{name}").json()["status"] == "COMPLETE")


def test_the_same_messages_put_twice_are_two_deliveries(simulator: RunningSimulator) -> None:
    name, one = group(simulator), message()
    put(simulator, name, one)
    put(simulator, name, one)

    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    assert one["customFields"]["attempt"] in audit.verdict(simulator.log, None)["doubled"]


def test_without_duplicates_the_second_person_of_a_household_is_refused(simulator: RunningSimulator) -> None:
    assert codes(simulator, message(), message()) == ["2000", "2000"]
    assert codes(simulator, message(), message(), allowDuplicates=False) == ["2000", "1026"]


def test_refused_messages_are_kept_and_never_sent(simulator: RunningSimulator) -> None:
    name, good, bad = group(simulator), message(), message(to="02-123-4567")

    results = put(simulator, name, bad, good)
    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    assert [one["statusCode"] for one in results] == ["1011", "2000"]
    taken = {event["leg"] for event in simulator.truth()}
    assert good["customFields"]["attempt"] in taken
    assert bad["customFields"]["attempt"] not in taken
    assert any(event["leg"] == bad["customFields"]["attempt"] for event in simulator.truth("refuse"))
    assert len(call(simulator, "GET", f"/messages/v4/groups/{name}/messages").json()["messageList"]) == 2


WRONG = {
    "1010": message(text=" "),
    "1011": message(to="0212345678"),
    "1013": message(subject="안내"),
    "1014": message(type="LMS", subject="가" * 21),
    "1025": message(type="FAX"),
    "1028": message(text="앞\x07뒤"),
    "1029": message(text="이모지 🙂"),
    "1031": message(text="가" * 46),
    "1032": message(customFields={"attempt": "1" * 101}),
    "1033": message(kakaoOptions={"pfId": CHANNEL}),
    "1034": message(type="MMS", imageId="ST01FLnothing"),
    "1042": message(type="ATA", kakaoOptions={"pfId": CHANNEL, "templateId": "KA01TPnothing", "disableSms": True}),
    "1062": message(**{"from": "0299999999"}),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_refused_with_its_code(simulator: RunningSimulator, code: str) -> None:
    assert codes(simulator, WRONG[code]) == [code]


@pytest.mark.parametrize(
    "changes", [{"unknown": 1}, {"to": 1012345678}, {"kakaoOptions": {"disableSms": "yes"}}, {"autoTypeDetect": "no"}]
)
def test_an_unknown_field_or_another_type_refuses_the_whole_call(
    simulator: RunningSimulator, changes: dict[str, Any]
) -> None:
    name = group(simulator)

    answer = call(simulator, "PUT", f"/messages/v4/groups/{name}/messages", {"messages": [message(**changes)]})

    assert (answer.status_code, answer.json()["errorCode"]) == (400, "ValidationError")


def test_a_type_left_out_is_detected(simulator: RunningSimulator) -> None:
    short, long = message(), message(text="가" * 46)
    for one in (short, long):
        del one["type"], one["autoTypeDetect"]

    results = put(simulator, group(simulator), short, long)

    assert [one["type"] for one in results] == ["SMS", "LMS"]


# --- pictures, cards and the fallback of their own ---------------------------------------------------------------------


def test_a_picture_is_uploaded_first_and_shown_on_the_handset(simulator: RunningSimulator) -> None:
    picture = base64.b64encode(jpeg()).decode()
    file_id = call(simulator, "POST", "/storage/v1/files", {"file": picture, "type": "MMS"}).json()["fileId"]
    name = group(simulator)
    put(simulator, name, message(type="MMS", subject="고지서", imageId=file_id, to="01048270001"))

    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    [shown] = simulator.phone("01048270001")["messages"]
    assert len(shown["images"]) == 1
    assert call(simulator, "POST", "/storage/v1/files", {"file": "bm8=", "type": "MMS"}).status_code == 400


def test_a_template_is_reviewed_and_then_filled_for_each_person(simulator: RunningSimulator) -> None:
    name = group(simulator)
    template = approved_template(simulator)

    [result] = put(simulator, name, card(template) | {"to": "01048270002"})
    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    assert result["statusCode"] == "2000"
    [shown] = simulator.phone("01048270002")["messages"]
    assert shown["text"] == "[새빛구] 김하늘님 접수되었습니다."
    assert shown["buttons"] == [{"label": "보기", "url": "https://sotong.example.go.kr/c/1/"}]


def test_a_card_must_say_what_was_approved(simulator: RunningSimulator) -> None:
    template = approved_template(simulator)

    assert codes(
        simulator,
        card(template, pfId="other"),
        card(template) | {"text": "딴말"},
        card(template, variables={"#{곳}": "c/1/"}),
        card(template, buttons=[]),
        card(template, buttons=[{"buttonName": "딴이름", "buttonType": "WL", "linkMo": "https://a.example/"}]),
        card(template, variables={"#{이름}": "김하늘"}),
    ) == ["1041", "1043", "1043", "1046", "1044", "1045"]


def test_a_wording_that_says_so_is_rejected_with_a_comment(simulator: RunningSimulator) -> None:
    rejected = approved_template(simulator, content="반려해 주세요")

    found = call(simulator, "GET", f"/kakao/v2/templates/{rejected}").json()

    assert found["status"] == "REJECTED"
    assert found["comments"][0]["isAdmin"]
    assert codes(simulator, card(rejected)) == ["1042"]


@pytest.mark.parametrize(("options", "bubbles"), [({"disableSms": True}, 0), ({"disableSms": False}, 1)])
def test_who_does_not_switch_their_fallback_off_gets_a_text_by_itself(
    simulator: RunningSimulator, options: dict[str, bool], bubbles: int
) -> None:
    number = f"0104827100{bubbles}"
    simulator.control(switches=[{"number": number, "name": "no_kakao", "on": True}])
    name, template = group(simulator), approved_template(simulator)
    put(simulator, name, card(template, **options) | {"to": number})

    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    texts = [one for one in simulator.phone(number)["messages"] if one["channel"] != "alimtalk"]
    assert len(texts) == bubbles


# --- reports, the 080 list, faults, a restart --------------------------------------------------------------------------


def test_reports_come_in_the_shape_their_library_reads(simulator: RunningSimulator, receiver: Receiver) -> None:
    name, one = group(simulator), message()
    [result] = put(simulator, name, one)

    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    def reports() -> list[Any]:
        read = [SingleReportPayload.model_validate_json(hook.body).root for hook in receiver.of("receipts")]
        return [report for batch in read for report in batch if report.data.message_id == result["messageId"]]

    assert eventually(lambda: bool(reports()))
    [report] = reports()
    assert report.data.status_code == "4000"
    assert report.data.custom_fields == one["customFields"]


def test_the_080_list_names_who_rang_and_refuses_texts_to_them(simulator: RunningSimulator) -> None:
    simulator.control(switches=[{"number": "01048272222", "name": "refuses_080", "on": True}])

    listed = call(simulator, "GET", "/iam/v1/black?type=DENIAL&limit=100").json()["blackList"]

    assert [one["recipientNumber"] for one in listed] == ["01048272222"]
    assert codes(simulator, message(to="01048272222")) == ["1061"]


def test_a_partial_refusal_is_a_status_of_each_message(simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "partial_refusal", "method": "PUT", "share": 1.0, "code": "1030"}])

    found = codes(simulator, message())

    simulator.control(rules=[])
    assert found == ["1030"]


def test_a_lagging_look_up_says_pending_though_it_was_sent(simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "look_up_lag", "seconds": 1.0}])
    name = group(simulator)
    put(simulator, name, message())
    call(simulator, "POST", f"/messages/v4/groups/{name}/send")
    simulator.control(rules=[])

    early = call(simulator, "GET", f"/messages/v4/groups/{name}").json()["status"]

    assert early == "PENDING"
    assert eventually(lambda: call(simulator, "GET", f"/messages/v4/groups/{name}").json()["status"] != "PENDING")


def test_a_killed_carrier_still_knows_its_groups(simulator: RunningSimulator) -> None:
    name, waiting, template = group(simulator), group(simulator), approved_template(simulator)
    one, other = message(), message()
    put(simulator, name, one)
    put(simulator, waiting, other)
    call(simulator, "POST", f"/messages/v4/groups/{name}/send")

    simulator.kill()
    simulator.start()

    assert call(simulator, "GET", f"/messages/v4/groups/{name}").json()["status"] in ("SENDING", "COMPLETE")
    assert call(simulator, "GET", f"/messages/v4/groups/{waiting}").json()["status"] == "PENDING"
    assert template_status(simulator, template) == "APPROVED"
    assert call(simulator, "POST", f"/messages/v4/groups/{waiting}/send").status_code == 200
    assert any(event["leg"] == other["customFields"]["attempt"] for event in simulator.truth())
