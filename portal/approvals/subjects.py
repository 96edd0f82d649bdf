"""
How the rooms above hear of decisions: who asked for an approval of what.

A room registers in its `approvals.py`, imported from its `apps.py`. A subject without a handler stops the start.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from portal.core.errors import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.approvals.models import Approval
    from portal.approvals.summaries import Section

_FILE = Path(__file__).parent / "reference" / "subjects.toml"


@dataclass(frozen=True, slots=True)
class Subject:
    """One block of subjects.toml."""

    name: str
    description: str
    roles: frozenset[str]


class UnknownSubject(Refused):
    """The subject is not in subjects.toml."""

    sentence = "등록되지 않은 결재 대상입니다."


class AlreadyRegistered(Exception):
    """Two rooms asked for the same subject: a programming error."""


class DecisionHandler(Protocol):
    """Told, in the same transaction, that an approval was approved or returned; what it refuses was not decided."""

    def __call__(self, *, approval: "Approval", by: "User", now: datetime) -> None: ...


AddressOf = Callable[[str], str]
DetailsOf = Callable[["Approval"], "Sequence[Section]"]
_handlers: dict[str, DecisionHandler] = {}
_addresses: dict[str, AddressOf] = {}
_details: dict[str, DetailsOf] = {}


@cache
def subjects() -> dict[str, Subject]:
    """Everything that can be approved, by name."""
    rows = tomllib.loads(_FILE.read_text("utf-8")).get("subject", [])
    return {row["name"]: Subject(row["name"], row["description"], frozenset(row["roles"])) for row in rows}


def subject(name: str) -> Subject:
    """
    One subject.

    :raises UnknownSubject:
    """
    found = subjects().get(name)
    if found is None:
        raise UnknownSubject
    return found


def on_decision(
    name: str, *, address: AddressOf, details: DetailsOf | None = None
) -> Callable[[DecisionHandler], DecisionHandler]:
    """
    Register who hears what was decided about a subject, and where the page behind a reference is.

    `details` opens what the approver must read and no summary may keep in clear: words about a person.
    """

    def register(handler: DecisionHandler) -> DecisionHandler:
        if _handlers.setdefault(name, handler) is not handler:
            raise AlreadyRegistered(name)
        _addresses[name] = address
        if details is not None:
            _details[name] = details
        return handler

    return register


def handler_of(name: str) -> DecisionHandler:
    """
    Who hears of decisions about a subject.

    :raises UnknownSubject: if nobody does
    """
    found = _handlers.get(name)
    if found is None:
        raise UnknownSubject
    return found


def address_of(name: str, reference: str) -> str:
    """The page of what is to be approved; '' if its room knows none."""
    found = _addresses.get(name)
    return found(reference) if found else ""


def details_of(approval: "Approval") -> "Sequence[Section]":
    """What stands sealed in the room above and belongs to the summary; nothing for most."""
    found = _details.get(approval.subject)
    return found(approval) if found else ()


def registered() -> set[str]:
    """Every subject some room registered for; for the start-up check."""
    return set(_handlers)
