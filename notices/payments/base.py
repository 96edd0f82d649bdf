"""
The payment socket: what a provider is asked for and what it answers. Same outcome rules as carriers.

Whatever a call does not prove is unknown (`messaging.carriers.base.OutcomeUnknown`): it is asked about with `look_up`,
and repeated only under the same key, which no provider may charge twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from messaging.carriers.base import HookRequest, HookResponse, NotFound


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: no name and no number of the person. After `expires_at` the provider takes no money."""

    key: UUID
    amount_won: int
    title: str
    return_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """The provider waits for the citizen at `pay_url`."""

    reference: str
    pay_url: str


PaymentStatus = Literal["waiting", "paid", "failed", "refunded"]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Where a payment stands at the provider. `at`: when the money moved."""

    reference: str
    status: PaymentStatus
    amount_won: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """One event of a webhook, verified."""

    event_key: str
    key: UUID | None
    facts: PaymentFacts
    occurred_at: datetime


class PaymentProvider(Protocol):
    """
    The socket. Constructed once per process with the OPTIONS of PAYMENT_PROVIDERS as keyword arguments.

    `label` is what the citizen reads on the button. `origins` are the sites the citizen is sent to: the content policy
    of the pay page must allow them. A provider that `is_counter` shows where to pay and knows nothing by itself: money
    that came in is recorded by an official (`services.paying.record_collections`).
    """

    @property
    def label(self) -> str: ...

    @property
    def is_counter(self) -> bool: ...

    @property
    def origins(self) -> Sequence[str]: ...

    @property
    def hook_path_secrets(self) -> Sequence[str]: ...

    def start(self, order: Order) -> Opened:
        """Open a payment; the same key again opens nothing new and gives the same answer. Raises CarrierError."""
        ...

    def look_up(self, key: UUID) -> PaymentFacts | NotFound:
        """What became of an earlier `start`. Raises CarrierError."""
        ...

    def refund(self, reference: str, *, key: UUID, amount_won: int) -> PaymentFacts:
        """Give the money back; repeating the key is harmless. Raises CarrierError."""
        ...

    def read_events(self, request: HookRequest) -> Sequence[PaymentNews]:
        """Verify, then parse; pure. Raises HookRefused, HookUnreadable."""
        ...

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """The answer this provider expects once the events are stored."""
        ...
