"""One parser for every way people write a mobile number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import phones


@pytest.mark.parametrize(
    "written",
    [
        "010-1234-5678", "01012345678", "010 1234 5678", "010.1234.5678", "+82 10-1234-5678", "+821012345678",
        "0082 10 1234 5678", "821012345678", "1012345678", "０１０-１２３４-５６７８", "010–1234–5678", "'010-1234-5678",
        "(010) 1234-5678", " 010 - 1234 - 5678 ",
    ],
)  # fmt: skip
def test_every_spelling_is_the_same_number(written: str) -> None:
    assert phones.parse_mobile(written) == "+821012345678"


@pytest.mark.parametrize(
    ("written", "expected"), [("011-234-5678", "+82112345678"), ("019 1234 5678", "+821912345678")]
)
def test_old_prefixes_still_work(written: str, expected: str) -> None:
    assert phones.parse_mobile(written) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "empty"), ("  ", "empty"), ("02-123-4567", "landline"), ("032-560-1234", "landline"),
        ("+1 212 555 0100", "foreign"), ("1.08E+09", "unreadable"), ("010-0000-0000", "unreadable"),
        ("010-1234-567", "not_mobile"), ("1588-1234", "not_mobile"), ("전화없음", "unreadable"), ("050-1234-5678", "landline"),
    ],
)  # fmt: skip
def test_what_cannot_receive_a_text_is_refused_with_the_reason(written: str, code: str) -> None:
    with pytest.raises(phones.PhoneRefused) as refusal:
        phones.parse_mobile(written)

    assert refusal.value.code == code
    assert refusal.value.sentence.endswith("요.")


@given(st.integers(min_value=10_000_001, max_value=99_999_999))
def test_what_is_shown_reads_back_as_the_same_number(tail: int) -> None:
    phone = f"+8210{tail}"

    assert phones.parse_mobile(phones.display(phone)) == phone
    assert phones.parse_mobile(phones.national(phone)) == phone


def outcome_of(text: str) -> str:
    try:
        return phones.parse_mobile(text)
    except phones.PhoneRefused as refusal:
        return refusal.sentence


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_sentence(text: str) -> None:
    assert re.fullmatch(r"\+821\d{8,9}|.+요\.", outcome_of(text))
