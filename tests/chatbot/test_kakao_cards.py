"""Neutral cards as KakaoTalk draws them: one golden file for each, and no limit is ever passed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chatbot.cards import (
    Card,
    Chip,
    Chips,
    Form,
    Image,
    Layer,
    Link,
    Links,
    Phone,
    Place,
    Progress,
    Reply,
    Row,
    Safety,
    Summary,
    Text,
)
from chatbot.channels import kakao
from chatbot.channels import kakao_limits as limits

GOLDEN = Path(__file__).parent / "golden" / "kakao"
PHONE = Phone("청소행정과", "02-120-0100", "평일 9시~18시")
LONG = "종량제봉투에 담기지 않는 물건은 대형폐기물로 신고합니다. " * 30
CARDS: dict[str, tuple[Card, ...]] = {
    "text": (Text("무엇이 궁금하신가요?"), Chips((Chip("여권", "t1"),))),
    "answer": (
        Text("신고하고 스티커를 붙여 내놓으세요.", title="대형폐기물은 어떻게 배출하나요?", is_sample=True),
        Links((Link("배출 안내(예시)", "https://www.example.go.kr/", True), Link("안내", "https://waste.example/"))),
        Form("bulky_waste", "대형폐기물 배출 신청", "token-form"),
        PHONE,
        Chips((Chip("폐가전은 무료로 수거해 주나요?", "t2"),), folded_under="다른 질문이었어요"),
    ),
    "image": (Text("이렇게 생긴 스티커입니다.", title="스티커"), Image("https://chat.example/a.png", "노란 스티커"), PHONE),
    "place": (Text("보건소에서 합니다.", title="예방접종"), Place("보건소", "건강로 10", 37.5, 127.0), PHONE),
    "layer": (Text("구청과 동 센터에 있습니다.", title="무인발급기"), Layer("kiosk", "무인민원발급기"), PHONE),
    "choices": (
        Text("이 가운데 찾으시는 것이 있나요?"),
        Chips((Chip("대형폐기물은 어떻게 배출하나요?", "t1"), Chip("폐가전은 무료로 수거해 주나요?", "t2"), Chip("다 아니에요", "t0"))),
    ),
    "exits": (
        Text("꼭 맞는 답을 찾지 못했어요. 이렇게 도와드릴 수 있어요."),
        Form("", "이 내용으로 민원 접수"),
        Phone("대표전화", "02-120-0000"),
        Chips((Chip("상담사에게 남기기", "tp"),)),
    ),
    "slot": (Progress(2, 4), Text("어떤 자리인가요?"), Chips((Chip("횡단보도", "s1"), Chip("인도", "s2"), Chip("건너뛰기", "s0")))),
    "summary": (
        Text("이대로 접수할까요?", title="불법주정차 신고"),
        Summary("0b7c", (Row("장소", "새빛로 12", "c1"), Row("연락처", "010-1234-5678", "c2"))),
        Links((Link("누리집에서 확인", "/chat/"),)),
        Chips((Chip("접수하기", "c3"), Chip("그만두기", "c4"))),
    ),
    "safety": (
        Safety("fire", "불이 났나요?", "먼저 밖으로 나가세요.", (Phone("119 전화하기", "119"), Phone("112 전화하기", "112"))),
        Text("불이 나면 119에 신고합니다.", title="화재 신고"),
        PHONE,
        Chips((Chip("이어서 작성", "t9"),)),
    ),
    "two-answers": (
        Text("스티커를 붙여 내놓으세요.", title="대형폐기물"),
        PHONE,
        Text("구청에서 만듭니다.", title="여권"),
        Phone("민원여권과", "02-120-2260"),
    ),
    "long": (Text(LONG, title="대형폐기물은 어떻게 배출하나요?"), PHONE),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CARDS))
def test_each_card_is_drawn_as_its_golden_file_shows(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))

    assert kakao.response(Reply(CARDS[name])) == expected


def test_there_is_no_golden_file_without_a_card() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CARDS)


def test_nothing_personal_is_in_a_summary() -> None:
    said = json.dumps(kakao.response(Reply(CARDS["summary"])), ensure_ascii=False)

    assert "새빛로" not in said
    assert "1234" not in said


@pytest.mark.parametrize("name", sorted(CARDS))
def test_each_card_keeps_every_limit(name: str) -> None:
    assert list(broken_limits(kakao.response(Reply(CARDS[name])))) == []


units = some.sampled_from(
    ["가나다 라마. ", "x", "🙂", "👨\u200d👩\u200d👧", "가", "한 문장입니다.\n", " ", "긴낱말하나"]
)
words = some.builds(str.__mul__, units, some.integers(0, 300))
labels = some.builds(str.__mul__, units, some.integers(1, 60))
chip_lists = some.lists(some.builds(Chip, labels, labels), max_size=15).map(tuple)
cards: some.SearchStrategy[Card] = some.one_of(
    some.builds(Text, words, words, some.booleans()),
    some.builds(Image, some.just("https://chat.example/a.png"), words),
    some.builds(Place, labels, labels),
    some.builds(Layer, some.just("kiosk"), labels),
    some.builds(Links, some.lists(some.builds(Link, labels, some.just("/chat/")), max_size=5).map(tuple)),
    some.builds(Phone, labels, some.just("02-120-0100")),
    some.builds(Form, labels, labels, labels),
    some.builds(Chips, chip_lists, some.sampled_from(["", "다른 질문이었어요"])),
    some.builds(Progress, some.integers(1, 9), some.integers(1, 9)),
    some.builds(Summary, labels, some.lists(some.builds(Row, labels, words, labels), max_size=15).map(tuple)),
)


@given(some.lists(cards, max_size=12), words)
def test_whatever_is_said_keeps_every_limit_and_leads_on(made: list[Card], text: str) -> None:
    reply = Reply((*made, Text(text), PHONE))

    answer = kakao.response(reply, quick=[Chip("상담사에게 남기기", "t")])

    assert list(broken_limits(answer)) == []
    assert answer["template"]["quickReplies"]


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_text_is_cut_only_beyond_its_limit(extra: int) -> None:
    text = "가" * (limits.SIMPLE_TEXT + extra)

    said = kakao.plain(text)["template"]["outputs"][0]["simpleText"]["text"]

    assert (said == text) == (extra <= 0)
    assert limits.width(said) <= limits.SIMPLE_TEXT


def test_a_cut_ends_with_a_sentence() -> None:
    assert limits.cut("첫 문장입니다. 둘째 문장은 길어서 다 들어가지 못합니다.", 20) == "첫 문장입니다. …"


def test_an_emoji_counts_two_and_is_never_torn() -> None:
    family = "👨\u200d👩\u200d👧"

    assert limits.width("🙂") == 2
    assert limits.label(f"가{family}", 6) == "가…"


def broken_limits(answer: dict[str, Any]) -> Iterator[str]:
    template = answer["template"]
    if answer["version"] != "2.0":
        yield "version"
    if not 1 <= len(template["outputs"]) <= 3:
        yield "outputs"
    for output in template["outputs"]:
        ((kind, card),) = output.items()
        yield from _broken(kind, card)
    if len(template.get("quickReplies", [])) > 10:
        yield "quickReplies"
    for reply in template.get("quickReplies", []):
        if not reply["label"] or limits.width(reply["label"]) > 14:
            yield f"quick reply {reply['label']}"


def _broken(kind: str, card: dict[str, Any]) -> Iterator[str]:
    text = card.get("text", card.get("description", ""))
    most = {"simpleText": 1000, "textCard": 400, "basicCard": 230, "listCard": 0, "simpleImage": 0}[kind]
    if limits.width(card.get("title", "")) + limits.width(text) > most:
        yield f"{kind} is too long"
    if kind == "basicCard" and not text:
        yield "an empty description hides the card"
    if kind == "listCard" and not 1 <= len(card["items"]) <= 5:
        yield "items"
    if len(card.get("buttons", [])) > 3:
        yield "buttons"
    for button in card.get("buttons", []):
        if not button["label"] or limits.width(button["label"]) > 14:
            yield f"button {button['label']}"
        if not button.get("webLinkUrl", "https://").startswith(("https://", "http://localhost")):
            yield "a link that is not absolute"
