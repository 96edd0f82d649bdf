"""
The carrier socket: what a plug can do, what it is handed and what it answers.

A carrier is one file with `capabilities` and a code table (their code → our outcome) at its top as data. Whatever a
call does not prove is `OutcomeUnknown`: it is asked about with `look_up` before anything is sent again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

ReasonKind = Literal[
    "",
    "unreachable",
    "no_such_number",
    "not_on_kakao",
    "blocked_by_user",
    "spam_blocked",
    "content",
    "template",
    "sender",
    "account",
    "carrier",
]
Channel = Literal["sms", "lms", "mms", "alimtalk"]


@dataclass(frozen=True, slots=True)
class MmsProfile:
    """What a picture must be to be taken: bytes, pixels, how many."""

    max_bytes: int = 200_000
    max_width: int = 1000
    max_height: int = 1000
    max_images: int = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the carrier can do, as data."""

    channels: frozenset[str]
    batch_size: int
    outcome: Literal["key", "reference", "group", "time", "none"]
    receipts: Literal["push", "poll", "both"]
    replies: bool
    mms: MmsProfile = field(default_factory=MmsProfile)
    in_flight: int = 4


@dataclass(frozen=True, slots=True)
class Button:
    """A web link under an AlimTalk."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Leg:
    """One message on one channel, ready for the wire. `id` is our reference, `to` the national number."""

    id: UUID
    channel: Channel
    to: str
    sender: str
    text: str
    title: str = ""
    template_code: str = ""
    buttons: tuple[Button, ...] = ()
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it; `vendor_ref` is its name for the leg."""

    vendor_ref: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier refused this leg: a result, not an error. `reason` is Korean."""

    code: str
    reason_kind: ReasonKind
    is_permanent: bool
    reason: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The carrier says it has never seen the leg. Proof only when asked late enough, twice."""


@dataclass(frozen=True, slots=True)
class StillUnknown:
    """The carrier could not say."""


Outcome = Accepted | Rejected
Found = Accepted | Rejected | NotFound | StillUnknown


@dataclass(frozen=True, slots=True)
class ReceiptEvent:
    """What became of a leg, as reported: `delivered` or `undelivered`."""

    event_key: str
    vendor_ref: str
    leg: UUID | None
    outcome: Literal["delivered", "undelivered"]
    code: str
    reason_kind: ReasonKind
    occurred_at: datetime
    raw: str


@dataclass(frozen=True, slots=True)
class ReplyEvent:
    """A citizen's text to one of our numbers. Numbers are national (`01012345678`)."""

    event_key: str
    to_number: str
    from_number: str
    text: str
    occurred_at: datetime
    raw: str


@dataclass(frozen=True, slots=True)
class HookRequest:
    """An inbound webhook as it came: header names in lower case."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HookResponse:
    """The carrier's own acknowledgement, sent only after our commit."""

    status: int
    body: bytes
    content_type: str = "application/json"


class CarrierError(Exception):
    """A call that produced no per-leg results. `permanent` says whether trying again can help."""

    permanent = False


class NotSent(CarrierError):
    """No byte of ours was acted on: refused connection, DNS, TLS, 401/403, a documented 4xx."""


class RateLimited(NotSent):
    """429: nothing was taken; try again after `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"rate limited for {retry_after} s")
        self.retry_after = retry_after


class Misconfigured(NotSent):
    """The account or the settings are wrong: the carrier is paused until somebody looks."""

    permanent = True


class OutcomeUnknown(CarrierError):
    """The answer was lost or unreadable: time-out after the first byte, reset, 5xx, garbage. Ask before sending."""


class HookRefused(Exception):
    """The webhook is forged, stale or unsigned."""


class HookUnreadable(Exception):
    """The webhook is authentic but not in the documented shape."""


class Carrier(Protocol):
    """
    The socket. Constructed once per process with the OPTIONS of MESSAGING_CARRIERS as keyword arguments.

    `hook_path_secret` is the part of the webhook's address that only the carrier and we know.
    """

    capabilities: Capabilities
    hook_path_secret: str

    def submit(self, legs: Sequence[Leg], *, key: UUID) -> Mapping[UUID, Outcome]:
        """Hand over a batch under the idempotency key of its Dispatch; one outcome per leg. Raises CarrierError."""
        ...

    def look_up(self, legs: Sequence[UUID], *, key: UUID) -> Mapping[UUID, Found]:
        """What became of the legs of an earlier `submit`. Raises CarrierError."""
        ...

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """Verify, then parse; pure. Raises HookRefused, HookUnreadable."""
        ...

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """Verify, then parse; pure. Raises HookRefused, HookUnreadable."""
        ...

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """The answer this carrier expects once the events are stored."""
        ...
