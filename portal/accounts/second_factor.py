"""What an official has besides the password: a telephone's changing code, or one of the printed recovery codes."""

import re
import unicodedata
from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    validate_totp_code,
    yield_hotp_counters_from_time,
)
from axes import utils as axes
from django.db import transaction

from portal.accounts.models import User
from portal.accounts.services import record_access, return_token, take_token
from portal.core.errors import Refused

TRIES, WITHIN_SECONDS = 5, 900
_USED_FOR = 120  # seconds: longer than any code is good


class FactorWrong(Refused):
    """Not the code of this moment, or one that was used already."""

    field = "code"
    sentence = "번호가 맞지 않습니다. 인증 앱에 지금 보이는 여섯 자리를 적어 주세요."


class TooManyTries(Refused):
    """Whoever knows the password must not guess the rest."""

    field = "code"
    sentence = "여러 번 틀려서 잠시 막았습니다. 15분쯤 뒤에 다시 시도해 주세요."


class NotTheAdministrator(Refused):
    """Taking a colleague's second factor away opens her account to whoever knows the password."""

    sentence = "다른 사람의 로그인을 고칠 권한이 없습니다. 본인 것은 다른 관리자가 고칩니다."


def has_factor(user: User) -> bool:
    """Whether there is anything to ask for after the password; a passkey of her days as a citizen is not."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def fresh_secret() -> str:
    """A secret that no telephone has yet."""
    return str(generate_totp_secret())


def address_for_app(user: User, secret: str) -> str:
    """The otpauth address behind the QR code."""
    return str(get_adapter().build_totp_url(user, secret))


def enrol(*, user: User, secret: str, code: str, now: datetime) -> list[str]:
    """
    Keep the secret of a telephone that shows the right code; the recovery codes, to be printed once.

    :raises TooManyTries: after five wrong ones
    :raises FactorWrong: if it shows another one
    """
    _take_try(user, now)
    if not validate_totp_code(secret, _digits(code)):
        raise FactorWrong
    Authenticator.objects.filter(
        user=user, type__in=(Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    ).delete()
    TOTP.activate(user, secret)
    return list(RecoveryCodes.activate(user).get_unused_codes())


def check(*, user: User, code: str, now: datetime, is_shown: bool = False) -> None:
    """
    Whether the official has what she enrolled. A code is good once; a recovery code is crossed out.

    :param is_shown: the demo writes the code on the page for everybody: used by one, it is good for the next
    :raises TooManyTries: after five wrong ones in a quarter of an hour
    :raises FactorWrong:
    """
    _take_try(user, now)
    digits = _digits(code)
    for factor in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        if _opens(factor, digits, now, is_shown=is_shown):
            factor.record_usage()
            return_token(key=_tries(user), capacity=TRIES)
            return
    raise FactorWrong


def _opens(factor: Authenticator, digits: str, now: datetime, *, is_shown: bool) -> bool:
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return bool(RecoveryCodes(factor).validate_code(digits))
    if not validate_totp_code(get_adapter().decrypt(factor.data["secret"]), digits):
        return False
    return is_shown or take_token(key=_used(factor, digits), capacity=1, per_seconds=_USED_FOR, now=now)


def code_of_the_moment(secret: str) -> str:
    """What a telephone with that secret shows now: for the demo."""
    _, present, _ = yield_hotp_counters_from_time()
    return str(format_hotp_value(hotp_value(secret, present)))


def _used(factor: Authenticator, digits: str) -> str:
    return f"factor.used:{factor.pk}:{digits}"


@transaction.atomic
def forget(*, user: User, by: User | None, address: str, now: datetime) -> None:
    """
    Take away an official's second factors: a lost telephone. She enrols another at her next sign-in.

    :param by: nobody for the command on the server
    :raises NotTheAdministrator: if `by` may not change people, or means herself
    """
    _check_administrator(user, by)
    Authenticator.objects.filter(user=user).delete()
    _write_down(user, "두 번째 인증을 지움", by, address, now)


@transaction.atomic
def unlock(*, user: User, by: User, address: str, now: datetime) -> None:
    """
    Forget the wrong passwords of an official who is locked out.

    :raises NotTheAdministrator: if `by` may not change people
    """
    _check_administrator(user, by)
    axes.reset(username=user.username)
    return_token(key=_tries(user), capacity=TRIES)
    _write_down(user, "로그인 잠금을 풂", by, address, now)


def _check_administrator(user: User, by: User | None) -> None:
    if by is not None and (by == user or not by.has_perm("accounts.change_user")):
        raise NotTheAdministrator


def _write_down(user: User, what: str, by: User | None, address: str, now: datetime) -> None:
    record_access(
        actor=by,
        action="change",
        subject_kind="accounts.user",
        subject_ids=[user.pk],
        task="second_factor",
        address=address,
        reason=what,
        now=now,
    )


def _take_try(user: User, now: datetime) -> None:
    if not take_token(key=_tries(user), capacity=TRIES, per_seconds=WITHIN_SECONDS, now=now):
        raise TooManyTries


def _tries(user: User) -> str:
    return f"factor:{user.pk}"


def _digits(code: str) -> str:
    return "".join(re.findall(r"[0-9]", unicodedata.normalize("NFKC", code)))
