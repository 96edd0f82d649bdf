"""
Ways beside messages, such as push and a calendar: the rooms above keep them, 알림 설정 shows them next to its own.

Each is on or off as a whole, for a citizen who has signed in; it is switched where it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Way:
    """One more column. `words` say what it does or why it is off; `action` names what waits at `url`, if anything."""

    label: str
    icon: str
    is_on: bool
    words: str
    url: str = ""
    action: str = ""
    kinds: frozenset[str] | None = None  # the topics it tells of; None: every one

    def tells_of(self, topic: str) -> bool:
        """Whether anything of this kind comes by it."""
        return self.kinds is None or topic in self.kinds


WayOf = Callable[[HttpRequest, User], Way]
_ways: list[WayOf] = []


def way(make: WayOf) -> WayOf:
    """Register a column; they stand in the order in which they came."""
    if make not in _ways:
        _ways.append(make)
    return make


def ways_of(request: HttpRequest, user: User) -> tuple[Way, ...]:
    """Every column as it stands for her, on the device she asks from."""
    return tuple(make(request, user) for make in _ways)
