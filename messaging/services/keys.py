"""API 키: shown once, kept as a hash, revoked at once."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from messaging.models import ApiKey, Scope
from portal.accounts.models import Department, User
from portal.core.errors import Refused

NOTED_EVERY = timedelta(minutes=1)
_KEY = re.compile(r"(sotong_(?:live|test)_[0-9a-f]{8})_[A-Za-z0-9_-]{43}")


class AlreadyRevoked(Refused):
    """The key has been revoked before."""

    sentence = "이미 폐기한 키입니다."


class NoScope(Refused):
    """A key that may do nothing is of no use."""

    field = "scopes"
    sentence = "권한을 하나 이상 골라 주세요."


def digest_of(text: str) -> bytes:
    """What is kept of a key. Its secret has 256 random bits, so a plain hash cannot be guessed backwards."""
    return hashlib.sha256(text.encode()).digest()


def known_key(text: str) -> ApiKey | None:
    """The key with this text, if it was not revoked and its department still works."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    keys = ApiKey.objects.select_related("department").filter(prefix=found[1], revoked_at=None)
    key = keys.filter(department__is_active=True).first()
    return key if key is not None and hmac.compare_digest(bytes(key.secret_sha256), digest_of(text)) else None


@transaction.atomic
def issue_key(
    *,
    name: str,
    department: Department,
    mode: ApiKey.Mode,
    scopes: Collection[Scope],
    per_minute: int,
    by: User,
    now: datetime,
) -> tuple[ApiKey, str]:
    """
    Make a key; the second value is its text, which nobody can ever read again.

    :raises NoScope:
    """
    if not scopes:
        raise NoScope
    prefix = f"sotong_{mode.value}_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        department=department,
        mode=mode,
        scopes=[scope.value for scope in Scope if scope in scopes],
        per_minute=per_minute,
        prefix=prefix,
        secret_sha256=digest_of(text),
        created_at=now,
        created_by=by,
    )
    return key, text


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User, now: datetime) -> None:
    """
    End a key for good; the next request with it is refused.

    :raises AlreadyRevoked:
    """
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        raise AlreadyRevoked


def note_use(*, key: ApiKey, now: datetime) -> None:
    """When a key was last used, at most once a minute: a busy key must not fight over its own row."""
    if key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
        ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)
