"""Neutral cards and the tokens of their buttons."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chatbot.cards import (
    Card,
    Chip,
    Chips,
    DeadEnd,
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
    from_json,
    reply_from_json,
    to_json,
)
from chatbot.tokens import LIFE, Kind, StaleToken, Tap, read_token, token_of

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
EVERY_CARD: list[Card] = [
    Text("글", title="제목", is_sample=True),
    Image("https://chat.example/one.png", "그림 설명"),
    Place("보건소", "건강로 10", 37.5, 127.0),
    Layer("kiosk", "무인발급기", (Place("구청 1층", "중앙로 1", 37.5, 127.0, "02-120", "24시간", True),)),
    Links((Link("안내", "https://chat.example/"), Link("예시", "https://www.example.go.kr/", True))),
    Phone("청소행정과", "02-120-0100", "평일 9~18시"),
    Form("bulky_waste", "신청하기", "token"),
    Chips((Chip("첫째", "a"), Chip("둘째", "b"))),
    Safety("fire", "불이 났나요?", "먼저 대피하세요.", (Phone("119", "119"),)),
    Progress(3, 5, "사진"),
    Summary("0b7c", (Row("장소", "새빛로 12", "token"),)),
]


@pytest.mark.parametrize("card", EVERY_CARD, ids=lambda card: type(card).__name__)
def test_a_card_comes_back_from_json_as_it_was(card: Card) -> None:
    assert from_json(json.loads(json.dumps(to_json(card)))) == card


def test_a_card_of_an_older_version_still_reads() -> None:
    assert from_json({"card": "phone", "label": "120", "number": "120", "colour": "red"}) == Phone("120", "120")


@pytest.mark.parametrize(
    "cards",
    [
        (),
        (Text("답만 있고 길이 없다"),),
        (Links((Link("예시", "https://www.example.go.kr/", True),)), Chips(()), Phone("전화", "")),
        (Place("보건소", "건강로 10"), Image("https://chat.example/one.png", "그림")),
    ],
)
def test_a_reply_without_a_way_on_cannot_be_built(cards: tuple[Card, ...]) -> None:
    with pytest.raises(DeadEnd):
        Reply(cards)


def test_a_reply_is_stored_and_read_again() -> None:
    reply = Reply((Text("어느 쪽인가요?"), Chips((Chip("이쪽", "a"),))))

    assert reply_from_json(reply.to_json()) == reply


def test_a_token_says_what_was_tapped_for_a_day() -> None:
    token = token_of(Kind.SLOT, "0b7c", "place", "새빛로: 12", now=NOW)

    assert read_token(token, now=NOW + LIFE) == Tap(Kind.SLOT, ("0b7c", "place", "새빛로: 12"))
    assert token == token_of(Kind.SLOT, "0b7c", "place", "새빛로: 12", now=NOW)
    with pytest.raises(StaleToken):
        read_token(token, now=NOW + LIFE + timedelta(seconds=1))


@pytest.mark.parametrize("token", ["", "a", "a:b", "가나다", "x" * 5000, "WzFd:abc"])
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(StaleToken):
        read_token(token, now=NOW)


def test_a_token_changed_by_one_letter_is_refused() -> None:
    token = token_of(Kind.CHOICE, 12, 1, now=NOW)

    with pytest.raises(StaleToken):
        read_token("A" + token[1:] if token[0] != "A" else "B" + token[1:], now=NOW)
