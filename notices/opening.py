"""Links to one notice: their tokens, the second factor, the lock, and the ten minutes a reader has. Pure."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

FAILURES_TO_LOCK, FAILURES_TO_BLOCK = 5, 10
LOCKED_FOR = timedelta(minutes=30)
VISIT = timedelta(minutes=10)
TOKEN_BYTES = 16
PICTURE, DOCUMENT, ACKNOWLEDGED = "picture", "document", "acknowledged"  # what shows that a notice was opened
PHONE_DIGITS = 4
_BIRTH_DIGITS = (6, 8)


def token_of(campaign_key: bytes, notice_id: int) -> str:
    """
    The token of a notice's address: 128 bits that only the campaign's key can make.

    Derived, not drawn: a reminder carries the address of the first message, nothing but a hash is stored, a token can
    belong to no other notice than the one in it, and with the campaign's key the address is destroyed too.
    """
    digest = hmac.digest(campaign_key, f"notices.link\x1f{notice_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to prove who she is: digits only."""

    birth: str
    phone_tail: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it has the shape of an answer at all; what has not is no try."""
        return len(self.birth) in _BIRTH_DIGITS and len(self.phone_tail) in (0, PHONE_DIGITS)


def digits_of(text: str) -> str:
    """`９０-01-01` → `900101`: digits of any width, without what stands between them."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char in "0123456789")


def is_she(typed: Typed, *, birth: date, phone: str, asks_phone: bool) -> bool:
    """Whether all of it is right, in the same time whatever is wrong."""
    known = f"{birth:%Y%m%d}"
    has_birth = hmac.compare_digest(typed.birth[-6:], known[-6:])
    has_century = len(typed.birth) != 8 or hmac.compare_digest(typed.birth, known)
    has_phone = hmac.compare_digest(typed.phone_tail, phone[-PHONE_DIGITS:])
    return has_birth & has_century & (has_phone | (not asks_phone))


@dataclass(frozen=True, slots=True)
class Lock:
    """How a link stands after wrong answers."""

    failed_count: int
    locked_until: datetime | None = None
    is_blocked: bool = False

    def is_shut(self, now: datetime) -> bool:
        """Whether even the right answer does not open it."""
        return self.is_blocked or (self.locked_until is not None and now < self.locked_until)

    def after_failure(self, now: datetime) -> "Lock":
        """One more wrong answer. What is tried at a shut door changes nothing."""
        if self.is_shut(now):
            return self
        count = self.failed_count + 1
        if count >= FAILURES_TO_BLOCK:
            return Lock(count, None, is_blocked=True)
        return Lock(count, now + LOCKED_FOR if count == FAILURES_TO_LOCK else None)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who has proven to be the owner of one notice, for ten minutes at a time."""

    link_id: int
    visit: UUID
    factor: str
    until: datetime

    def as_words(self) -> str:
        """What the cookie says; signed by whoever sets it."""
        return f"{self.link_id}:{self.visit.hex}:{self.factor}:{int(self.until.timestamp())}"

    @classmethod
    def from_words(cls, words: str) -> "Visit":
        """
        What `as_words` wrote.

        :raises ValueError: if it is something else
        """
        link_id, visit, factor, until = words.split(":")
        return cls(int(link_id), UUID(visit), factor, datetime.fromtimestamp(int(until)).astimezone())
