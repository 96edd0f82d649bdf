"""Ladders: which step is due for whom, by what she did and by what the clock and the calendar say. Pure."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from messaging.windows import closed_until
from portal.core.errors import Refused
from portal.core.workdays import KST, ONE_DAY, Calendar, in_korea, nth_day

_FILE = Path(__file__).parent / "reference" / "ladders.toml"

ASK, DELIVER = "ask", "deliver"
ALIMTALK, PICTURE, TEXT, RELAY, PAPER = "alimtalk", "picture", "text", "relay", "paper"
ALWAYS, UNDELIVERED, UNANSWERED, UNOPENED, UNPAID = "always", "undelivered", "unanswered", "unopened", "unpaid"
ASKING = "asking"  # the preset of every campaign that asks something

# What each kind of silence makes due. A failed leg is messaging's to repair, so who was not reached at all takes only
# the steps that say so: fallback and escalation never both.
_CONDITIONS = {
    UNOPENED: frozenset({ALWAYS, UNOPENED, UNPAID}),
    UNDELIVERED: frozenset({ALWAYS, UNDELIVERED, UNPAID}),
    UNANSWERED: frozenset({ALWAYS, UNANSWERED}),
}
_LONGEST_WAIT = timedelta(days=400)
_A_MOMENT = timedelta(microseconds=1)


class LadderRefused(Refused):
    """The steps make no sense in this order."""


@dataclass(frozen=True, slots=True)
class Rung:
    """
    One step. `wait_hours` counts from the first step of the phase; before the day a bill is due if it is negative.

    With `counts_working_days` whole days of the wait are working days, at the same time of day.
    """

    phase: str
    position: int
    channel: str
    condition: str = ALWAYS
    wait_hours: int = 0
    counts_working_days: bool = False

    @property
    def is_paper(self) -> bool:
        """Whether it ends the electronic way."""
        return self.channel == PAPER

    @property
    def is_before_due(self) -> bool:
        """Whether its time is told by the bill and not by the step before."""
        return self.wait_hours < 0


@dataclass(frozen=True, slots=True)
class Preset:
    """A ladder as it ships: copied into a campaign when it is drafted."""

    name: str
    label: str
    words: str
    rungs: tuple[Rung, ...]


@cache
def presets() -> dict[str, Preset]:
    """Every ladder by name, in the order of the file."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["ladder"]
    return {row["name"]: _preset(row) for row in rows}


def _preset(row: dict[str, Any]) -> Preset:
    phase, steps = row["phase"], row["step"]
    rungs = tuple(Rung(phase=phase, position=place, **step) for place, step in enumerate(steps, start=1))
    check(rungs)
    return Preset(row["name"], row["label"], row["words"], rungs)


def preset(name: str) -> Preset:
    """
    One ladder.

    :raises LadderRefused: if there is none of that name
    """
    found = presets().get(name)
    if found is None:
        raise LadderRefused("그런 단계 묶음이 없습니다. 목록에서 골라 주세요.")
    return found


def check(rungs: Sequence[Rung]) -> None:
    """
    :raises LadderRefused: if a phase does not begin at once, goes back in time, or goes on after paper
    """
    for phase in (ASK, DELIVER):
        _check_phase([rung for rung in rungs if rung.phase == phase])


def _check_phase(rungs: Sequence[Rung]) -> None:
    if not rungs:
        return
    if [rung.position for rung in rungs] != list(range(1, len(rungs) + 1)):
        raise LadderRefused("단계 번호는 1부터 빠짐없이 이어져야 합니다.")
    if rungs[0].condition != ALWAYS or rungs[0].wait_hours != 0:
        raise LadderRefused("첫 단계는 누구에게나 바로 하는 것이어야 합니다.")
    if any(rung.is_paper for rung in rungs[:-1]):
        raise LadderRefused("등기우편은 마지막 단계에만 둘 수 있습니다.")
    if sum(rung.channel == PICTURE for rung in rungs) > 1:
        raise LadderRefused("그림문자는 한 사람에게 한 번만 보냅니다.")
    if any(rung.is_before_due and rung.condition != UNPAID for rung in rungs):
        raise LadderRefused("기한 며칠 전 안내는 ‘내지 않은 분’에게만 할 수 있습니다.")
    if any(rung.condition == UNANSWERED for rung in rungs if rung.phase == DELIVER) or any(
        rung.condition not in (ALWAYS, UNANSWERED) or rung.channel not in (TEXT, ALIMTALK)
        for rung in rungs
        if rung.phase == ASK
    ):
        raise LadderRefused("묻는 단계에는 ‘답하지 않은 분’, 보내는 단계에는 ‘보지 않은 분’만 둘 수 있습니다.")
    waits = [rung.wait_hours for rung in rungs if not rung.is_before_due]
    if waits != sorted(waits):
        raise LadderRefused("뒤의 단계는 앞의 단계보다 늦어야 합니다.")


def first_of(rungs: Iterable[Rung], phase: str) -> Rung | None:
    """How a phase begins."""
    return next((rung for rung in rungs if rung.phase == phase and rung.position == 1), None)


def step_after(rungs: Sequence[Rung], *, phase: str, done: int, silence: str) -> Rung | None:
    """The next step for somebody who took the step `done` and has been silent so since. A bill tells its own."""
    later = (rung for rung in rungs if rung.phase == phase and rung.position > done and not rung.is_before_due)
    return next((rung for rung in later if rung.condition in _CONDITIONS[silence]), None)


def gap_hours(rungs: Sequence[Rung], rung: Rung, *, done: int) -> int:
    """How long after the step `done` the step is due. A step that came late moves the later ones: nobody gets two."""
    before = next((one for one in rungs if one.phase == rung.phase and one.position == done), None)
    waited = before.wait_hours if before is not None and not before.is_before_due else 0
    return max(0, rung.wait_hours - waited)


def due_at(taken_at: datetime, hours: int, *, counts_working_days: bool, calendar: Calendar) -> datetime:
    """
    When a step is due after the one before: never at night, on a working day if these are counted.

    What was taken on a day off counts from the beginning of the next working day: who was later is never due earlier.

    :raises portal.core.workdays.CalendarMissing: if the calendar ends before
    """
    moment = taken_at + timedelta(hours=hours)
    days, rest = divmod(hours, 24)
    if counts_working_days and days:
        local = in_korea(taken_at)
        begins = nth_day(calendar, local.date(), 1)
        at = local.timetz() if begins == local.date() else time(tzinfo=KST)
        moment = datetime.combine(nth_day(calendar, begins + ONE_DAY, days), at) + timedelta(hours=rest)
    return after_quiet(moment)


def after_quiet(moment: datetime) -> datetime:
    """The moment itself, or the end of the night it falls in."""
    return closed_until("administrative", moment) or moment


def cutoff(hours: int, *, counts_working_days: bool, now: datetime, calendar: Calendar) -> datetime:
    """The latest moment at which a step may have been taken for the one after it to be due by now."""

    def is_due(taken_at: datetime) -> bool:
        return due_at(taken_at, hours, counts_working_days=counts_working_days, calendar=calendar) <= now

    early, late = _earliest(hours, now), now + _A_MOMENT
    while late - early > _A_MOMENT:
        middle = early + (late - early) / 2
        early, late = (middle, late) if is_due(middle) else (early, middle)
    return early


def _earliest(hours: int, now: datetime) -> datetime:
    """So long ago that any step would be due: weekends and holidays at most triple a wait."""
    return now - min(_LONGEST_WAIT, timedelta(hours=3 * hours) + timedelta(days=21))
