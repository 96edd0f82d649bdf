"""
Holding a carrier's line: bind, send what is due, store what is told, and bind again when it drops.

For carriers whose line one process keeps open (`Capabilities.is_linked`). What the SMSC tells is acknowledged only
after our commit.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, close_old_connections, connection, transaction

from messaging import delivery
from messaging.carriers import registry
from messaging.carriers.base import HookUnreadable, Misconfigured, NotSent, Outcome, ReceiptEvent, ReplyEvent
from messaging.carriers.smpp import Smpp
from messaging.carriers.smpp.codes import TAKEN, TRY_LATER
from messaging.carriers.smpp.line import Heard
from messaging.health import note_call
from messaging.models import UNSETTLED, Attempt
from messaging.services import keep_unreadable, store_events
from messaging.services.hooks import check_event
from messaging.settling import change_of, settle
from portal.accounts import services as accounts
from portal.core import clock

_log = structlog.get_logger(__name__)
ROUND_SECONDS = 1.0  # one drain: also how long a stop may wait beside the call in flight
IDLE_SECONDS = 0.3
BEAT_SECONDS = 5.0
MOST_AT_ONCE = 100
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
NAMELESS = "nameless"  # stands in for the name storing will give a text


@dataclass(slots=True)
class Link:
    """One carrier's line in this process, until `stopping` is set."""

    alias: str
    plug: Smpp
    stopping: threading.Event
    beaten_at: float = -BEAT_SECONDS

    def hold(self) -> None:
        """Bind, work, and bind again after growing pauses. Returns when stopped, the line closed in good form."""
        failures = 0
        with _asking_names(self.alias, self.plug):
            while not self.stopping.is_set():
                error = self._open()
                if error is None:
                    failures = 0
                    self._work()
                else:  # knocking again with a wrong password gets accounts locked
                    longest = isinstance(error, Misconfigured)
                    self.stopping.wait(PAUSES[-1 if longest else min(failures, len(PAUSES) - 1)])
                    failures += 1

    def _open(self) -> NotSent | None:
        try:
            self.plug.line.open()
        except NotSent as error:
            _log.warning("smpp_not_bound", carrier=self.alias, error=str(error))
            self._note(error)
            return error
        _log.info("smpp_bound", carrier=self.alias)
        return None

    def _note(self, error: NotSent) -> None:
        """Nobody claims while the line is down, so the carrier's health has to be told by us."""
        try:
            note_call(self.alias, error, legs=0, is_probe=False)
        except Exception:  # noqa: BLE001 — the loop's edge: without a database there is nothing to send anyhow
            _log.exception("smpp_health_unknown", carrier=self.alias)
        finally:
            close_old_connections()

    def _work(self) -> None:
        """Until the line drops or we are stopped; what was told until then is stored."""
        with self._listening():
            while self.plug.line.is_open and not self.stopping.is_set():
                if not self._round():
                    self.stopping.wait(IDLE_SECONDS)
            self.plug.line.close()

    def _round(self) -> int:
        """How many legs were handed over."""
        try:
            if time.monotonic() >= self.beaten_at + BEAT_SECONDS:
                accounts.beat_heart(process=process_name(self.alias), now=clock.now())
                self.beaten_at = time.monotonic()
            handed = delivery.drain(seconds=ROUND_SECONDS, only=self.alias)
            settle_late(self.plug.late_answers())
            return handed
        except Exception:  # noqa: BLE001 — the loop's edge: the line outlives a restart of the database
            _log.exception("smpp_round_failed", carrier=self.alias)
            self.stopping.wait(ROUND_SECONDS)
            return 0
        finally:
            close_old_connections()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Somebody stores what is told while we send."""
        is_over = threading.Event()
        listener = threading.Thread(target=self._listen, args=(is_over,), name="smpp-listener", daemon=True)
        listener.start()
        try:
            yield
        finally:
            is_over.set()
            listener.join()

    def _listen(self, is_over: threading.Event) -> None:
        try:
            while not is_over.is_set():
                batch = self.plug.line.next_heard(IDLE_SECONDS, most=MOST_AT_ONCE)
                if batch:
                    self._take(batch)
        finally:
            connection.close()

    def _take(self, batch: Sequence[Heard]) -> None:
        """Store, commit, and only then acknowledge; what cannot be stored now is told again."""
        try:
            store(self.alias, self.plug, batch)
        except Exception:  # noqa: BLE001 — the loop's edge: not acknowledged, so nothing is lost
            _log.exception("smpp_not_stored", carrier=self.alias, count=len(batch))
            status = TRY_LATER
        else:
            status = TAKEN
        finally:
            close_old_connections()
        for heard in batch:
            self.plug.line.acknowledge(heard, status)


@transaction.atomic
def settle_late(outcomes: Mapping[UUID, Outcome]) -> None:
    """Answers that came after their call was given up: they settle what is open, not what an official sent again."""
    if outcomes:
        legs = Attempt.objects.filter(pk__in=outcomes, status__in=UNSETTLED).values_list("pk", flat=True)
        settle([change_of(leg, outcomes[leg]) for leg in legs], cause="late_answer")


@contextmanager
def _asking_names(alias: str, plug: Smpp) -> Iterator[None]:
    """Whether a message id is a leg's already is asked in one thread: those of the calls have no connection to keep."""
    with ThreadPoolExecutor(1, "smpp-names") as asker:
        plug.is_name_taken = lambda name: asker.submit(_is_name_taken, alias, name).result()
        try:
            yield
        finally:
            asker.submit(connection.close)


def _is_name_taken(alias: str, name: str) -> bool:
    """Without a database nobody knows; then the text has been taken all the same."""
    try:
        return bool(name) and Attempt.objects.filter(carrier=alias, vendor_ref=name).exists()
    except DatabaseError:
        close_old_connections()
        return False


@transaction.atomic
def store(alias: str, plug: Smpp, batch: Sequence[Heard]) -> None:
    """What the SMSC told, into rows; what nobody can read is kept for a person."""
    now = clock.now()
    events: list[ReceiptEvent | ReplyEvent] = []
    for heard in batch:
        try:
            event = plug.understand(heard, now=now)
            if event is not None:
                check_event(event if event.event_key else replace(event, event_key=NAMELESS), now=now)
                events.append(event)
        except HookUnreadable as error:
            keep_unreadable(alias=alias, kind="news", body=heard.octets.hex(), reason=str(error), now=now)
    store_events(alias=alias, events=events, now=now)


def process_name(alias: str) -> str:
    """What the heartbeat of a line is called."""
    return f"smpp_link:{alias}"[:40]


def linked(alias: str) -> Smpp:
    """
    The plug of a line that may be held.

    :raises ImproperlyConfigured: if there is no such carrier, or it needs no line
    """
    plug = registry.carrier(alias) if alias in registry.aliases() else None
    if not isinstance(plug, Smpp):
        raise ImproperlyConfigured(f"{alias}은(는) MESSAGING_CARRIERS에 있는 SMPP 통신사가 아닙니다.")
    return plug
