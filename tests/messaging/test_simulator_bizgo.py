"""The simulator's Bizgo, spoken to directly: what the vendor's document says, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.messaging.legs import OFFICE, PHONE, jpeg
from tests.messaging.simulator_process import BROWSER, KEY, RunningSimulator, eventually, running_simulator

SENDER_KEY = "s" * 40
SMS = {"sms": {"from": OFFICE, "text": "#{b}"}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("bizgo") / "truth.jsonl"
    with running_simulator(log, "--sender", OFFICE, "--polled", "bizgo") as simulator:
        yield simulator


@pytest.fixture
def simulator(running: RunningSimulator) -> RunningSimulator:
    running.control(rules=[])
    return running


def call(simulator: RunningSimulator, method: str, path: str, *, key: str = KEY, **more: Any) -> httpx.Response:
    return BROWSER.request(method, f"{simulator.url}/bizgo/api/comm/v1{path}", headers={"authorization": key}, **more)


def said(answer: httpx.Response) -> tuple[int, str, Any]:
    """The status, the code of whichever layer refused (A000 = neither), and the product's own part."""
    document = answer.json()
    data = document.get("data", {})
    code = document["common"]["authCode"]
    return answer.status_code, code if code != "A000" else data["code"], data.get("data")


def send(simulator: RunningSimulator, **changes: Any) -> tuple[int, str, Any]:
    body = {"destinations": [{"to": PHONE, "replaceWords": {"b": "안내"}}], "messageFlow": [SMS], **changes}
    return said(call(simulator, "POST", "/send/omni", json=body))


def codes(found: Any) -> list[str]:
    return [row["code"] for row in found["destinations"]]


def test_the_key_has_no_word_before_it(simulator: RunningSimulator) -> None:
    assert said(call(simulator, "GET", "/report/polling", key=f"Bearer {KEY}"))[:2] == (401, "A401")
    assert "data" not in call(simulator, "GET", "/nowhere", key=KEY).json()
    assert said(call(simulator, "GET", "/nowhere"))[:2] == (404, "A404")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unknown": 1}, "A011"),
        ({"destinations": []}, "A300"),
        ({"messageFlow": []}, "A300"),
        ({"messageFlow": [{**SMS, "mms": {"from": OFFICE, "text": "둘"}}]}, "A300"),
        ({"messageFlow": [{"sms": {"from": OFFICE, "text": "", "ttl": "1"}}]}, "A303"),
        ({"messageFlow": [{"sms": {"from": "119", "text": "가"}}]}, "A302"),
        ({"messageFlow": [{"sms": {"from": OFFICE, "text": "가", "title": "제목"}}]}, "A011"),
        ({"messageFlow": [{"mms": {"from": OFFICE, "text": "가", "fileKey": ["none"]}}]}, "A217"),
        ({"messageFlow": [{"mms": {"from": OFFICE, "text": "가", "fileKey": list("abcd")}}]}, "A319"),
        ({"destinations": [{"to": PHONE}] * 201}, "A318"),
        ({"idempotencyKey": "k"}, "A309"),
        ({"idempotencyKey": "k", "idempotencyTtl": 86_401}, "A309"),
        ({"idempotencyKey": "k" * 201, "idempotencyTtl": 60}, "A308"),
        (
            {"messageFlow": [{"alimtalk": {"senderKey": SENDER_KEY, "templateCode": "none", "sendType": "template"}}]},
            "A505",
        ),
        ({"messageFlow": [{"alimtalk": {"senderKey": SENDER_KEY, "templateCode": "t"}}]}, "A523"),
    ],
)
def test_a_wrong_field_refuses_the_whole_call(simulator: RunningSimulator, changes: dict[str, Any], code: str) -> None:
    before = len(simulator.truth())

    assert send(simulator, **changes)[:2] == (400, code)

    assert len(simulator.truth()) == before


