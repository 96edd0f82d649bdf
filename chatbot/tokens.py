"""What a button means, signed: it works for a day, and what it names is looked up again when it is tapped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core import signing
from django.utils.translation import gettext_noop

from portal.core.errors import Refused

LIFE = timedelta(hours=24)
_SALT = "chatbot.tap"


class StaleToken(Refused):
    """A button of yesterday, or none of ours."""

    sentence = gettext_noop("이 단추는 하루가 지나 쓸 수 없습니다. 다시 물어봐 주세요.")


class Kind(StrEnum):
    """What was tapped, and the values that go with it."""

    CHOICE = "choice"  # turn, rank; rank 0 is 다 아니에요
    FAQ = "faq"  # the slug of an answer
    RATE = "rate"  # turn, 1 or -1, a reason or nothing
    PETITION = "petition"  # the code of a petition
    SLOT = "slot"  # draft, slot, value
    CHANGE = "change"  # draft, slot
    COMMAND = "command"  # draft, the command's word
    PERSON = "person"  # nothing: 상담사 연결


@dataclass(frozen=True, slots=True)
class Tap:
    """A token that was read."""

    kind: Kind
    values: tuple[str, ...]


def token_of(kind: Kind, *values: str | int, now: datetime) -> str:
    """The token of a button drawn at `now`; drawn again with the same `now` it is the same."""
    return signing.Signer(salt=_SALT).sign_object([int(now.timestamp()), kind.value, *map(str, values)])


def read_token(token: str, *, now: datetime) -> Tap:
    """
    What a button meant.

    :raises StaleToken: if it is forged, or older than a day
    """
    try:
        at, kind, *values = signing.Signer(salt=_SALT).unsign_object(token)
        tap = Tap(Kind(kind), tuple(values))
    except (signing.BadSignature, ValueError) as error:
        raise StaleToken from error
    if now.timestamp() - at > LIFE.total_seconds():
        raise StaleToken
    return tap
