"""Tokens, the second factor and the lock, without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from notices.opening import LOCKED_FOR, Lock, Typed, Visit, digits_of, fingerprint, is_she, token_of

NOW = datetime(2026, 11, 3, 3, 0, tzinfo=UTC)
BIRTH, PHONE = date(1950, 3, 7), "+821012345678"


def she(birth: str, tail: str = "", *, asks_phone: bool = False) -> bool:
    return is_she(Typed(birth, tail), birth=BIRTH, phone=PHONE, asks_phone=asks_phone)


def test_a_token_is_the_same_for_the_same_notice_and_key_only() -> None:
    key, other = b"k" * 32, b"o" * 32

    assert token_of(key, 7) == token_of(key, 7)
    assert len({token_of(key, 7), token_of(key, 8), token_of(other, 7)}) == 3
    assert len(token_of(key, 7)) == 22  # 128 bits
    assert token_of(key, 7) not in fingerprint(token_of(key, 7))


@pytest.mark.parametrize("typed", ["500307", "50-03-07", "50.3.7.", "５００３０７", " 500307 ", "19500307"])
def test_digits_are_read_however_they_are_written(typed: str) -> None:
    assert she(digits_of(typed)) is (typed != "50.3.7.")


@pytest.mark.parametrize("typed", ["500308", "070350", "18500307", "20500307", "000000"])
def test_another_date_is_not_hers(typed: str) -> None:
    assert not she(typed)


def test_the_phone_counts_where_it_is_asked_for() -> None:
    assert she("500307", "5678", asks_phone=True)
    assert not she("500307", "5679", asks_phone=True)
    assert not she("500307", asks_phone=True)
    assert not she("500308", "5678", asks_phone=True)


@pytest.mark.parametrize(("birth", "tail", "is_whole"), [("5003", "", False), ("500307", "56", False), ("", "", False)])
def test_what_has_not_the_shape_of_an_answer_is_no_try(birth: str, tail: str, is_whole: bool) -> None:
    assert Typed(birth, tail).is_whole is is_whole


def test_five_wrong_answers_shut_for_half_an_hour_and_ten_until_somebody_opens() -> None:
    lock, now = Lock(0), NOW
    for count in range(1, 6):
        assert not lock.is_shut(now)
        lock = lock.after_failure(now)
        assert lock.failed_count == count
    assert lock.is_shut(now)
    assert lock.is_shut(now + LOCKED_FOR - timedelta(seconds=1))

    now += LOCKED_FOR
    for _ in range(5):
        assert not lock.is_shut(now)
        lock = lock.after_failure(now)
    assert lock.is_blocked
    assert lock.is_shut(now + timedelta(days=30))


def test_what_is_tried_at_a_shut_door_changes_nothing() -> None:
    shut = Lock(5, NOW + LOCKED_FOR)

    assert shut.after_failure(NOW) == shut


def test_a_visit_says_what_it_said() -> None:
    visit = Visit(3, uuid4(), "birth", NOW)

    assert Visit.from_words(visit.as_words()) == visit
    with pytest.raises(ValueError, match="unpack"):
        Visit.from_words("3:birth")
