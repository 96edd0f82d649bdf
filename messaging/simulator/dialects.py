"""What a dialect is: the calls one vendor answers, and the way it tells its customer the news."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from messaging.simulator.exchange import Exchange
from messaging.simulator.truth import Event
from messaging.simulator.wire import Answer, Request

WaitPosted = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Office:
    """
    What every dialect is given: the exchange it speaks for, the customer's key, and the secret of its webhooks.

    `wait_posted` holds an answer back until the named events have been delivered. `polled` dialects keep their
    receipts until the customer asks for them.
    """

    exchange: Exchange
    key: str
    hook_secret: str
    wait_posted: WaitPosted
    polled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taken:
    """What the customer's server said to a webhook: its status, and its JSON document if it was one."""

    status: int
    document: Any

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Webhook:
    """
    How one dialect tells one kind of news (`receipt`, `reply`, `unsubscribe`) to the customer's page of that name.

    `headers` sees body, secret and time. `is_taken` judges the customer's answer for these events. `tries`: how often
    it is told, 0 = until it is taken; `lanes`: how many calls at once. A vendor that signs nothing is forged by its
    address (`is_forged_by_path`).
    """

    kind: str
    page: str
    encode: Callable[[Sequence[Event]], bytes]
    headers: Callable[[bytes, str, int], Mapping[str, str]]
    is_taken: Callable[[Taken, Sequence[Event]], bool] = field(default=lambda taken, events: taken.is_success)
    batch: int = 1
    body_bytes: int = 60_000
    tries: int = 0
    lanes: int = 1
    is_forged_by_path: bool = False


class Dialect(Protocol):
    """One vendor's way of speaking. Its calls all begin with `/<name>/`."""

    @property
    def webhooks(self) -> Sequence[Webhook]: ...

    async def answer(self, request: Request) -> Answer:
        """One call of the customer."""
        ...
