"""The fault script: which calls and events go wrong, and how. Seeded, so a run can be repeated."""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any

BEFORE = frozenset(
    {"delay", "error_before", "rate_limit", "unauthorized", "balance_gone", "hang_before", "reset_before"}
)
AFTER = frozenset(
    {"hang_after", "reset_after", "error_after", "garbage", "wrong_types", "huge", "slow", "clock_skewed"}
)
TAKING = frozenset({"partial_refusal", "look_up_lag", "forget_key"})
RECEIPTS = frozenset(
    {
        "receipt_duplicated",
        "receipt_reordered",
        "receipt_early",
        "receipt_late",
        "receipt_unknown",
        "receipt_forged",
        "receipt_stale",
    }
)
REPLIES = frozenset({"reply_tripled"})
REVIEWS = frozenset({"review_rejected"})
ALL = BEFORE | AFTER | TAKING | RECEIPTS | REPLIES | REVIEWS


class BadScript(ValueError):
    """The fault script is not in the documented shape."""


@dataclass(slots=True)
class Rule:
    """One line of the script: a fault, where it may strike, how often, and its measure."""

    fault: str
    path: str = ""
    method: str = "POST"
    number: str = ""
    nth: tuple[int, ...] = ()
    every: int = 0
    probability: float = 1.0
    times: int = 0
    seconds: float = 3600.0
    retry_after: float | None = None
    share: float = 0.5
    code: str = "9001"
    seen: int = 0
    struck: int = 0

    def strikes(self, chance: random.Random) -> bool:
        """Count one occasion and say whether the fault happens on it."""
        self.seen += 1
        if self.times and self.struck >= self.times:
            return False
        if self.nth and self.seen not in self.nth:
            return False
        if self.every and self.seen % self.every:
            return False
        if self.probability < 1.0 and chance.random() >= self.probability:
            return False
        self.struck += 1
        return True


_WRITABLE = {one.name for one in fields(Rule)} - {"seen", "struck"}


def read_rule(row: Any) -> Rule:
    """
    One rule of a decoded script.

    :raises BadScript: for an unknown fault or selector
    """
    if not isinstance(row, dict) or row.get("fault") not in ALL or not set(row) <= _WRITABLE:
        raise BadScript(f"not a fault rule: {row!r}; faults are {', '.join(sorted(ALL))}")
    nth = row.get("nth", ())
    return Rule(**{**row, "nth": (nth,) if isinstance(nth, int) else tuple(nth)})


class Faults:
    """The script in force; it can be replaced at run time."""

    def __init__(self, rows: Iterable[Any], *, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rules: list[Rule] = []
        self.replace(rows)

    def replace(self, rows: Iterable[Any]) -> None:
        """Put another script in force; all of it or none."""
        self.rules = [read_rule(row) for row in rows]

    def of_call(self, method: str, path: str, numbers: Collection[str] = ()) -> list[Rule]:
        """The faults that strike one call of the customer."""
        return [
            rule
            for rule in self.rules
            if rule.fault in BEFORE | AFTER | TAKING
            and rule.method == method
            and path.startswith(rule.path)
            and (not rule.number or rule.number in numbers)
            and rule.strikes(self.chance)
        ]

    def of_event(self, kind: frozenset[str], number: str) -> list[Rule]:
        """The faults that strike one receipt or reply of a handset."""
        return [
            rule
            for rule in self.rules
            if rule.fault in kind and (not rule.number or rule.number == number) and rule.strikes(self.chance)
        ]
