"""The standard's parameters, read into ours. An empty one is the same as none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from complaints.open311.problems import NotFound, Problem
from complaints.open311.showing import ANY_SERVICE
from complaints.workflow import Stage
from portal.core.workdays import KST

LONGEST_SPAN = timedelta(days=90)
MOST_ROWS = 1000
FIRST_YEAR, LAST_YEAR = 2000, 2100
_STATES = {"open": True, "closed": False}
_LISTED = re.compile(r"[^,\s]+")


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of requests was asked for."""

    begin: datetime
    end: datetime
    numbers: tuple[str, ...]
    categories: tuple[str, ...]
    without_category: bool
    is_open: bool | None
    stages: tuple[Stage, ...]


def search_of(given: Mapping[str, str], *, now: datetime) -> Search:
    """
    Read the parameters of GET requests; numbers beat everything else.

    :raises Problem: if a date cannot be read, the span is over 90 days, or a status is unknown
    """
    begin, end = _span(given, now=now)
    codes = _listed(given, "service_code")
    states = _listed(given, "status")
    if not set(states) <= set(_STATES):
        raise Problem("status는 open, closed 가운데 하나이거나 둘 다여야 합니다.")
    try:
        stages = tuple(Stage(name) for name in _listed(given, "detailed_status"))
    except ValueError:
        raise Problem("detailed_status를 알 수 없습니다.") from None
    return Search(
        begin=begin,
        end=end,
        numbers=_listed(given, "service_request_id"),
        categories=tuple(code for code in codes if code != ANY_SERVICE),
        without_category=ANY_SERVICE in codes,
        is_open=_STATES[states[0]] if len(set(states)) == 1 else None,
        stages=stages,
    )


def _listed(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_LISTED.findall(given.get(name, ""))))
    if len(found) > MOST_ROWS:
        raise Problem(f"{name}은(는) 한 번에 {MOST_ROWS:,}개까지 물어볼 수 있습니다.")
    return found


def _span(given: Mapping[str, str], *, now: datetime) -> tuple[datetime, datetime]:
    """Both ends, one of them and 90 days, or the last 90 days."""
    first, last = _moment(given, "start_date"), _moment(given, "end_date")
    end = last or (first + LONGEST_SPAN if first else now)
    begin = first or end - LONGEST_SPAN
    if begin > end:
        raise Problem("start_date가 end_date보다 늦습니다.")
    if end - begin > LONGEST_SPAN:
        raise Problem(f"한 번에 {LONGEST_SPAN.days}일까지 물어볼 수 있습니다. start_date와 end_date를 좁혀 주세요.")
    return begin, end


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    """ISO 8601; a `+` that became a space in the address is put back, and without an offset the time is Korean."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(re.sub(r" (\d\d:\d\d)$", r"+\1", text))
    except ValueError:
        return _unreadable(name)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return _unreadable(name)
    return found if found.tzinfo else found.replace(tzinfo=KST)


def _unreadable(name: str) -> datetime:
    raise Problem(f"{name}은(는) 2026-11-02T10:00:00+09:00처럼 적어 주세요.")


def coordinate(given: Mapping[str, str], name: str) -> float | None:
    """
    A number of degrees, or None if there is none.

    :raises Problem: if it is no number
    """
    text = given.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,15})?", text, re.ASCII):
        raise Problem(f"{name}은(는) 소수로 적은 각도여야 합니다.")
    return float(text)


def check_text(given: Mapping[str, str]) -> None:
    """
    No parameter holds a character that is none.

    :raises Problem: if one does
    """
    if any("\0" in value for value in given.values()):
        raise Problem("읽을 수 없는 글자가 있습니다.")


def check_jurisdiction(given: Mapping[str, str], ours: str) -> None:
    """
    We serve one district; whoever names another is in the wrong place.

    :raises NotFound: if it is not ours
    """
    asked = given.get("jurisdiction_id", "").strip().lower().removeprefix("www.")
    if asked and asked != ours:
        raise NotFound(f"jurisdiction_id는 {ours}입니다.")
