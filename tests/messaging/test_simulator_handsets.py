"""Handsets in a browser that runs no script: everything works by links and forms."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from messaging.carriers.base import Button, Leg, Picture, Rejected
from tests.messaging.legs import jpeg
from tests.messaging.simulator_process import (
    BEARER,
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


def card_leg(number: str, words: str = "[새빛구] 재산세를 안내해 드립니다.") -> dict[str, object]:
    """A whole AlimTalk card in the simulator's own dialect."""
    items = [{"title": "납세자", "text": "박바다"}, {"title": "과세대상", "text": "새빛로 12"}]
    card = {"header": "재산세 고지", "highlight": "218,450원", "note": "11월 30일까지", "items": items}
    return {
        "id": str(uuid4()),
        "channel": "alimtalk",
        "to": number,
        "from": OFFICE,
        "text": words,
        "template": "t",
        "card": {**card, "keywords": ["납부 방법"]},
    }


def submit(simulator: RunningSimulator, leg: dict[str, object]) -> httpx.Response:
    order = {"key": str(uuid4()), "legs": [leg]}
    return BROWSER.post(f"{simulator.url}/own/messages", json=order, headers=BEARER)


def test_a_card_shows_its_header_highlight_items_and_words_to_tap(simulator: RunningSimulator, number: str) -> None:
    assert submit(simulator, card_leg(number)).json()["legs"][0]["accepted"]

    html = page(simulator, f"/phones/{number}/").text
    for words in ("재산세 고지", "218,450원", "11월 30일까지", "<dt>납세자</dt><dd>박바다</dd>"):
        assert words in html
    (tapped,) = re.findall(r'<button name="text" value="([^"]+)">', html)
    post(simulator, f"/phones/{number}/replies/", to=OFFICE, text=tapped)

    assert simulator.truth("reply")[-1]["text"] == "납부 방법"


def test_a_card_with_unknown_fields_is_refused(simulator: RunningSimulator, number: str) -> None:
    leg = {**card_leg(number), "card": {"colour": "yellow"}}

    assert submit(simulator, leg).status_code == 400


def test_a_long_text_continues_behind_a_fold(simulator: RunningSimulator, number: str) -> None:
    words = "[새빛구] " + "안내 말씀을 드립니다. " * 40
    simulator.adapter().submit([text(number, words)], key=uuid4())

    html = page(simulator, f"/phones/{number}/").text

    shown, rest = re.findall(
        r"<p>(\[새빛구\][^<]*)</p><details class=\"more\"><summary>자세히</summary><p>([^<]*)</p>", html
    )[0]
    assert f"{shown} {rest}" == words


def test_the_answers_a_text_asks_for_are_one_tap_away_until_it_is_answered(
    simulator: RunningSimulator, number: str
) -> None:
    simulator.adapter().submit([text(number, "[새빛구] 참석하십니까?\n1 참석\n2 불참\n답장해 주세요.")], key=uuid4())
    taps = re.findall(r'<button name="text" value="(\d)">', page(simulator, f"/phones/{number}/").text)

    post(simulator, f"/phones/{number}/replies/", to=OFFICE, text=taps[0])

    assert taps == ["1", "2"]
    assert '<button name="text"' not in page(simulator, f"/phones/{number}/").text


def test_a_reply_says_whether_the_district_has_it(line: tuple[RunningSimulator, Receiver], number: str) -> None:
    simulator, _ = line
    post(simulator, f"/phones/{number}/replies/", to=OFFICE, text="1")

    assert eventually(lambda: "· 보냄<" in page(simulator, f"/phones/{number}/").text)


def test_telephones_stand_side_by_side_as_the_address_says(simulator: RunningSimulator) -> None:
    one, two, three = "01055601111", "01055602222", "01055603333"
    for number in (one, two, three):
        simulator.adapter().submit([text(number)], key=uuid4())

    chosen = re.findall(r'<section class="device" data-key="(\d+)"', page(simulator, f"/?show={one},{three}").text)
    filled = re.findall(r'<section class="device" data-key="(\d+)"', page(simulator, f"/?show={one}&n=3").text)

    assert chosen == [one, three]
    assert filled == [one, three, two]


@pytest.mark.parametrize("query", ["?show=evil,0101", "?n=99999999999&page=0", "?n=-1&page=x", "?page=99999"])
def test_a_wall_address_that_makes_no_sense_still_shows_a_wall(simulator: RunningSimulator, query: str) -> None:
    assert page(simulator, f"/{query}").status_code == 200


def test_the_list_counts_what_nobody_has_read(simulator: RunningSimulator, number: str) -> None:
    def unread() -> list[str]:
        row = page(simulator, f"/?q={number}").text.partition('<ul class="phones"')[2]
        return re.findall(r"안 읽음 </span>(\d+)<", row)

    simulator.adapter().submit([text(number), text(number)], key=uuid4())
    before = unread()
    page(simulator, f"/?show={number}")

    assert (before, unread()) == (["2"], [])


def test_telephones_are_found_by_what_their_texts_say(simulator: RunningSimulator, number: str) -> None:
    submit(simulator, card_leg(number, "[새빛구] 반려견 등록을 안내합니다."))

    by_text, by_item = (page(simulator, f"/?q={words}").text for words in ("반려견", "과세대상"))

    assert re.findall(r'<li data-key="(\d+)"', by_text) == [number]
    assert "<mark>반려견</mark>" in by_text
    assert number in re.findall(r'<li data-key="(\d+)"', by_item)


def test_many_telephones_come_page_by_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_simulator(tmp_path_factory.mktemp("many") / "truth.jsonl") as many:
        for start in (0, 150):
            legs = [text(f"0105700{place:04d}") for place in range(start, start + 150)]
            many.adapter().submit(legs, key=uuid4())

        pages = [re.findall(r'<li data-key="(\d+)"', page(many, f"/?page={number}").text) for number in (1, 2, 3, 4)]

        assert [len(one) for one in pages] == [100, 100, 100, 0]
        assert len({number for one in pages for number in one}) == 300
        assert pages[0][0] == "01057000299"


def test_a_picture_has_a_page_of_its_own_that_leads_back(simulator: RunningSimulator, number: str) -> None:
    simulator.adapter().submit([Leg(uuid4(), "mms", number, OFFICE, "고지서", images=(Picture(jpeg()),))], key=uuid4())
    (place,) = re.findall(r'<a class="picture" href="([^"]+)"', page(simulator, f"/phones/{number}/").text)

    html = page(simulator, place.replace("&amp;", "&")).text

    assert f'href="/phones/{number}/" aria-label="닫기"' in html
    assert 'alt="받은 그림 1/1"' in html


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/desk/", "javascript:1"]
)
def test_nobody_is_led_away_from_here(simulator: RunningSimulator, number: str, back: str) -> None:
    answer = post(simulator, f"/phones/{number}/switches/", name="blocked", on="1", back=back)

    assert answer.headers["location"] == f"/phones/{number}/"


def test_refusing_by_080_is_written_down_and_can_be_taken_back(simulator: RunningSimulator, number: str) -> None:
    for on in ("1", ""):
        post(simulator, f"/phones/{number}/switches/", name="refuses_080", on=on)

    said = [event["on"] for event in simulator.truth("unsubscribe") if event["number"] == number]
    assert said == [True, False]
