"""Quiet hours: when a purpose rests, by the Korean clock. Pure; the rows are data."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path

from portal.core.clock import in_korea

MORNING = time(8)
_FILE = Path(__file__).parent / "reference" / "windows.toml"


@dataclass(frozen=True, slots=True)
class Window:
    """From one hour until another, over midnight if `until` is the earlier one."""

    start: time
    until: time

    def closed_until(self, moment: datetime) -> datetime | None:
        """When the window that holds this moment ends; None outside it."""
        local = in_korea(moment)
        over_midnight = self.until <= self.start
        is_late = local.time() >= self.start
        is_early = local.time() < self.until
        if not (is_late or is_early if over_midnight else is_late and is_early):
            return None
        day = local.date() + timedelta(days=1) if over_midnight and is_late else local.date()
        return datetime.combine(day, self.until, tzinfo=local.tzinfo)


def morning_after(moment: datetime) -> datetime:
    """When the next Korean day's messages start."""
    local = in_korea(moment)
    return datetime.combine(local.date() + timedelta(days=1), MORNING, tzinfo=local.tzinfo)


@cache
def windows() -> dict[str, Window]:
    """Purpose → when it rests."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["window"]
    return {row["purpose"]: Window(row["from"], row["until"]) for row in rows}


def closed_until(purpose: str, moment: datetime) -> datetime | None:
    """Until when a message of this purpose must wait; None if it may go now."""
    window = windows().get(purpose)
    return window.closed_until(moment) if window else None
