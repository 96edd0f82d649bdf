"""
Proving a phone: a six-digit code goes out by text message, and whoever types it back has the phone in her hands today.

    proof = proofs.begin(phone=typed, purpose=Purpose.FORM, reference="…", address=…, now=…)   # keep proof.handle
    proven = proofs.confirm(handle, code=typed, purpose=Purpose.FORM, now=…)                   # proven.phone is hers

Nothing here looks whether the phone is known, so nothing can tell. The code is told to the courier and to nobody else:
what stays is a keyed fingerprint of it.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.accounts.models import PhoneProof
from portal.accounts.models.signing_in import MOST_TRIES
from portal.accounts.services import return_token, take_token
from portal.core.errors import Refused
from portal.core.fields import SealedModel
from portal.core.phones import parse_mobile
from portal.core.sealing import blind_phone

Purpose = PhoneProof.Purpose
VALID_FOR = timedelta(minutes=3)
AGAIN_AFTER = 30  # seconds
PER_DAY = 5
PER_ADDRESS = 60  # a minute: one carrier's subscribers share an address
SHARE_OF_ADDRESS = 10  # one address gets a tenth of the whole house's hour
WRONG_PER_ADDRESS = 100  # an hour: guesses at random accounts
DIGITS = 6
NOBODYS = UUID(int=0)
_A_DAY, _AN_HOUR = 86_400, 3_600


class TooManyCodes(Refused):
    """No code leaves now: too soon, too often for one phone or address, or too many in the whole house."""

    sentence = gettext_noop("인증번호를 너무 자주 요청하셨습니다. 잠시 뒤에 다시 해 주세요.")


class CodeWrong(Refused):
    """Not the code that was sent. `left_count` more tries."""

    field = "code"

    def __init__(self, left_count: int) -> None:
        self.left_count = left_count
        super().__init__(
            _("인증번호가 맞지 않습니다. 문자를 다시 확인해 주세요. %(left_count)s번 더 해 볼 수 있습니다.")
            % {"left_count": left_count}
        )


class TooManyTries(Refused):
    """Wrong codes of many numbers came from one address."""

    field = "code"
    sentence = gettext_noop("같은 인터넷을 쓰는 곳에서 인증번호를 여러 번 틀렸습니다. 잠시 뒤에 다시 해 주세요.")


class CodeOver(Refused):
    """The code is too old, was used, or was guessed at too often; or there never was one."""

    field = "code"
    sentence = gettext_noop("인증번호를 쓸 수 있는 시간이 지났습니다. 인증번호를 다시 받아 주세요.")


class NoCourier(Exception):
    """No room delivers codes: a programming error."""


class Courier(Protocol):
    """Brings a code to a phone, in the caller's transaction."""

    def __call__(self, *, phone: str, code: str, key: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A code is on its way. The handle is a secret of whoever asked: keep it in the session or the conversation."""

    handle: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProvenPhone:
    """Somebody who has this phone in her hands typed its code a moment ago."""

    phone: str = field(repr=False)
    phone_index: bytes = field(repr=False)
    purpose: str
    reference: str
    proven_at: datetime


_couriers: list[Courier] = []


def delivers_codes(courier: Courier) -> Courier:
    """Register who brings codes to phones: the room that sends messages stands above this one."""
    if courier not in _couriers:
        _couriers.append(courier)
    return courier


@transaction.atomic
def begin(*, phone: str, purpose: Purpose | str, address: str, now: datetime, reference: str = "") -> Asked:
    """
    Send a code to a phone.

    :param address: of the client, for the limits; a conversation without one gives its channel and id
    :param reference: what the code is for, if it is good for one thing only (a case's number)
    :raises portal.core.phones.PhoneRefused: if it is no mobile number
    :raises TooManyCodes: if one was sent a moment ago, or too many were
    """
    number = parse_mobile(phone)
    index = blind_phone(number)
    if not _may_send(index, address, now):
        raise TooManyCodes
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    proof = PhoneProof(
        purpose=Purpose(purpose),
        reference=reference,
        phone=number,
        phone_index=index,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    proof.code_hash = _fingerprint(proof, code)
    proof.save()
    if not _couriers:
        raise NoCourier
    _couriers[0](phone=number, code=code, key=f"accounts.code:{proof.pk}", now=now)
    return Asked(str(proof.sealed_id), proof.expires_at)


def confirm(
    handle: str, *, code: str, purpose: Purpose | str, now: datetime, reference: str = "", address: str = ""
) -> ProvenPhone:
    """
    The phone whose code was typed back. A code is good once, for the purpose and reference it was asked for.

    Counts the try by itself, without a transaction of its own: a caller that rolls back gives the try back, so call it
    before anything else, and let nothing roll it back.

    :param address: of the client, whose wrong tries are counted over all numbers
    :raises TooManyTries: if they were too many
    :raises CodeWrong: with the tries that are left
    :raises CodeOver: if this code cannot be used any more
    """
    proof = _usable(handle, Purpose(purpose), reference, now)
    _count_try(address, now)
    typed = "".join(re.findall(r"[0-9]", unicodedata.normalize("NFKC", code)))
    is_right = hmac.compare_digest(bytes(proof.code_hash), _fingerprint(proof, typed))
    counted = PhoneProof.objects.filter(pk=proof.pk, confirmed_at=None, tries_count__lt=MOST_TRIES)
    if is_right and counted.update(confirmed_at=now):
        return_token(key=_wrong(address), capacity=WRONG_PER_ADDRESS)
        return ProvenPhone(proof.phone, bytes(proof.phone_index), proof.purpose, proof.reference, now)
    if is_right or not counted.update(tries_count=F("tries_count") + 1):
        raise CodeOver
    left = MOST_TRIES - PhoneProof.objects.values_list("tries_count", flat=True).get(pk=proof.pk)
    if left <= 0:
        raise CodeOver(_("인증번호를 다섯 번 틀리셨습니다. 인증번호를 다시 받아 주세요."))
    raise CodeWrong(left)


def phone_of(handle: str, *, now: datetime) -> str:
    """The phone a code went to, for the page that asks for it; empty when that is over."""
    found = PhoneProof.objects.filter(sealed_id=_read(handle) or NOBODYS, expires_at__gt=now).first()
    return found.phone if found else ""


def forget(*, now: datetime) -> int:
    """Delete the codes of yesterday; how many."""
    return PhoneProof.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]


def _usable(handle: str, purpose: Purpose, reference: str, now: datetime) -> PhoneProof:
    found = PhoneProof.objects.filter(
        sealed_id=_read(handle) or NOBODYS,
        purpose=purpose,
        reference=reference,
        confirmed_at=None,
        expires_at__gt=now,
        tries_count__lt=MOST_TRIES,
    ).first()
    if found is None:
        raise CodeOver
    return found


def _read(handle: str) -> UUID | None:
    try:
        return UUID(handle)
    except ValueError:
        return None


def _fingerprint(proof: SealedModel, code: str) -> bytes:
    """Keyed, and bound to its row: six digits alone would be guessed from a stolen table in a second."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"accounts.code:{proof.sealed_id}:{code}".encode(), hashlib.sha256)


def _count_try(address: str, now: datetime) -> None:
    if address and not take_token(key=_wrong(address), capacity=WRONG_PER_ADDRESS, per_seconds=_AN_HOUR, now=now):
        raise TooManyTries


def _wrong(address: str) -> str:
    return f"codes:wrong:{address}"


def _may_send(index: bytes, address: str, now: datetime) -> bool:
    """The same limits for every number, known or not; a limiter that cannot be asked refuses."""
    who = index.hex()
    limits = (
        (f"codes:soon:{who}", 1, AGAIN_AFTER),
        (f"codes:address:{address}", PER_ADDRESS, 60),
        (f"codes:hour:{address}", max(PER_ADDRESS, settings.CODES_PER_HOUR // SHARE_OF_ADDRESS), _AN_HOUR),
        (f"codes:day:{who}", PER_DAY, _A_DAY),
        ("codes:house", settings.CODES_PER_HOUR, _AN_HOUR),
    )
    return all(take_token(key=key, capacity=most, per_seconds=seconds, now=now) for key, most, seconds in limits)
