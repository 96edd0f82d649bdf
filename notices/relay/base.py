"""
The relay socket: a document to one person, and what the relay can prove about it. Same outcome rules as carriers.

Whatever a call does not prove is unknown (`messaging.carriers.base.OutcomeUnknown`): it is asked about with `look_up`
before anything is handed over again. The APIs of real relays are not public; a plug for one is one file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from messaging.carriers.base import HookRequest, HookResponse, NotFound, StillUnknown


@dataclass(frozen=True, slots=True)
class RelayIdentity:
    """Whose wallet: a keyed digest of her 연계정보 (CI), never the CI and never a 주민등록번호."""

    ci_hmac: str


@dataclass(frozen=True, slots=True)
class RelayRef:
    """The relay has the document; `value` is its name for the delivery."""

    value: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay refused this document: a result, not an error. `reason` is Korean."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What happened so far, as far as the relay knows; facts may come in any order."""

    ref: str
    arrived_at: datetime | None = None
    opened_at: datetime | None = None
    expired_at: datetime | None = None


RelayKind = Literal["arrived", "opened", "expired"]


@dataclass(frozen=True, slots=True)
class RelayEvent:
    """One thing that happened to one delivery, verified."""

    event_key: str
    key: UUID | None
    ref: str
    kind: RelayKind
    occurred_at: datetime

    @property
    def facts(self) -> RelayFacts:
        """The one fact it states."""
        return RelayFacts(
            self.ref,
            arrived_at=self.occurred_at if self.kind == "arrived" else None,
            opened_at=self.occurred_at if self.kind == "opened" else None,
            expired_at=self.occurred_at if self.kind == "expired" else None,
        )


class ENoticeRelay(Protocol):
    """The socket. Constructed once per process with the OPTIONS of NOTICES_RELAY as keyword arguments."""

    @property
    def label(self) -> str: ...

    @property
    def hook_path_secrets(self) -> Sequence[str]: ...

    def submit(
        self, document: bytes, *, sha256: str, recipient: RelayIdentity, key: UUID, opens_until: datetime
    ) -> RelayRef | Refused:
        """Hand over a PDF; the same key again delivers nothing twice. Raises CarrierError."""
        ...

    def look_up(self, key: UUID) -> RelayFacts | Refused | NotFound | StillUnknown:
        """What became of an earlier `submit`. Raises CarrierError."""
        ...

    def certificate(self, ref: RelayRef) -> bytes:
        """유통증명서 of a delivery that arrived. Raises CarrierError."""
        ...

    def read_events(self, request: HookRequest) -> Sequence[RelayEvent]:
        """Verify, then parse; pure. Raises HookRefused, HookUnreadable."""
        ...

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """The answer this relay expects once the events are stored."""
        ...
