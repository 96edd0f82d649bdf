"""What an SMSC writes, read without a line: codings, headers, receipts, numbers, ids; and whatever else comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.carriers.base import Part, ReceiptEvent, ReplyEvent
from messaging.carriers.smpp.codes import CODES, OTHERWISE
from messaging.carriers.smpp.telling import Reading, Telling, national, read, same_id
from messaging.carriers.smpp.wording import CODECS, TooManyPieces, cut, read_header, read_text

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KOREAN = st.text(st.sampled_from("가힣뷁①동의 abc123\n~※ㅋ"), min_size=1, max_size=400)


def told(octets: bytes, **changes: Any) -> Telling:
    wanted: dict[str, Any] = {
        "source": "01048271935",
        "source_ton": 0,
        "destination": "0212000000",
        "destination_ton": 0,
    }
    wanted |= {"esm_class": 0, "coding": 0, "octets": octets, **changes}
    return Telling(**wanted)


def receipt(words: str) -> ReceiptEvent:
    event = read(told(words.encode(), esm_class=4), how=Reading(), now=NOW)
    assert isinstance(event, ReceiptEvent)
    return event


@given(text=KOREAN, coding=st.sampled_from([8, 14]), octets=st.integers(20, 254), mark=st.integers(0, 255))
def test_pieces_joined_are_the_text_again(text: str, coding: int, octets: int, mark: int) -> None:
    try:
        pieces = cut(text, coding=coding, octets=octets, mark=mark)
    except TooManyPieces:
        return

    assert all(len(piece.octets) <= octets for piece in pieces)
    if len(pieces) == 1:
        assert pieces[0].octets.decode(CODECS[coding]) == text
        return
    headers = [read_header(piece.octets) for piece in pieces]
    assert [header.part for header in headers] == [Part(f"8:{mark}", n, len(pieces)) for n in range(1, len(pieces) + 1)]
    words = [
        piece.octets[header.length :].decode(CODECS[coding]) for piece, header in zip(pieces, headers, strict=True)
    ]
    assert "".join(words) == text


@given(octets=st.binary(max_size=200), esm_class=st.integers(0, 255), coding=st.integers(0, 255))
def test_whatever_comes_is_read_or_refused_and_never_breaks(octets: bytes, esm_class: int, coding: int) -> None:
    try:
        event = read(told(octets, esm_class=esm_class, coding=coding), how=Reading(), now=NOW)
    except ValueError:
        return

    assert event is None or event.occurred_at.tzinfo is not None
    if isinstance(event, ReplyEvent):
        event.text.encode()  # storable


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, "동의합니다".encode("cp949"), "동의합니다"),
        (0, b"hi", "hi"),
        (0, "1".encode("utf-16-be"), "1"),
        (0, "네 1".encode("utf-16-be"), "네 1"),
        (14, "뷁".encode("cp949"), "뷁"),
        (8, "😀 동의".encode("utf-16-be"), "😀 동의"),
        (0x18, "동의".encode("utf-16-be"), "동의"),
        (3, "café".encode("latin-1"), "café"),
        (8, b"\xac", "\ufffd"),
        (14, b"\xb5\xbf\xff", "동\ufffd"),
        (8, b"\xfe\xff\xb3\xd9", "동"),
        (0, b"1\0\0\0", "1"),
    ],
)
def test_every_coding_a_telephone_uses_is_read(coding: int, octets: bytes, text: str) -> None:
    assert read_text(octets, coding=coding, otherwise="cp949") == text


@pytest.mark.parametrize(
    ("address", "ton", "number"),
    [
        ("821048271935", 1, "01048271935"),
        ("+821048271935", 0, "01048271935"),
        ("821048271935", 0, "01048271935"),
        ("01048271935", 0, "01048271935"),
        ("8215880000", 1, "15880000"),
        ("15880000", 0, "15880000"),
        ("82212000000", 1, "0212000000"),
        ("8201048271935", 1, "01048271935"),
        ("#1234", 0, "#1234"),
        ("", 0, ""),
    ],
)
def test_numbers_become_national(address: str, ton: int, number: str) -> None:
    assert national(address, ton) == number


def test_ids_agree_however_the_smsc_writes_them() -> None:
    assert same_id("0A1F", "hex") == same_id("2591", "decimal") == "2591"
    assert same_id("m-7", "hex") == "m-7"
    assert same_id("0A1F", "text") == "0A1F"


def test_a_receipt_in_decimal_finds_the_answer_in_hex() -> None:
    how = Reading(answer_ids="hex", receipt_ids="decimal")

    by_words = read(told(b"id:2591 stat:DELIVRD err:000", esm_class=4), how=how, now=NOW)
    by_tlv = read(told(b"id:2591 stat:DELIVRD", esm_class=4, receipted="0A1F"), how=how, now=NOW)

    assert isinstance(by_words, ReceiptEvent)
    assert isinstance(by_tlv, ReceiptEvent)
    assert by_words.vendor_ref == by_tlv.vendor_ref == same_id("a1f", "hex")


def test_a_receipt_says_what_became_of_it_and_when_by_a_korean_clock() -> None:
    event = receipt(
        "id:77 sub:001 dlvrd:000 submit date:2611221100 done date:2611221159 stat:UNDELIV err:034 text:안내"
    )

    assert (event.vendor_ref, event.outcome, event.code) == ("77", "undelivered", "UNDELIV 034")
    assert event.reason_kind == "unreachable"
    assert event.occurred_at == datetime(2026, 11, 22, 2, 59, tzinfo=UTC)
    assert event.event_key == "77:UNDELIV:2611221159"


@pytest.mark.parametrize("done", ["9911221159", "2613991159", "soon", ""])
def test_a_time_that_cannot_be_is_the_moment_we_heard(done: str) -> None:
    assert abs(receipt(f"id:77 done date:{done} stat:DELIVRD").occurred_at - NOW) < timedelta(seconds=1)


def test_a_receipt_without_an_id_is_refused() -> None:
    for words in ("stat:DELIVRD", "id:77", "id: stat:DELIVRD"):
        with pytest.raises(ValueError):
            receipt(words)


def test_words_of_the_text_are_not_words_of_the_receipt() -> None:
    assert receipt("id:77 stat:UNDELIV err:001 text:stat:DELIVRD id:99").vendor_ref == "77"
    assert receipt("id:77 stat:UNDELIV err:001 text:stat:DELIVRD id:99").outcome == "undelivered"


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "UNKNOWN"])
def test_what_is_not_final_is_no_news(stat: str) -> None:
    assert read(told(f"id:77 stat:{stat}".encode(), esm_class=4), how=Reading(), now=NOW) is None


@pytest.mark.parametrize("octets", [b"", b"\5\0\3\1", b"\xff" + b"x" * 100])
def test_a_header_longer_than_the_text_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError):
        read_header(octets)


def test_every_code_has_a_korean_reason() -> None:
    for _, _, reason in (*CODES.values(), OTHERWISE):
        assert any("가" <= letter <= "힣" for letter in reason)
        assert reason.endswith(".")
