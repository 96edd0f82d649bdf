"""Receipt numbers and link tokens."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import numbers


def test_the_number_carries_the_korean_month_and_a_check_digit() -> None:
    last_evening = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)  # already November in Seoul

    number = numbers.number_of(last_evening, 123)

    assert number.startswith("M2611-000123-")
    assert numbers.parse_number(number) == number


def test_dams_published_example_has_check_digit_four() -> None:
    assert numbers.damm("572") == 4


def test_the_serial_wraps_after_a_million() -> None:
    month = datetime(2026, 11, 2, tzinfo=UTC)

    assert numbers.number_of(month, 1_000_123) == numbers.number_of(month, 123)


@pytest.mark.parametrize(
    "spelling",
    ["m2611-000123-{c}", " M2611 000123 {c} ", "M2611000123{c}", "２６１１-０００１２３-{c}", "M2611—000123—{c}"],
)
def test_people_may_spell_a_number_as_they_like(spelling: str) -> None:
    check = numbers.damm("2611000123")

    assert numbers.parse_number(spelling.format(c=check)) == f"M2611-000123-{check}"


@pytest.mark.parametrize("text", ["", "M2611", "가나다", "M2611-000123", "M2611-000123-45", "M2611-00012a-4"])
def test_what_cannot_be_a_number_is_refused(text: str) -> None:
    with pytest.raises(numbers.NotANumber):
        numbers.parse_number(text)


@given(serial=st.integers(0, 999_999), place=st.integers(0, 10), other=st.integers(1, 9))
def test_every_misheard_digit_is_noticed(serial: int, place: int, other: int) -> None:
    right = numbers.number_of(datetime(2026, 11, 2, tzinfo=UTC), serial).removeprefix("M").replace("-", "")
    wrong = right[:place] + str((int(right[place]) + other) % 10) + right[place + 1 :]

    with pytest.raises(numbers.NotANumber):
        numbers.parse_number(wrong)


@given(serial=st.integers(0, 999_999), place=st.integers(0, 9))
def test_every_swap_of_neighbours_is_noticed(serial: int, place: int) -> None:
    right = numbers.number_of(datetime(2026, 11, 2, tzinfo=UTC), serial).removeprefix("M").replace("-", "")
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    if swapped != right:
        with pytest.raises(numbers.NotANumber):
            numbers.parse_number(swapped)


def test_a_token_can_be_made_again_and_differs_for_every_case_and_version() -> None:
    one, other = uuid4(), uuid4()

    tokens = {numbers.token_of(one, 1), numbers.token_of(one, 2), numbers.token_of(other, 1)}

    assert len(tokens) == 3
    assert numbers.token_of(one, 1) in tokens
    assert all(len(token) == 22 and token.isalnum() for token in tokens)
