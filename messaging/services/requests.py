"""Idempotency-Key: however often a system repeats a request, it has one effect and one answer."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from messaging import bulk
from messaging.models import ApiKey, RequestKey
from portal.core.errors import Refused

KEPT_FOR = timedelta(hours=24)
PATIENCE = "5s"


class OtherBody(Refused):
    """The key was used within the last day for something else."""

    sentence = "같은 Idempotency-Key로 다른 내용을 이미 보냈습니다. 새 요청에는 새 값을 쓰세요."


class StillRunning(Refused):
    """The first request with this key has not been answered yet."""

    sentence = "같은 Idempotency-Key의 앞선 요청을 아직 처리하고 있습니다. 잠시 뒤에 같은 요청을 다시 보내 주세요."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system is told: an HTTP status and the very text."""

    status: int
    text: str


@transaction.atomic
def answer_once(
    *, api_key: ApiKey, key: str, body_sha256: bytes, now: datetime, act: Callable[[int], Answer]
) -> Answer:
    """
    Do what a request asks, unless it was done within the last 24 hours: then give the same answer again.

    The key is inserted in the transaction of its effect. A second request waits at the unique index until the first is
    committed; a crash takes the key back together with everything else.

    :param act: does it, given the number of this request, and says the answer
    :raises OtherBody: if the key belongs to another body
    :raises StillRunning: if the first request takes longer than we wait
    """
    RequestKey.objects.filter(api_key=api_key, key=key, created_at__lte=now - KEPT_FOR).delete()
    fresh = RequestKey(api_key=api_key, key=key, body_sha256=body_sha256, created_at=now)
    number = _insert(fresh)
    if number is None:
        return _repeated(api_key, key, body_sha256)
    answer = act(number)
    fresh.pk, fresh.status, fresh.answer = number, answer.status, answer.text
    fresh.save(update_fields=["status", "answer_sealed"])
    return answer


def forget_requests(*, now: datetime) -> int:
    """Erase what is older than a day; how many there were."""
    return RequestKey.objects.filter(created_at__lte=now - KEPT_FOR).delete()[0]


def _insert(fresh: RequestKey) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    try:
        written = bulk.insert([fresh], skips_conflicts=True, returning=("id",))
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise StillRunning from error
        raise
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return int(written[0][0]) if written else None


def _repeated(api_key: ApiKey, key: str, body_sha256: bytes) -> Answer:
    first = RequestKey.objects.get(api_key=api_key, key=key)
    if not hmac.compare_digest(bytes(first.body_sha256), body_sha256):
        raise OtherBody
    return Answer(first.status, first.answer)
