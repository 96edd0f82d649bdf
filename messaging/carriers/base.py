"""
The carrier socket: what a plug can do, what it is handed and what it answers.

A carrier is one file with `capabilities` and a code table (their code → our outcome) at its top as data. Whatever a
call does not prove is `OutcomeUnknown`: it is asked about with `look_up` before anything is sent again.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable
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
    """
    What the carrier can do, as data.

    `batch_sizes`: channel → most legs of one call (1 where personal texts cannot share one); a channel left out is
    not carried. `tps`: recipients a second. `key_window`: how long a repeated key is recognised (outcome `key`).
    `uploads_per_second`: pictures are uploaded before the call that names them; 0 where they travel inside it.
    `upload_lasts`: how long the carrier keeps an uploaded picture. `knows_legs`: it can be asked about a leg by our
    reference alone, without the key of its call. `is_linked`: a process of its own holds the line and sends over it.
    """

    batch_sizes: Mapping[str, int]
    outcome: Literal["key", "reference", "group", "time", "none"]
    receipts: Literal["push", "poll", "both"]
    replies: bool
    mms: MmsProfile = field(default_factory=MmsProfile)
    in_flight: int = 4
    tps: float = 200.0
    key_window: timedelta = timedelta(0)
    uploads_per_second: float = 0.0
    upload_lasts: timedelta = timedelta(0)
    alimtalk_characters: int = 1000
    knows_legs: bool = False
    is_linked: bool = False

    @property
    def channels(self) -> frozenset[str]:
        """The channels it carries."""
        return frozenset(self.batch_sizes)


@dataclass(frozen=True, slots=True)
class Button:
    """A web link under an AlimTalk."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an MMS. `file_ref`: the carrier's name for it where it was uploaded beforehand."""

    content: bytes
    file_ref: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """What a carrier calls an uploaded picture."""

    value: str


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One message on one channel, ready for the wire. `id` is our reference, `to` the national number.

    An AlimTalk carries its finished `text` and also what it was made of: `template_code` (the carrier's name for the
    approved wording) and `variables`, without the `#{}` around their names.
    """

    id: UUID
    channel: Channel
    to: str
    sender: str
    text: str
    title: str = ""
    template_code: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    images: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """An earlier `submit` whose end we do not know. `remembered`: what the plug asked us to keep before it sent."""

    key: UUID
    channel: Channel
    legs: tuple[UUID, ...]
    submitted_at: datetime
    remembered: str = ""


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
class Part:
    """A piece of a long text: parts with the same `reference` belong together, numbered from 1 to `total`."""

    reference: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class ReplyEvent:
    """A citizen's text to one of our numbers. Numbers are national (`01012345678`)."""

    event_key: str
    to_number: str
    from_number: str
    text: str
    occurred_at: datetime
    raw: str
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class UnsubscribeEvent:
    """A citizen rang the free 080 line of one of our numbers, or the carrier's list says so."""

    event_key: str
    from_number: str
    to_number: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What a polled carrier had to tell. `confirm` is called after our commit: some forget what they once told."""

    events: Sequence[ReceiptEvent | ReplyEvent | UnsubscribeEvent]
    cursor: str
    confirm: Callable[[], None]


@dataclass(frozen=True, slots=True)
class TemplateState:
    """What a carrier's review says of one wording; `comments` are the reviewer's words."""

    code: str
    state: Literal["draft", "submitted", "approved", "rejected", "dormant", "blocked"]
    comments: str = ""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """An inbound webhook as it came: header names in lower case; `address` is where it came from."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    address: str = ""


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


Remember = Callable[[str], None]


def nothing_to_remember(reference: str) -> None:
    """For calls whose carrier needs no reference of its own kept before it sends."""


class Carrier(Protocol):
    """
    The socket. Constructed once per process with the OPTIONS of MESSAGING_CARRIERS as keyword arguments.

    `hook_path_secrets` are the parts of the webhook's address that only the carrier and we know: the present one, and
    while it is being changed also the one before. What only some carriers can do is in the protocols below.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def hook_path_secrets(self) -> Sequence[str]: ...

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """
        Hand over a batch under the idempotency key of its Dispatch; one outcome per leg. Raises CarrierError.

        A plug that must know a reference of the carrier's to ask later (a group) passes it to `remember` before the
        step that sends: when that returns, the reference is committed; when it raises NotSent, the plug must not send.
        """
        ...

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
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


@runtime_checkable
class Uploads(Protocol):
    """A carrier that wants pictures before the message that shows them."""

    def upload(self, image: bytes, *, sha256: str) -> FileRef:
        """Hand over one JPEG; repeating it is harmless. Raises CarrierError."""
        ...


@runtime_checkable
class Polled(Protocol):
    """A carrier that is asked for its news instead of calling us, or besides."""

    def poll(self, cursor: str) -> News:
        """The events after `cursor` ('' = from the beginning). Raises CarrierError."""
        ...


@runtime_checkable
class Unsubscribable(Protocol):
    """A carrier whose webhook also reports calls to the free 080 line."""

    def read_unsubscribes(self, request: HookRequest) -> Sequence[UnsubscribeEvent]:
        """Verify, then parse; pure. Raises HookRefused, HookUnreadable."""
        ...


@dataclass(frozen=True, slots=True)
class TemplateText:
    """An AlimTalk wording as the carrier's reviewers are to see it; `code` is our name for it."""

    code: str
    name: str
    body: str
    buttons: tuple[Button, ...] = ()
    category: str = ""
    is_secure: bool = False


@runtime_checkable
class Reviewed(Protocol):
    """A carrier through which AlimTalk wordings are submitted to Kakao's review."""

    def submit_template(self, template: TemplateText) -> TemplateState:
        """Register the wording and ask for its review. Raises CarrierError."""
        ...

    def read_template(self, code: str) -> TemplateState | None:
        """Where the review of the wording with this code stands; None if the carrier does not know it."""
        ...


def check_source(request: HookRequest, allowed: Sequence[str]) -> None:
    """
    Where a carrier signs little or nothing, only its own addresses may call. Nothing listed: every address may.

    :raises HookRefused:
    """
    if allowed and request.address not in allowed:
        raise HookRefused("source address is not listed")


def is_same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
