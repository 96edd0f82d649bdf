"""Codes that prove a phone: what they look like, how often, how long, and what they never say."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from portal.accounts import citizens, proofs
from portal.accounts.models import Department, Device, Official, PhoneProof, User
from portal.accounts.proofs import CodeOver, CodeWrong, Purpose, TooManyCodes
from portal.core.phones import PhoneRefused
from portal.core.sealing import blind_phone

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HANEUL = "+821012345678"
HERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def brought(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A courier that writes down what it was given."""
    told: list[tuple[str, str]] = []

    def bring(*, phone: str, code: str, key: str, now: datetime) -> None:
        told.append((phone, code))

    monkeypatch.setattr(proofs, "_couriers", [bring])
    return told


def ask(*, phone: str = HANEUL, purpose: Purpose = Purpose.SIGN_IN, address: str = HERE, now: datetime = NOW) -> str:
    return proofs.begin(phone=phone, purpose=purpose, address=address, now=now).handle


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_code_that_was_sent_proves_the_phone(brought: list[tuple[str, str]]) -> None:
    handle = ask(phone="010-1234-5678")
    ((phone, code),) = brought

    proven = proofs.confirm(handle, code=f" {code[:3]} {code[3:]} 이에요", purpose=Purpose.SIGN_IN, now=NOW)

    assert (phone, len(code), code.isdigit()) == (HANEUL, 6, True)
    assert (proven.phone, proven.phone_index) == (HANEUL, blind_phone(HANEUL))
    assert HANEUL not in repr(proven)


def test_neither_the_code_nor_the_phone_lies_in_the_table(brought: list[tuple[str, str]]) -> None:
    ask()

    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(p)::text from accounts_phoneproof p")
        (stored,) = cursor.fetchone()

    assert HANEUL.encode().hex() not in stored
    assert brought[0][1].encode().hex() not in stored


def test_a_code_is_good_once(brought: list[tuple[str, str]]) -> None:
    handle = ask()
    proofs.confirm(handle, code=brought[0][1], purpose=Purpose.SIGN_IN, now=NOW)

    with pytest.raises(CodeOver):
        proofs.confirm(handle, code=brought[0][1], purpose=Purpose.SIGN_IN, now=NOW)


def test_a_code_is_over_after_three_minutes(brought: list[tuple[str, str]]) -> None:
    handle = ask()
    soon, late = NOW + timedelta(seconds=179), NOW + timedelta(seconds=180)

    with pytest.raises(CodeOver):
        proofs.confirm(handle, code=brought[0][1], purpose=Purpose.SIGN_IN, now=late)
    assert proofs.confirm(handle, code=brought[0][1], purpose=Purpose.SIGN_IN, now=soon)


def test_after_five_wrong_tries_the_right_code_is_refused_too(brought: list[tuple[str, str]]) -> None:
    handle, code = ask(), brought[0][1]
    left = []
    for _ in range(4):
        with pytest.raises(CodeWrong) as wrong:
            proofs.confirm(handle, code=other_than(code), purpose=Purpose.SIGN_IN, now=NOW)
        left.append(wrong.value.left_count)

    with pytest.raises(CodeOver, match="다섯 번"):
        proofs.confirm(handle, code=other_than(code), purpose=Purpose.SIGN_IN, now=NOW)
    with pytest.raises(CodeOver):
        proofs.confirm(handle, code=code, purpose=Purpose.SIGN_IN, now=NOW)

    assert left == [4, 3, 2, 1]


def test_a_code_for_one_thing_is_good_for_nothing_else(brought: list[tuple[str, str]]) -> None:
    handle = proofs.begin(
        phone=HANEUL, purpose=Purpose.WITHDRAW, reference="M2611-000001-1", address=HERE, now=NOW
    ).handle
    code = brought[0][1]

    for purpose, reference in ((Purpose.SIGN_IN, ""), (Purpose.WITHDRAW, "M2611-000002-2"), (Purpose.WITHDRAW, "")):
        with pytest.raises(CodeOver):
            proofs.confirm(handle, code=code, purpose=purpose, reference=reference, now=NOW)
    assert proofs.confirm(handle, code=code, purpose=Purpose.WITHDRAW, reference="M2611-000001-1", now=NOW)


