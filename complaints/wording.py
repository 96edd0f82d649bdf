"""A case on a page, in the reader's language. What is sent or kept is worded by `announcements`, in Korean."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.deadlines import Due, Line, Period, Unit
from complaints.models import Complaint
from complaints.workflow import Stage
from portal.core.clock import in_korea

# Reasons that are worded where no page is near; the holidays' names are the calendar's own.
LEFT_OUT = (
    gettext_noop("토요일"),
    gettext_noop("일요일"),
    gettext_noop("근무시간 밖"),
    gettext_noop("보완(시행령 §20)"),
    gettext_noop("다른 기관에 다녀온 기간"),
    gettext_noop("말일이 쉬는 날이어서 다음 근무일까지"),
)


def stage_label(complaint: Complaint) -> str:
    """What the badge says; before 접수 it says that 접수 is still to come."""
    stage = Stage(complaint.stage)
    return _("신청됨(접수 전)") if stage == Stage.SUBMITTED else _(stage.label)


def day_words(on: date) -> str:
    """11월 10일(화), Tue 10 Nov."""
    return date_format(on, "WEEKDAY_FORMAT")


def moment_words(moment: datetime, complaint: Complaint) -> str:
    """The day, with the hour where the law counts hours."""
    if Period(complaint.period_value or 0, Unit(complaint.period_unit)).hours is None:
        return day_words(in_korea(moment - timedelta.resolution))
    return date_format(in_korea(moment), "WEEKDAY_TIME_FORMAT")


def due_words(complaint: Complaint) -> str:
    """Until when the case is handled; '' where no period runs."""
    return "" if complaint.due_at is None else moment_words(complaint.due_at, complaint)


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
    return DueLine(days, _("제외: %(reason)s") % {"reason": _(run[0].reason or "근무시간 밖")}, is_counted=False)


def _amount(line: Line, due: Due) -> str:
    if due.last_on is not None:
        day = _("%(total)s일째") % {"total": line.total}
        return day + (_(" (연장 %(number)s차)") % {"number": line.extension} if line.extension else "")
    words = _("%(time)s (모두 %(total)s)") % {"time": _hours(line.minutes), "total": _hours(line.total)}
    return words + _(" · %(reason)s 제외") % {"reason": _(line.reason)} if line.reason else words


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = (
        _("%(hours)s시간") % {"hours": hours} if hours else "",
        _("%(minutes)s분") % {"minutes": rest} if rest or not hours else "",
    )
    return " ".join(filter(None, parts))
