"""What can happen to people, the audit book and the house's own machinery."""

import secrets
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop

from portal.accounts.models import AuditEntry, DataKey, Heartbeat, RateBucket, User
from portal.core.errors import Refused
from portal.core.phones import parse_mobile
from portal.core.sealing import blind_phone


class KeyDestroyed(Refused):
    """The object was erased for good: its key is gone."""

    sentence = gettext_noop("보관 기간이 끝나 파기된 자료입니다.")


class PhoneTaken(Refused):
    """One number belongs to one person."""

    sentence = gettext_noop("다른 사람이 이미 등록한 번호입니다.")


def register_phone(*, user: User, phone: str) -> None:
    """
    Keep somebody's own mobile number. Whether it is really hers shows when a text to it is answered.

    :raises portal.core.phones.PhoneRefused: if it is no mobile number
    :raises PhoneTaken: if it is somebody else's
    """
    user.phone = parse_mobile(phone)
    user.phone_index = blind_phone(user.phone)
    try:
        with transaction.atomic():
            user.save(update_fields=["phone_sealed", "phone_index"])
    except IntegrityError as error:
        raise PhoneTaken from error


def forget_phone(*, user: User) -> None:
    """Let go of somebody's number: a role ended or began, and the number may be a citizen's of its own."""
    user.phone, user.phone_index = "", None
    user.save(update_fields=["phone_sealed", "phone_index"])


@transaction.atomic
def record_access(
    *,
    actor: User | None,
    action: str,
    subject_kind: str,
    subject_ids: Sequence[int],
    task: str,
    address: str,
    now: datetime,
    reason: str = "",
) -> None:
    """
    Write one line of the audit book; call it before the data is shown, after all reading.

    `now` is a fallback only: the database stamps the entry with its own clock.
    """
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                id=0,  # the trigger numbers without gaps
                at=now,
                actor=actor,
                actor_name=actor.get_full_name() if actor else "",
                address=address,
                action=action,
                task=task,
                subject_kind=subject_kind,
                subject_ids=list(subject_ids),
                reason=reason,
            )
        ]
    )


_TAKE = """
    insert into accounts_ratebucket as b (key, tokens, refilled_at)
    values (%(key)s, %(capacity)s - %(tokens)s, %(now)s)
    on conflict (key) do update set
        tokens = least(%(capacity)s, b.tokens
                 + extract(epoch from greatest(%(now)s - b.refilled_at, interval '0')) * %(capacity)s / %(per)s)
                 - %(tokens)s,
        refilled_at = greatest(b.refilled_at, %(now)s)
    where least(%(capacity)s, b.tokens
                 + extract(epoch from greatest(%(now)s - b.refilled_at, interval '0')) * %(capacity)s / %(per)s)
                 >= %(tokens)s
    returning tokens
"""


def take_token(*, key: str, capacity: int, per_seconds: int, now: datetime, tokens: int = 1) -> bool:
    """
    Whether one more of something is allowed: at most `capacity` at once, refilled evenly within `per_seconds`.

    What weighs more than one takes several `tokens` at once, never more than `capacity`. The key must hold no
    personal data in clear: use an address, an id or a blind index.
    """
    with connection.cursor() as cursor:
        values: dict[str, str | float | datetime] = {
            "key": key,
            "capacity": float(capacity),
            "per": float(per_seconds),
            "tokens": float(tokens),
            "now": now,
        }
        cursor.execute(_TAKE, values)
        return cursor.fetchone() is not None


def return_token(*, key: str, capacity: int) -> None:
    """Give back what `take_token` took: the try turned out to be a rightful one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update accounts_ratebucket set tokens = least(%(capacity)s, tokens + 1) where key = %(key)s",
            {"key": key, "capacity": float(capacity)},
        )


def forget_limits(*, now: datetime) -> int:
    """Delete the counts nobody was counted by for two days: full again by then, and some are of a phone; how many."""
    count, _ = RateBucket.objects.filter(refilled_at__lt=now - timedelta(days=2)).delete()
    return count


def beat_heart(*, process: str, now: datetime) -> None:
    """Say that a process of this host has just worked."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(process=process, host=socket.gethostname()[:80], at=now)],
        update_conflicts=True,
        unique_fields=["process", "host"],
        update_fields=["at"],
    )


def _kek() -> bytes:
    kek: bytes = settings.DATA_KEK
    return kek[:32]


@transaction.atomic
def data_key(*, purpose: str, object_ref: str, now: datetime) -> bytes:
    """
    The 32-byte key of one object, made on first use and stored wrapped (AES key wrap, RFC 3394).

    :raises KeyDestroyed: after `destroy_data_key`
    """
    fresh = DataKey(
        purpose=purpose,
        object_ref=object_ref,
        wrapped=aes_key_wrap(_kek(), secrets.token_bytes(32)),
        created_at=now,
    )
    DataKey.objects.bulk_create([fresh], ignore_conflicts=True)
    stored = DataKey.objects.get(purpose=purpose, object_ref=object_ref)
    if stored.wrapped is None:
        raise KeyDestroyed
    return aes_key_unwrap(_kek(), bytes(stored.wrapped))


def destroy_data_key(*, purpose: str, object_ref: str, now: datetime) -> None:
    """Make everything sealed under the object's key unreadable for ever (crypto-shredding). Twice is harmless."""
    DataKey.objects.filter(purpose=purpose, object_ref=object_ref, wrapped__isnull=False).update(
        wrapped=None, destroyed_at=now
    )
