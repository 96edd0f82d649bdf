"""How a person is shown when she may not be shown whole."""

from datetime import date

import pytest

from portal.core import privacy


@pytest.mark.parametrize(
    ("name", "masked"),
    [("홍길동", "홍*동"), ("이슬", "이*"), ("남궁민수", "남**수"), ("John Smith", "J*** S****"), ("김", "*"), ("", "")],
)
def test_names(name: str, masked: str) -> None:
    assert privacy.mask_name(name) == masked


def test_phone_keeps_the_last_four_digits() -> None:
    assert privacy.mask_phone("+821012345678") == "010-****-5678"


def test_birth_keeps_the_year_only() -> None:
    assert privacy.mask_birth(date(1990, 1, 31)) == "90****"


def test_address_ends_at_the_dong() -> None:
    assert privacy.mask_address("한빛시 새빛구 연희동 12-3 101호") == "한빛시 새빛구 연희동"


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",
        "9001011234567",
        "900101 1234567",
        "900101 - 1234567",
        "９００１０１-１２３４５６７",
        "900101–2234567",
        "주민 010203-3123456 입니다",
    ],
)
def test_resident_numbers_are_seen_in_every_disguise(text: str) -> None:
    assert privacy.contains_resident_number(text)
    assert "*******" in privacy.mask_resident_numbers(text)
    assert not privacy.contains_resident_number(privacy.mask_resident_numbers(text))


@pytest.mark.parametrize(
    "text", ["010-1234-5678", "2026-11-02 10:00", "1234567890123456", "991301-1234567", "M2611-000123-4"]
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert privacy.mask_resident_numbers(text) == text
