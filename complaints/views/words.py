"""Stages and dates in the words of citizens' pages."""

from dataclasses import dataclass
from datetime import date

from complaints.deadlines import Due, Line
from complaints.models import Complaint
from complaints.workflow import Stage
from portal.core.workdays import WEEKDAYS


def stage_label(complaint: Complaint) -> str:
    """What the badge says; before 접수 it says that 접수 is still to come."""
    stage = Stage(complaint.stage)
    return "신청됨(접수 전)" if stage == Stage.SUBMITTED else str(stage.label)


def day_words(on: date) -> str:
    """11월 10일(화)."""
    return f"{on.month}월 {on.day}일({WEEKDAYS[on.weekday()]})"


@dataclass(frozen=True, slots=True)
class DueLine:
    """One day, or a run of days left out for one reason."""

    days: str
    words: str
    is_counted: bool
    is_last: bool = False


def due_lines(due: Due) -> list[DueLine]:
    """11월 2일(월) 1일째 · 11월 4일(수)–6일(금) 제외: 보완 · … · 11월 13일(금) 7일째, 처리기한."""
    lines: list[DueLine] = []
    run: list[Line] = []
    for line in due.lines:
        if run and (line.counted or line.reason != run[0].reason):
            lines.append(_left_out(run))
            run = []
        if line.counted:
            lines.append(DueLine(day_words(line.on), _amount(line, due), is_counted=True))
        else:
            run.append(line)
    if run:
        lines.append(_left_out(run))
    last = lines[-1]
    return [*lines[:-1], DueLine(last.days, last.words, is_counted=last.is_counted, is_last=True)]


def _left_out(run: list[Line]) -> DueLine:
    first, last = run[0].on, run[-1].on
    days = day_words(first) if first == last else f"{day_words(first)} ~ {day_words(last)}"
    return DueLine(days, f"제외: {run[0].reason or '근무시간 밖'}", is_counted=False)


def _amount(line: Line, due: Due) -> str:
    if due.last_on is not None:
        return f"{line.total}일째" + (f" (연장 {line.extension}차)" if line.extension else "")
    words = f"{_hours(line.minutes)} (모두 {_hours(line.total)})"
    return f"{words} · {line.reason} 제외" if line.reason else words


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours}시간" if hours else "", f"{rest}분" if rest or not hours else ""]))