@pytest.mark.parametrize(
    ("destination", "flow", "code"),
    [
        ({"to": "0212345678"}, {"sms": {"from": OFFICE, "text": "가"}}, "A306"),
        ({"to": PHONE}, {"sms": {"from": "0299999999", "text": "가"}}, "A327"),
        ({"to": PHONE}, {"sms": {"from": OFFICE, "text": "🙂"}}, "A303"),
        ({"to": PHONE, "replaceWords": {"b": "가" * 46}}, SMS, "A328"),
        ({"to": PHONE}, {"mms": {"from": OFFICE, "text": "가", "title": "가" * 21}}, "A328"),
    ],
)
def test_what_is_wrong_with_one_recipient_refuses_only_that_one(
    simulator: RunningSimulator, destination: dict[str, Any], flow: dict[str, Any], code: str
) -> None:
    good = {"to": PHONE, "replaceWords": {"b": "안내"}}

    status, whole, found = send(simulator, destinations=[destination], messageFlow=[flow])
    mixed = codes(send(simulator, destinations=[good, {**good, "to": "15771577"}])[2])

    assert (status, whole, codes(found)) == (200, "A000", [code])
    assert "msgKey" not in found["destinations"][0]
    assert mixed == ["A000", "A306"]


def test_a_key_is_remembered_for_its_lifetime_and_no_longer(simulator: RunningSimulator) -> None:
    lasting = {"idempotencyKey": "lasting", "idempotencyTtl": 3600}
    fleeting = {"idempotencyKey": "fleeting", "idempotencyTtl": 0}

    assert [codes(send(simulator, **lasting)[2]) for _ in range(2)] == [["A000"], ["A301"]]
    assert [codes(send(simulator, **fleeting)[2]) for _ in range(2)] == [["A000"], ["A000"]]


def test_under_one_key_a_new_recipient_is_taken_beside_those_taken_before(simulator: RunningSimulator) -> None:
    key = {"idempotencyKey": "growing", "idempotencyTtl": 3600}
    one, two = ({"to": PHONE, "ref": name, "replaceWords": {"b": name}} for name in ("one", "two"))

    send(simulator, destinations=[one], **key)

    assert codes(send(simulator, destinations=[one, two], **key)[2]) == ["A301", "A000"]


def test_each_recipient_reads_their_own_words(simulator: RunningSimulator) -> None:
    number = "01033330001"

    send(simulator, destinations=[{"to": number, "replaceWords": {"b": "당신의 글"}}])

    assert [one["text"] for one in simulator.phone(number)["messages"]] == ["당신의 글"]


def test_a_flow_of_two_falls_back_by_itself(simulator: RunningSimulator) -> None:
    number, wording = "01033330002", approved(simulator, "flow")
    simulator.control(switches=[{"number": number, "name": "no_kakao", "on": True}])

    found = send(simulator, destinations=[{"to": number, "replaceWords": {"b": "대신"}}], messageFlow=[wording, SMS])[2]

    shown = [(one["channel"], one["status"]) for one in simulator.phone(number)["messages"]]
    assert shown == [("alimtalk", "undelivered"), ("sms", "delivered")]
    key = found["destinations"][0]["msgKey"]
    states = said(call(simulator, "GET", f"/message/inquiry/msgKey/{key}"))[2]["messages"]
    assert [(one["serviceType"], one["fallback"]) for one in states] == [("ALIMTALK", "Y"), ("SMS", "Y")]


def test_a_full_text_unlike_its_wording_is_taken_and_fails(simulator: RunningSimulator) -> None:
    approved(simulator, "full")
    body = {"senderKey": SENDER_KEY, "templateCode": "full", "msgType": "AT", "text": "전혀 다른 글"}

    found = send(simulator, messageFlow=[{"alimtalk": body}])[2]

    key = found["destinations"][0]["msgKey"]
    assert codes(found) == ["A000"]
    (report,) = said(call(simulator, "GET", f"/report/inquiry/{key}"))[2]["report"]
    assert report["reportCode"] == "3016"


def approved(simulator: RunningSimulator, code: str) -> dict[str, Any]:
    """A message of a wording that has passed its review."""
    body = {"senderKey": SENDER_KEY, "templateCode": code, "templateName": code, "text": "[새빛구] #{b}"}
    kinds = {"templateMessageType": "BA", "templateEmphasizeType": "NONE"}
    call(simulator, "POST", "/center/alimtalk/template", json={"alimtalk": {**body, **kinds}})
    wanted = {"senderKey": SENDER_KEY, "templateCode": code}
    call(simulator, "POST", "/center/alimtalk/template/request", json={"alimtalk": wanted})
    place = f"/center/alimtalk/template?senderKey={SENDER_KEY}&templateCode={code}"
    assert eventually(lambda: said(call(simulator, "GET", place))[2]["alimtalk"]["inspectionStatus"] == "APR")
    return {"alimtalk": {**wanted, "sendType": "template"}}


