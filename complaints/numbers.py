"""Receipt numbers that can be read aloud, and the tokens of links that cannot be guessed."""

import hashlib
import re
import unicodedata
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from portal.core import sealing
from portal.core.clock import in_korea
from portal.core.errors import Refused

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_NUMBER = re.compile(r"M?(\d{4})-?(\d{6})-?(\d)")
_DASHES = re.compile(r"[\s\u2010-\u2015\u2212]+")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_LENGTH = 22  # 62^22 > 2^128


class NotANumber(Refused):
    """Not a receipt number: the form is wrong, or the check digit says that a digit was misheard."""

    sentence = gettext_noop("접수번호를 다시 확인해 주세요. M2611-000123-4처럼 적혀 있습니다.")


def damm(digits: str) -> int:
    """The check digit of Damm's scheme: it catches every single wrong digit and every swap of two neighbours."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def number_of(filed_at: datetime, serial: int) -> str:
    """`M2611-000123-4`: Korean year and month of filing, the serial modulo a million, the check digit over both."""
    month, tail = f"{in_korea(filed_at):%y%m}", f"{serial % 1_000_000:06d}"
    return f"M{month}-{tail}-{damm(month + tail)}"


def parse_number(text: str) -> str:
    """
    A receipt number as a person typed it, in its one spelling.

    :raises NotANumber: if it cannot be one
    """
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip()).upper().replace("--", "-")
    found = _NUMBER.fullmatch(folded) or _NUMBER.fullmatch(folded.replace("-", ""))
    if not found or damm("".join(found.groups())) != 0:
        raise NotANumber
    return f"M{found[1]}-{found[2]}-{found[3]}"


def token_of(sealed_id: UUID, version: int) -> str:
    """The link token of a complaint: made again for every message, so that only its hash needs to be stored."""
    value = int.from_bytes(sealing.blind(f"{sealed_id}:{version}", context="complaints_complaint.token"))
    letters = []
    for _ in range(_TOKEN_LENGTH):
        value, rest = divmod(value, 62)
        letters.append(_LETTERS[rest])
    return "".join(reversed(letters))


def hash_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
