"""Handsets in a browser that runs no script: everything works by links and forms."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from messaging.carriers.base import Button, Leg, Picture, Rejected
from tests.messaging.legs import jpeg
from tests.messaging.simulator_process import (
    BROWSER,
    Receiver,
    RunningSimulator,
    eventually,
    receiving,
    running_simulator,
)

OFFICE, BRANCH = "0212000000", "0312345678"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSimulator, Receiver]]:
    log = tmp_path_factory.mktemp("handsets") / "truth.jsonl"
    with receiving() as receiver, running_simulator(log, hooks=receiver.url) as simulator:
        yield simulator, receiver


@pytest.fixture
def simulator(line: tuple[RunningSimulator, Receiver]) -> RunningSimulator:
    return line[0]


@pytest.fixture
def number() -> str:
    """A handset nobody has used yet."""
    return f"010{uuid4().int % 10**8:08d}"


def text(to: str, words: str = "[새빛구] 안내 말씀입니다.", sender: str = OFFICE) -> Leg:
    return Leg(uuid4(), "lms", to, sender, words, title="안내")


def page(simulator: RunningSimulator, path: str, **headers: str) -> httpx.Response:
    return BROWSER.get(simulator.url + path, headers=headers)


def post(
    simulator: RunningSimulator, path: str, headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    return BROWSER.post(simulator.url + path, data=fields, headers=headers)


def test_an_unused_handset_says_so(simulator: RunningSimulator, number: str) -> None:
    answer = page(simulator, f"/phones/{number}/")

    assert answer.status_code == 200
    assert "아직 받은 문자가 없습니다" in answer.text


def test_a_fresh_carrier_has_an_empty_list(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_simulator(tmp_path_factory.mktemp("empty") / "truth.jsonl") as fresh:
        assert "아직 받은 문자가 없습니다" in page(fresh, "/").text


def test_a_handset_shows_texts_pictures_and_cards(simulator: RunningSimulator, number: str) -> None:
    picture = jpeg()
    card = Leg(
        uuid4(),
        "alimtalk",
        number,
        OFFICE,
        "[새빛구] 접수되었습니다.",
        title="민원 접수 안내",
        template_code="t",
        buttons=(Button("진행 보기", "http://localhost:8000/c/abc/?a=1&b=2"),),
    )
    mms = Leg(uuid4(), "mms", number, OFFICE, "고지서입니다.", images=(Picture(picture),))

    simulator.adapter().submit([text(number), card, mms], key=uuid4())

    html = page(simulator, f"/phones/{number}/").text
    assert "안내 말씀입니다." in html
    assert "알림톡 도착" in html
    assert 'href="http://localhost:8000/c/abc/?a=1&amp;b=2"' in html
    assert "카카오톡 · 새빛구" in html
    (image,) = re.findall(r'src="(/pictures/[0-9a-f]{64}\.jpg)"', html)
    assert page(simulator, image).content == picture


def test_nothing_a_sender_writes_becomes_markup(simulator: RunningSimulator, number: str) -> None:
    evil = '<script>alert("x")</script>'
    card = Leg(uuid4(), "alimtalk", number, OFFICE, f"[{evil[:18]}] {evil}", title=evil, template_code="t")
    simulator.adapter().submit([text(number, evil), card], key=uuid4())
    post(simulator, f"/phones/{number}/replies/", to=OFFICE, text=evil)

    for path in (f"/phones/{number}/", "/", "/?q=%22%3E%3Cscript%3Ealert"):
        html = page(simulator, path).text

        assert "<script>alert" not in html
        assert html.count("<script") == 1


def test_a_reply_leaves_as_a_signed_hook(line: tuple[RunningSimulator, Receiver], number: str) -> None:
    simulator, receiver = line
    simulator.adapter().submit([text(number)], key=uuid4())

    answer = post(simulator, f"/phones/{number}/replies/", to=OFFICE, text="1\r\n900101")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/phones/{number}/")
    assert eventually(lambda: any(event["from"] == number for event in receiver.events("replies")))
    hook = next(hook for hook in receiver.of("replies") if hook.events[0]["from"] == number)
    (reply,) = simulator.adapter().read_replies(hook.request())
    assert (reply.from_number, reply.to_number, reply.text) == (number, OFFICE, "1\n900101")
    assert '<li class="mine"' in page(simulator, f"/phones/{number}/").text


def test_a_reply_goes_to_the_number_that_asked(simulator: RunningSimulator, number: str) -> None:
    simulator.adapter().submit([text(number), text(number, sender=BRANCH)], key=uuid4())

    options = re.findall(r'<option value="(\d+)">', page(simulator, f"/phones/{number}/").text)

    assert options == [BRANCH, OFFICE]


def test_an_empty_reply_is_not_sent(simulator: RunningSimulator, number: str) -> None:
    post(simulator, f"/phones/{number}/replies/", to=OFFICE, text="   ")
    post(simulator, f"/phones/{number}/replies/", to="", text="1")

    assert simulator.phone(number)["messages"] == []


def test_a_page_that_did_not_change_costs_nothing(simulator: RunningSimulator, number: str) -> None:
    simulator.adapter().submit([text(number)], key=uuid4())
    tag = page(simulator, f"/phones/{number}/").headers["etag"]

    same = page(simulator, f"/phones/{number}/", **{"if-none-match": tag})
    simulator.adapter().submit([text(number)], key=uuid4())
    changed = page(simulator, f"/phones/{number}/", **{"if-none-match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


def test_the_list_shows_the_newest_first_and_finds_numbers(simulator: RunningSimulator) -> None:
    older, newer = "01055501111", "01055502222"
    simulator.adapter().submit([text(older)], key=uuid4())
    simulator.adapter().submit([text(newer)], key=uuid4())

    found = re.findall(r'<li data-key="(\d+)">', page(simulator, "/?q=010-5550").text)

    assert found == [newer, older]
    assert "찾는 휴대전화가 없습니다" in page(simulator, "/?q=0109999000011").text


def test_switches_change_what_can_arrive(simulator: RunningSimulator, number: str) -> None:
    card = Leg(uuid4(), "alimtalk", number, OFFICE, "안내", template_code="t")

    post(simulator, f"/phones/{number}/switches/", name="no_kakao", on="1")
    refused = simulator.adapter().submit([card], key=uuid4())[card.id]
    post(simulator, f"/phones/{number}/switches/", name="no_kakao", on="")
    post(simulator, f"/phones/{number}/switches/", name="blocked", on="1")
    simulator.adapter().submit([card], key=uuid4())
    post(simulator, f"/phones/{number}/switches/", name="no_such_number", on="1")
    simulator.adapter().submit([text(number)], key=uuid4())

    assert isinstance(refused, Rejected)
    assert refused.reason_kind == "not_on_kakao"
    codes = [event["code"] for event in simulator.truth("receipt") if event["number"] == number]
    assert codes == ["3102", "3103"]
    assert "안내 말씀" not in page(simulator, f"/phones/{number}/").text


def test_a_handset_that_is_off_is_dark_until_switched_on(simulator: RunningSimulator, number: str) -> None:
    post(simulator, f"/phones/{number}/switches/", name="off", on="1")
    simulator.adapter().submit([text(number)], key=uuid4())

    dark = page(simulator, f"/phones/{number}/").text
    post(simulator, f"/phones/{number}/switches/", name="off", on="")
    lit = page(simulator, f"/phones/{number}/").text

    assert "기다리는 문자가 1건 있습니다" in dark
    assert "안내 말씀" not in dark
    assert "안내 말씀" in lit


def test_any_number_can_be_opened_by_hand(simulator: RunningSimulator) -> None:
    opened = post(simulator, "/phones/", number="010-9876-5432")
    refused = post(simulator, "/phones/", number="02-123-4567")

    assert (opened.status_code, opened.headers["location"]) == (303, "/?show=01098765432")
    assert refused.status_code == 400
    assert "휴대전화 번호를 입력해 주세요" in refused.text


def test_pages_forbid_inline_script_and_frames(simulator: RunningSimulator) -> None:
    for path in ("/", "/phones/01048271935/", "/nowhere/", "/static/base.css", "/static/handsets.js"):
        policy = page(simulator, path).headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    html = page(simulator, "/phones/01048271935/").text
    assert "style=" not in html
    assert "onclick" not in html


def test_other_sites_cannot_use_the_handsets(simulator: RunningSimulator, number: str) -> None:
    path = f"/phones/{number}/replies/"

    foreign = post(simulator, path, headers={"origin": "http://evil.example"}, to=OFFICE, text="1")
    rebound = page(simulator, "/", host="evil.example")
    own = post(simulator, path, headers={"origin": simulator.url}, to=OFFICE, text="1")

    assert (foreign.status_code, rebound.status_code, own.status_code) == (403, 403, 303)
    assert len(simulator.phone(number)["messages"]) == 1


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/phones/0212345678/", "/pictures/%2e%2e%2ftruth.jsonl", "/static/%2e%2e/own.py"]
)
def test_other_addresses_are_not_found(simulator: RunningSimulator, path: str) -> None:
    assert page(simulator, path).status_code == 404