def test_reports_are_kept_until_they_are_confirmed(simulator: RunningSimulator) -> None:
    while (batch := said(call(simulator, "GET", "/report/polling"))[2])["reportId"]:
        call(simulator, "DELETE", f"/report/polling/{batch['reportId']}")
    send(simulator, ref="mine")

    first, again = (said(call(simulator, "GET", "/report/polling"))[2] for _ in range(2))
    confirmed = said(call(simulator, "DELETE", f"/report/polling/{first['reportId']}"))

    assert first == again
    assert [(one["reportCode"], one["ref"]) for one in first["report"]] == [("10000", "mine")]
    assert confirmed[:2] == (200, "A000")
    assert said(call(simulator, "GET", "/report/polling"))[2] == {"reportId": "", "report": None}
    assert said(call(simulator, "DELETE", f"/report/polling/{first['reportId']}"))[:2] == (403, "A802")


def test_a_history_is_read_page_by_page(simulator: RunningSimulator) -> None:
    send(simulator, groupKey="paged", destinations=[{"to": PHONE, "replaceWords": {"b": "안내"}}] * 5)

    seen, cursor, more = [], "", True
    while more:
        asked = {"requestTime": "2020-01-01T00:00:00", "groupKey": "paged", "limit": "2", "lastSeq": cursor}
        found = said(call(simulator, "GET", "/message/history", params=asked))[2]
        seen += [one["msgKey"] for one in found["messages"]]
        cursor, more = str(found["lastSeq"]), found["hasNext"]

    assert len(seen) == len(set(seen)) == 5


def test_replies_can_be_looked_up_and_say_whose_telephone_it_was(simulator: RunningSimulator) -> None:
    send(simulator)
    reply = {"from": PHONE, "to": OFFICE, "text": "1"}
    (key,) = simulator.control(replies=[reply])["replies"]

    asked = {"occurredTime": "2020-01-01T00:00:00+09:00"}
    (listed, *_) = said(call(simulator, "GET", "/message/history/mo", params=asked))[2]["messages"]
    (found,) = said(call(simulator, "GET", f"/message/inquiry/mo/msgKey/{key}"))[2]["messages"]

    assert listed == found
    assert (found["originator"], found["to"], found["content"]) == (PHONE, OFFICE, "1")


@pytest.mark.parametrize(
    ("name", "content", "kind", "code"),
    [
        ("a.jpg", jpeg(), "image/jpeg", "A000"),
        ("a.png", jpeg(form="PNG"), "image/png", "A206"),
        ("a.jpg", jpeg(form="PNG"), "image/jpeg", "A205"),
        ("a.jpg", jpeg() + b"0" * 300 * 1024, "image/jpeg", "A200"),
        ("a.jpg", jpeg(1501, 10), "image/jpeg", "A203"),
        ("a.jpg", jpeg(progressive=True), "image/jpeg", "A203"),
    ],
)
def test_a_picture_is_checked_before_it_gets_a_key(
    simulator: RunningSimulator, name: str, content: bytes, kind: str, code: str
) -> None:
    assert said(call(simulator, "POST", "/file/mms", files={"file": (name, content, kind)}))[1] == code


def test_too_many_calls_may_hide_in_a_200(simulator: RunningSimulator) -> None:
    simulator.control(rules=[{"fault": "rate_limit", "times": 1}])
    assert send(simulator)[:2] == (200, "A020")
    simulator.control(rules=[{"fault": "rate_limit", "times": 1, "retry_after": 3}])
    assert send(simulator)[:2] == (429, "A020")


def test_keys_files_and_wordings_outlive_a_kill(tmp_path: Path) -> None:
    with running_simulator(tmp_path / "truth.jsonl", "--sender", OFFICE) as simulator:
        key = {"idempotencyKey": "kept", "idempotencyTtl": 3600}
        send(simulator, **key)
        wording = approved(simulator, "kept")
        file = said(call(simulator, "POST", "/file/mms", files={"file": ("a.jpg", jpeg(), "image/jpeg")}))[2]

        simulator.kill()
        simulator.start()

        assert codes(send(simulator, **key)[2]) == ["A301"]
        assert codes(send(simulator, messageFlow=[wording])[2]) == ["A000"]
        picture = {"mms": {"from": OFFICE, "text": "그림", "fileKey": [file["fileKey"]]}}
        assert codes(send(simulator, messageFlow=[picture])[2]) == ["A000"]