@pytest.mark.parametrize("handle", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_handle_that_was_never_given_opens_nothing(handle: str) -> None:
    with pytest.raises(CodeOver):
        proofs.confirm(handle, code="123456", purpose=Purpose.SIGN_IN, now=NOW)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\0" * 6])
def test_what_is_no_code_is_a_wrong_try(code: str) -> None:
    handle = ask()

    with pytest.raises(CodeWrong):
        proofs.confirm(handle, code=code, purpose=Purpose.SIGN_IN, now=NOW)


def test_a_second_code_waits_half_a_minute() -> None:
    ask()

    with pytest.raises(TooManyCodes):
        ask(now=NOW + timedelta(seconds=29))
    assert ask(now=NOW + timedelta(seconds=30))


def test_a_number_gets_five_codes_a_day_and_the_others_theirs() -> None:
    for number in range(5):
        ask(now=NOW + timedelta(minutes=number))

    with pytest.raises(TooManyCodes):
        ask(now=NOW + timedelta(minutes=5))
    assert ask(phone="+821087654321", now=NOW + timedelta(minutes=5))


def test_an_address_cannot_ask_for_everybody() -> None:
    for number in range(proofs.PER_ADDRESS):
        ask(phone=f"+82102222{number:04}")

    with pytest.raises(TooManyCodes):
        ask()
    assert ask(phone="+821087654321", address="198.51.100.2")


def test_an_address_cannot_use_up_the_houses_hour() -> None:
    a_tenth = 300
    sent = 0
    with suppress(TooManyCodes):
        for number in range(2 * a_tenth):
            ask(phone=f"+82102222{number:04}", now=NOW + timedelta(seconds=number))
            sent += 1

    assert a_tenth <= sent < a_tenth + 60  # some are refilled meanwhile
    assert ask(phone="+821087654321", address="198.51.100.2", now=NOW + timedelta(seconds=sent))


def test_an_address_cannot_guess_at_many_numbers(
    brought: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "WRONG_PER_ADDRESS", 3)
    first, second = ask(), ask(phone="+821087654321")
    (_, code), (_, other) = brought
    proofs.confirm(second, code=other, purpose=Purpose.SIGN_IN, now=NOW, address=HERE)  # costs nothing
    for _ in range(3):
        with pytest.raises(CodeWrong):
            proofs.confirm(first, code=other_than(code), purpose=Purpose.SIGN_IN, now=NOW, address=HERE)

    with pytest.raises(proofs.TooManyTries):
        proofs.confirm(first, code=code, purpose=Purpose.SIGN_IN, now=NOW, address=HERE)
    assert proofs.confirm(first, code=code, purpose=Purpose.SIGN_IN, now=NOW, address="198.51.100.2")


def test_the_house_has_a_ceiling(settings: Settings) -> None:
    settings.CODES_PER_HOUR = 2
    ask(phone="+821011110001", address="a")
    ask(phone="+821011110002", address="b")

    with pytest.raises(TooManyCodes):
        ask(phone="+821011110003", address="c")


@pytest.mark.parametrize("typed", ["02-120-0000", "1234", "", "+12025550123"])
def test_only_korean_mobile_numbers_get_a_code(typed: str, brought: list[tuple[str, str]]) -> None:
    with pytest.raises(PhoneRefused):
        ask(phone=typed)

    assert (brought, PhoneProof.objects.count()) == ([], 0)


def test_yesterdays_codes_are_forgotten() -> None:
    ask()
    proofs.forget(now=NOW + timedelta(hours=23))
    assert PhoneProof.objects.count() == 1

    assert proofs.forget(now=NOW + timedelta(days=1, minutes=4)) == 1


def prove(brought: list[tuple[str, str]], now: datetime = NOW) -> User:
    handle = ask(now=now)
    proven = proofs.confirm(handle, code=brought[-1][1], purpose=Purpose.SIGN_IN, now=now)
    return citizens.sign_up_or_in(proven=proven, now=now)


def test_the_same_phone_is_the_same_citizen(brought: list[tuple[str, str]]) -> None:
    first = prove(brought)
    second = prove(brought, NOW + timedelta(days=179))

    assert (first.pk, first.phone, first.is_staff, first.has_usable_password()) == (second.pk, HANEUL, False, False)


def test_a_number_long_unused_opens_a_new_account_and_leaves_the_old_one_its_things(
    brought: list[tuple[str, str]],
) -> None:
    first = prove(brought)
    second = prove(brought, NOW + timedelta(days=181))

    first.refresh_from_db()
    assert first.pk != second.pk
    assert (first.phone, first.phone_index, second.phone) == ("", None, HANEUL)


def test_a_device_in_use_keeps_the_number_hers(brought: list[tuple[str, str]]) -> None:
    first = prove(brought)
    Device.objects.create(
        user=first, name="", token_hash=b"x", first_seen_at=NOW, last_seen_at=NOW + timedelta(days=100)
    )

    assert prove(brought, NOW + timedelta(days=200)).pk == first.pk


def test_a_proof_without_a_session_keeps_the_number_hers(brought: list[tuple[str, str]]) -> None:
    first = prove(brought)
    prove(brought, NOW + timedelta(days=179))

    assert prove(brought, NOW + timedelta(days=181)).pk == first.pk


def test_a_text_message_never_opens_an_officials_account(brought: list[tuple[str, str]]) -> None:
    official = User.objects.create(username="damdang", is_staff=True, phone=HANEUL, phone_index=blind_phone(HANEUL))

    citizen = prove(brought)

    assert citizen.pk != official.pk
    assert not citizen.is_staff


def test_nor_that_of_an_official_without_a_log_in(brought: list[tuple[str, str]]) -> None:
    user = User.objects.create(username="road-1", phone=HANEUL, phone_index=blind_phone(HANEUL))
    department = Department.objects.create(code="road", name="도로과", phone="02-120-0100")
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0101")

    with pytest.raises(citizens.OfficialsNumber):
        prove(brought)


def test_who_left_the_office_signs_in_as_a_citizen(brought: list[tuple[str, str]]) -> None:
    user = User.objects.create(username="road-1", phone=HANEUL, phone_index=blind_phone(HANEUL), date_joined=NOW)
    department = Department.objects.create(code="road", name="도로과", phone="02-120-0100")
    Official.objects.create(
        user=user, department=department, name="이담당", office_phone="02-120-0101", is_active=False
    )

    assert prove(brought).pk == user.pk
