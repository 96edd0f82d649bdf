"""The dialect under /nhn: what this vendor takes, refuses, cuts, remembers and tells."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from messaging.simulator.truth import KST
from tests.messaging.legs import OFFICE, PHONE, jpeg
from tests.messaging.simulator_process import (
    BROWSER,
    HOOK_SECRET,
    KEY,
    Hook,
    Receiver,
    RunningSimulator,
    eventually,
    receiving,
    running_simulator,
)

SMS = f"/nhn/sms/v3.0/appKeys/{KEY}"
TALK = f"/nhn/alimtalk/v2.3/appkeys/{KEY}"
PROFILE = "a" * 40
WORDING = "[새빛구] #{이름}님, 접수되었습니다."


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("nhn") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, hooks=receiver.url) as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults(simulator: RunningSimulator) -> None:
    simulator.control(rules=[])


def ask(simulator: RunningSimulator, method: str, path: str, document: Any = None, **headers: str) -> Any:
    """One call with the right key; its JSON."""
    given = {"x-secret-key": KEY, "content-type": "application/json", **headers}
    content = None if document is None else json.dumps(document)
    return BROWSER.request(method, simulator.url + path, content=content, headers=given).json()


def look(simulator: RunningSimulator, path: str, **query: str) -> Any:
    return BROWSER.get(simulator.url + path, params=query, headers={"x-secret-key": KEY}).json()


def lately(form: str) -> dict[str, str]:
    """A range of creation around now, as one of the services writes it."""
    now = datetime.now(KST)
    start, end = now - timedelta(minutes=5), now + timedelta(minutes=2)
    return {"startCreateDate": start.strftime(form), "endCreateDate": end.strftime(form)}


SECONDS, MINUTES = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"


def text(**changes: Any) -> dict[str, Any]:
    person = {"recipientNo": PHONE, "recipientGroupingKey": str(uuid4())}
    return {"body": "안내", "sendNo": OFFICE, "senderGroupingKey": str(uuid4()), "recipientList": [person]} | changes


def card(code: str, **person: Any) -> dict[str, Any]:
    one = {"recipientNo": PHONE, "recipientGroupingKey": str(uuid4()), "templateParameter": {"이름": "김하늘"}}
    one["resendParameter"] = {"isResend": False}
    document = {"senderKey": PROFILE, "templateCode": code, "senderGroupingKey": str(uuid4())}
    return {**document, "recipientList": [one | person]}


def code_of(answer: Any) -> int:
    code: int = answer["header"]["resultCode"]
    assert answer["header"]["isSuccessful"] == (code == 0)
    return code


def registered(simulator: RunningSimulator, content: str = WORDING, **changes: Any) -> str:
    """The code of a wording, reviewed."""
    code = uuid4().hex[:20]
    link = {"ordering": 1, "type": "WL", "name": "보기", "linkMo": "https://sotong.example.go.kr/c/1/"}
    wording = {"templateCode": code, "templateName": code, "templateContent": content, "buttons": [link]}
    assert code_of(ask(simulator, "POST", f"{TALK}/senders/{PROFILE}/templates", wording | changes)) == 0
    assert eventually(lambda: review(simulator, code)["status"] != "TSC02")
    return code


def review(simulator: RunningSimulator, code: str) -> Any:
    return look(simulator, f"{TALK}/senders/{PROFILE}/templates/{code}")["templates"]


# --- who may call -----------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_refused_with_http_200(simulator: RunningSimulator) -> None:
    wrong = ask(simulator, "POST", f"{SMS}/sender/sms", text(), **{"x-secret-key": "wrong"})
    stranger = ask(simulator, "POST", "/nhn/sms/v3.0/appKeys/other/sender/sms", text())

    assert (code_of(wrong), code_of(stranger)) == (-1001, -1000)


# --- texts ------------------------------------------------------------------------------------------------------------


def test_a_text_is_taken_and_found_again_by_our_references(simulator: RunningSimulator) -> None:
    order = text()

    data = ask(simulator, "POST", f"{SMS}/sender/sms", order)["body"]["data"]

    asked = {"senderGroupingKey": order["senderGroupingKey"], **lately(SECONDS)}
    rows = look(simulator, f"{SMS}/sender/sms", **asked)["body"]["data"]
    assert [row["recipientGroupingKey"] for row in rows] == [order["recipientList"][0]["recipientGroupingKey"]]
    assert rows[0]["requestId"] == data["requestId"]
    assert len(data["requestId"]) == 25
    assert (rows[0]["msgStatus"], rows[0]["resultCode"]) == ("3", "1000")
    one = look(simulator, f"{SMS}/sender/sms/{data['requestId']}", recipientSeq="1")["body"]["data"]
    assert one == rows[0]


WRONG_TEXTS: dict[int, dict[str, Any]] = {
    -9997: {"bodyy": "안내"},
    4: {"statsId": "123456789"},
    -2014: {"body": " "},
    -2015: {"body": "가" * 256},
    -2023: {"body": "안녕 🙂"},
    -2312: {"sendNo": "0299999999"},
    -2001: {"recipientList": []},
    -2016: {"recipientList": [{"recipientNo": PHONE}] * 1001},
}


@pytest.mark.parametrize("code", WRONG_TEXTS)
def test_a_wrong_text_is_refused_whole(simulator: RunningSimulator, code: int) -> None:
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/sms", text(**WRONG_TEXTS[code]))) == code


def test_a_wrong_recipient_is_refused_alone(simulator: RunningSimulator) -> None:
    people = [{"recipientNo": "0212345678"}, {"recipientNo": PHONE}, {"recipientNo": PHONE, "countryCode": "1"}]

    answer = ask(simulator, "POST", f"{SMS}/sender/sms", text(recipientList=people))

    assert [one["resultCode"] for one in answer["body"]["data"]["sendResultList"]] == [-2019, 0, -2044]


def test_too_long_a_text_is_cut_without_a_word(simulator: RunningSimulator) -> None:
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/sms", text(body="가" * 46))) == 0

    assert simulator.truth()[-1]["text"] == "가" * 45


def test_an_emergency_text_needs_a_word_for_it(simulator: RunningSimulator) -> None:
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/auth/sms", text())) == -8000
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/auth/sms", text(body="인증번호 123456"))) == 0


def test_a_key_is_good_for_one_request(simulator: RunningSimulator) -> None:
    order, key = text(), {"x-nc-api-idempotency-key": str(uuid4())}

    first = ask(simulator, "POST", f"{SMS}/sender/sms", order, **key)
    second = ask(simulator, "POST", f"{SMS}/sender/sms", order, **key)

    assert (code_of(first), code_of(second)) == (0, -1005)


def test_a_forgotten_key_is_a_second_delivery(simulator: RunningSimulator) -> None:
    order, key = text(), {"x-nc-api-idempotency-key": str(uuid4())}
    simulator.control(rules=[{"fault": "forget_key", "times": 1}])

    codes = [code_of(ask(simulator, "POST", f"{SMS}/sender/sms", order, **key)) for _ in range(2)]

    leg = order["recipientList"][0]["recipientGroupingKey"]
    assert codes == [0, 0]
    assert sum(event["leg"] == leg for event in simulator.truth()) == 2


WRONG_SEARCHES: list[tuple[int, dict[str, str]]] = [
    (-2011, {"senderGroupingKey": "1"}),
    (-2000, lately(MINUTES)),
    (-4000, {"startCreateDate": "2026-01-01 00:00:00", "endCreateDate": "2026-03-01 00:00:00"}),
    (-1005, {"group": "1", **lately(SECONDS)}),
    (4, {"pageSize": "1001", **lately(SECONDS)}),
]


@pytest.mark.parametrize(("code", "query"), WRONG_SEARCHES)
def test_a_look_up_must_be_well_formed(simulator: RunningSimulator, code: int, query: dict[str, str]) -> None:
    assert code_of(look(simulator, f"{SMS}/sender/sms", **query)) == code


def test_a_look_up_shows_fifteen_unless_told(simulator: RunningSimulator) -> None:
    order = text(recipientList=[{"recipientNo": f"010{20_000_000 + n}"} for n in range(20)])
    ask(simulator, "POST", f"{SMS}/sender/sms", order)

    asked = {"senderGroupingKey": order["senderGroupingKey"], **lately(SECONDS)}
    few, all_of_them = (look(simulator, f"{SMS}/sender/sms", **asked, **size) for size in ({}, {"pageSize": "1000"}))

    assert (len(few["body"]["data"]), few["body"]["totalCount"]) == (15, 20)
    assert len(all_of_them["body"]["data"]) == 20


# --- pictures ---------------------------------------------------------------------------------------------------------


def upload(simulator: RunningSimulator, content: bytes, name: str = "page.jpg") -> Any:
    document = {"fileName": name, "createUser": "sotong", "fileBody": base64.b64encode(content).decode()}
    return ask(simulator, "POST", f"{SMS}/attachfile/binaryUpload", document)


def test_a_picture_is_uploaded_first_and_then_sent(simulator: RunningSimulator) -> None:
    file_id = upload(simulator, jpeg())["body"]["data"]["fileId"]

    with_picture = text(title="고지서", attachFileIdList=[file_id])
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/mms", with_picture)) == 0
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/mms", text(title="안내"))) == 0

    assert [event["channel"] for event in simulator.truth()[-2:]] == ["mms", "lms"]
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/mms", text(title="고지서", attachFileIdList=[999]))) == -2004
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/mms", text())) == -2014


@pytest.mark.parametrize(
    ("code", "content", "name"),
    [
        (-2003, jpeg(), "page.png"),
        (-2003, b"%PDF-1.7", "page.jpg"),
        (-2005, jpeg() + b"0" * 310_000, "page.jpg"),
        (-2009, jpeg(1001, 10), "page.jpg"),
        (-2002, jpeg(), "a" * 42 + ".jpg"),
    ],
)
def test_a_wrong_picture_is_refused(simulator: RunningSimulator, code: int, content: bytes, name: str) -> None:
    assert code_of(upload(simulator, content, name)) == code


# --- AlimTalk ---------------------------------------------------------------------------------------------------------


def test_a_wording_is_reviewed_before_it_may_be_sent(simulator: RunningSimulator) -> None:
    code = uuid4().hex[:20]
    wording = {"templateCode": code, "templateName": "접수", "templateContent": WORDING}

    assert code_of(ask(simulator, "POST", f"{TALK}/messages", card(code))) == -3003
    ask(simulator, "POST", f"{TALK}/senders/{PROFILE}/templates", wording)
    assert code_of(ask(simulator, "POST", f"{TALK}/messages", card(code))) == -3005
    assert code_of(ask(simulator, "POST", f"{TALK}/senders/{PROFILE}/templates", wording)) == -3001

    assert eventually(lambda: review(simulator, code)["status"] == "TSC03")
    assert code_of(ask(simulator, "POST", f"{TALK}/messages", card(code))) == 0
    assert simulator.truth()[-1]["text"] == "[새빛구] 김하늘님, 접수되었습니다."


def test_a_rejected_wording_says_why_and_a_comment_opens_it_again(simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "review_rejected", "times": 1}])
    code = registered(simulator)

    assert (review(simulator, code)["status"], review(simulator, code)["comments"][-1]["status"]) == ("TSC04", "REJ")
    ask(simulator, "POST", f"{TALK}/senders/{PROFILE}/templates/{code}/comments", {"comment": "정보성입니다."})

    assert eventually(lambda: review(simulator, code)["status"] == "TSC03")


def test_a_rejected_wording_can_be_changed_and_an_approved_one_cannot(simulator: RunningSimulator) -> None:
    code = registered(simulator, "반려될 글입니다.")
    place = f"{TALK}/senders/{PROFILE}/templates/{code}"
    better = {"templateName": code, "templateContent": WORDING}

    assert code_of(ask(simulator, "PUT", place, better)) == 0
    assert eventually(lambda: review(simulator, code)["status"] == "TSC03")

    assert review(simulator, code)["templateContent"] == WORDING
    assert code_of(ask(simulator, "PUT", place, better)) == -3005


def test_each_recipient_of_a_card_is_judged_alone(simulator: RunningSimulator) -> None:
    code = registered(simulator)
    order = card(code)
    order["recipientList"].append({"recipientNo": PHONE, "resendParameter": {"isResend": False}})

    answer = ask(simulator, "POST", f"{TALK}/messages", order)
    alone = ask(simulator, "POST", f"{TALK}/messages", order | {"recipientList": order["recipientList"][1:]})

    assert [one["resultCode"] for one in answer["message"]["sendResults"]] == [0, -3004]
    assert code_of(alone) == -2999


def test_a_message_brings_no_buttons_of_its_own(simulator: RunningSimulator) -> None:
    link = {"ordering": 1, "linkMo": "https://elsewhere.example/"}

    answer = ask(simulator, "POST", f"{TALK}/messages", card(registered(simulator), buttons=[link]))

    assert [one["resultCode"] for one in answer["message"]["sendResults"]] == [-2018]


@pytest.mark.parametrize(
    ("resend", "channels"),
    [({"isResend": False}, ["alimtalk"]), ({"isResend": True}, ["alimtalk", "sms"]), (None, ["alimtalk", "sms"])],
)
def test_whoever_does_not_say_no_gets_a_text_where_kakaotalk_fails(
    simulator: RunningSimulator, resend: Any, channels: list[str]
) -> None:
    number = "01077770001"
    code = registered(simulator, "접수되었습니다.", buttons=[])
    simulator.control(switches=[{"number": number, "name": "no_kakao", "on": True}])
    before = len(simulator.truth())

    ask(simulator, "POST", f"{TALK}/messages", card(code, recipientNo=number, resendParameter=resend))

    assert [event["channel"] for event in simulator.truth()[before:]] == channels


def test_a_card_is_found_again_by_the_minute(simulator: RunningSimulator) -> None:
    order = card(registered(simulator))
    ask(simulator, "POST", f"{TALK}/messages", order)

    asked = {"senderGroupingKey": order["senderGroupingKey"], **lately(MINUTES)}
    rows = look(simulator, f"{TALK}/messages", **asked)["messageSearchResultResponse"]["messages"]

    assert [(row["messageStatus"], row["resultCode"], row["resendStatus"]) for row in rows] == [
        ("COMPLETED", "1000", "RSC01")
    ]


# --- webhooks and the 080 list ------------------------------------------------------------------------------------------


def key_of(hook: Hook) -> str:
    return str(json.loads(hook.body)["hooks"][0]["recipientGroupingKey"])


def hooks_of(receiver: Receiver, page: str) -> list[dict[str, Any]]:
    return [json.loads(hook.body)["hooks"][0] for hook in receiver.of(page)]


def test_results_are_told_with_the_string_typed_at_set_up(simulator: RunningSimulator, receiver: Receiver) -> None:
    receiver.hooks.clear()
    order, letter = card(registered(simulator)), text()
    ask(simulator, "POST", f"{SMS}/sender/sms", letter)
    ask(simulator, "POST", f"{TALK}/messages", order)

    wanted = {one["recipientList"][0]["recipientGroupingKey"] for one in (order, letter)}
    assert eventually(lambda: {key_of(hook) for hook in receiver.of("receipts")} >= wanted)
    told = [hook for hook in receiver.of("receipts") if key_of(hook) in wanted]  # not what an earlier test still brings
    assert {hook.headers["x-toast-webhook-signature"] for hook in told} == {HOOK_SECRET}
    assert {json.loads(hook.body)["productName"] for hook in told} == {"SMS", "KakaoTalk Bizmessage"}
    assert {json.loads(hook.body)["hooks"][0]["resultCode"] for hook in told} == {"1000"}


def test_a_call_to_the_free_line_is_told_and_listed(simulator: RunningSimulator, receiver: Receiver) -> None:
    number = "01077770002"
    ask(simulator, "POST", f"{SMS}/sender/sms", text())

    simulator.control(switches=[{"number": number, "name": "refuses_080", "on": True}])

    assert eventually(lambda: [one["recipientNo"] for one in hooks_of(receiver, "unsubscribes")] == [number])
    listed = look(simulator, f"{SMS}/blockservice/recipients", unsubscribeNo="08012341234")["body"]["data"]
    assert [one["recipientNo"] for one in listed] == [number]


def test_a_restart_forgets_nothing(simulator: RunningSimulator) -> None:
    order, key = text(), {"x-nc-api-idempotency-key": str(uuid4())}
    file_id = upload(simulator, jpeg(30, 30))["body"]["data"]["fileId"]
    ask(simulator, "POST", f"{SMS}/sender/sms", order, **key)

    simulator.kill()
    simulator.start()

    assert code_of(ask(simulator, "POST", f"{SMS}/sender/sms", order, **key)) == -1005
    asked = {"senderGroupingKey": order["senderGroupingKey"], **lately(SECONDS)}
    assert look(simulator, f"{SMS}/sender/sms", **asked)["body"]["totalCount"] == 1
    assert code_of(ask(simulator, "POST", f"{SMS}/sender/mms", text(title="가", attachFileIdList=[file_id]))) == 0
