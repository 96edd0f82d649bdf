"""
Guarding: a restored database believes old messages are unsent, so nothing leaves until an official has looked.

Two witnesses: a mark that every host keeps outside the database, of how far the books had come when it last sent, and
what tells one PostgreSQL cluster from another. Point-in-time recovery and fail-over change the latter, too: both may
lose commits.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from messaging.health import CarrierClosed
from messaging.models import ClusterIdentity, Stream
from messaging.queries import database_clock
from portal.accounts.models import User

_log = structlog.get_logger(__name__)
RESTORED = "restored: 복원된 데이터베이스입니다. 통신사에 물어 대조한 뒤에 다시 보냅니다."
_PRIVILEGE = """
    SELECT has_function_privilege('pg_control_system()', 'execute')
       AND has_function_privilege('pg_control_checkpoint()', 'execute')
"""
_FINGERPRINT = """
    (SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid
       FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database())
"""
_PRESENT = """
    SELECT {fingerprint}, (SELECT coalesce(max(id), 0) FROM messaging_deliveryevent), i.id, i.fingerprint, i.seen_at,
           i.acknowledged_by_id IS NOT NULL
      FROM (SELECT 1) one LEFT JOIN (
        SELECT * FROM messaging_clusteridentity ORDER BY seen_at DESC LIMIT 1) i ON true
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the books had come when this host last sent, under which identity, and when."""

    identity: str
    events: int
    at: str


@dataclass(frozen=True, slots=True)
class _Present:
    """What the database says of itself, and the newest identity somebody saw."""

    fingerprint: str
    events: int
    identity: Any
    known_fingerprint: str | None
    seen_at: datetime | None
    is_acknowledged: bool


def refuse_restored() -> None:
    """
    Asked before each claim. Where the books went back, every stream is paused.

    :raises CarrierClosed: until an official acknowledges the database
    """
    mark = read_mark()  # before the books: another process may send, and raise it, at any moment
    present = _present()
    if present.identity is None:
        _adopt(present)
    elif _went_back(present, mark):
        Stream.objects.filter(paused_at=None).update(paused_at=database_clock(), pause_reason=RESTORED)
        _log.error("database_restored", events=present.events)
        raise CarrierClosed(RESTORED)


def is_restored() -> bool:
    """Whether the books went back and nobody has acknowledged it."""
    mark = read_mark()
    present = _present()
    return present.identity is not None and _went_back(present, mark)


def mark_after_commit(at: datetime) -> None:
    """Once this transaction is committed, and before anything leaves, note how far the books are."""
    present = _present()
    if present.identity is not None:
        transaction.on_commit(partial(_keep, Mark(str(present.identity), present.events, at.isoformat())))


@transaction.atomic
def acknowledge(*, by: User, reason: str) -> int:
    """Let sending go on in this database: somebody asked the carriers and looked. How many streams go on."""
    at = database_clock()
    ClusterIdentity.objects.create(
        fingerprint=_present().fingerprint, seen_at=at, acknowledged_by=by, reason=reason[:200]
    )
    mark_after_commit(at)
    paused = Stream.objects.filter(pause_reason=RESTORED, paused_by=None)
    return paused.update(paused_at=None, pause_reason="", released_at=at)


def read_mark() -> Mark | None:
    """This host's mark; None if it never sent, or the file is not readable."""
    try:
        return Mark(**json.loads(_file().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@transaction.atomic
def _adopt(present: _Present) -> None:
    """The first to send from a new database gives it its identity; the second finds it done."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE messaging_clusteridentity IN SHARE ROW EXCLUSIVE MODE")
    if not ClusterIdentity.objects.exists():
        ClusterIdentity.objects.create(fingerprint=present.fingerprint, seen_at=database_clock())


def _went_back(present: _Present, mark: Mark | None) -> bool:
    if present.fingerprint and present.known_fingerprint and present.fingerprint != present.known_fingerprint:
        return True
    if mark is None or present.seen_at is None:
        return False
    if mark.identity == str(present.identity):
        return mark.events > present.events
    was_acknowledged_since = present.is_acknowledged and present.seen_at > datetime.fromisoformat(mark.at)
    return not was_acknowledged_since


def _present() -> _Present:
    fingerprint = _FINGERPRINT if _may_read_identity(str(connection.settings_dict["USER"])) else "''"
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT.format(fingerprint=fingerprint))
        return _Present(*cursor.fetchone())


@cache
def _may_read_identity(user: str) -> bool:
    """Whether this database role may; some managed services forbid it."""
    with connection.cursor() as cursor:
        cursor.execute(_PRIVILEGE)
        return bool(cursor.fetchone()[0])


def _keep(mark: Mark) -> None:
    """Raise this host's mark; processes take turns. A full disk weakens the guard, it does not stop the mail."""
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with _alone():
            known = read_mark()
            if known is None or known.identity != mark.identity or known.events < mark.events:
                draft = _file().with_suffix(".new")
                draft.write_text(json.dumps(asdict(mark)), "utf-8")
                draft.replace(_file())
    except OSError as error:
        _log.error("mark_not_kept", error=type(error).__name__)


@contextmanager
def _alone() -> Iterator[None]:
    lock = os.open(_file().with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _file() -> Path:
    return Path(settings.STATE_DIR) / "messaging-mark.json"
