"""Texts to officials: nobody is there, it sounds like danger, a rule went off. Each once; without a number, none."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from complaints.models import Complaint, Leave
from complaints.services.onduty import away
from messaging import services as messaging
from portal.accounts.models import Department, Official
from portal.accounts.queries import calendar, officials_holding
from portal.core.clock import day_in_korea
from portal.core.workdays import add_hours

TOPIC = "complaints.duty"
_ONE_MINUTE = 1 / 60  # of working time, in hours


def nobody_there(complaint: Complaint, *, now: datetime) -> None:
    """
    A case waits and nobody can take it: tell the department's heads and whoever stands in for those away.

    Once a day for all of a department's cases; the worklist has the rest. Danger is always told.
    """
    if complaint.department is None:
        raise ValueError("only a placed complaint waits for an officer")
    mark = f"case:{complaint.pk}" if complaint.is_urgent else f"{complaint.department.pk}:{day_in_korea(now)}"
    words = {"부서": complaint.department.name, "번호": complaint.number}
    template = "casework.urgent" if complaint.is_urgent else "casework.unassigned"
    _tell(_responsible(complaint.department, now=now), template, words, mark=mark, reference=complaint.number, now=now)


def danger(complaint: Complaint, *, now: datetime) -> None:
    """It sounds like danger: tell whoever got it, at any hour."""
    officer = complaint.officer
    if officer is None or complaint.department is None:
        raise ValueError("nobody has the case yet")
    words = {"부서": complaint.department.name, "번호": complaint.number}
    _tell([officer], "casework.urgent", words, mark=f"case:{complaint.pk}", reference=complaint.number, now=now)


def nudged(complaint: Complaint, *, mark: str, now: datetime) -> None:
    """The citizen asks how it goes: tell the officer and the heads, when the office is open next."""
    if complaint.department is None:
        return  # the intake desk sees the mark in its list
    words = {"부서": complaint.department.name, "번호": complaint.number}
    officers = Official.objects.select_related("user", "department").filter(complaints=complaint)
    heads = officials_holding("head", department_id=complaint.department.pk)
    people = list({one.pk: one for one in [*officers, *heads]}.values())
    opens_at = add_hours(calendar(), now, _ONE_MINUTE)
    _tell(people, "casework.nudged", words, mark=mark, reference=complaint.number, now=now, due_at=opens_at)


def leave_began(leave: Leave, *, count: int, now: datetime) -> None:
    """Cases of somebody away fall due before she is back: tell her head and her substitute."""
    heads = officials_holding("head", department_id=leave.official.department_id)
    people = [*heads, leave.substitute] if leave.substitute else list(heads)
    words = {"담당자": leave.official.display_name, "건수": str(count)}
    _tell(people, "casework.leave", words, mark=f"leave:{leave.pk}", reference=f"leave:{leave.pk}", now=now)


def rule_off(owner: Official, *, ordinal: int, trouble: str, pk: int, now: datetime) -> None:
    """A rule was switched off: tell who made it."""
    words = {"순서": str(ordinal), "까닭": trouble}
    mark = f"rule:{pk}:{now.isoformat()}"
    _tell([owner], "casework.rule", words, mark=mark, reference=f"rule:{pk}", now=now)


def falls_due(official: Official, counts: Mapping[str, str], *, now: datetime) -> None:
    """One text a morning: how many of her cases are overdue, due today, and in one and two working days."""
    words = {"이름": official.display_name, **counts}
    today = str(day_in_korea(now))
    _tell([official], "casework.digest", words, mark=today, reference=f"digest:{today}", now=now)


def overdue(*, count: int, fresh_count: int, department: str, now: datetime) -> None:
    """독촉: one text a morning to each examiner while anything is overdue."""
    people = officials_holding("examiner")
    words = {"건수": str(count), "새건수": str(fresh_count), "부서": department}
    today = str(day_in_korea(now))
    _tell(people, "casework.overdue", words, mark=today, reference=f"digest:{today}", now=now)


def _responsible(department: Department, *, now: datetime) -> list[Official]:
    """The heads, and the substitutes of everybody in the department who is away."""
    absent = away(now=now).filter(official__department=department, substitute__isnull=False)
    substitutes = Official.objects.select_related("user", "department").filter(
        pk__in=absent.values("substitute"), is_active=True, user__is_active=True
    )
    heads = officials_holding("head", department_id=department.pk)
    return list({one.pk: one for one in [*heads, *substitutes]}.values())


def _tell(
    people: Iterable[Official],
    template: str,
    words: Mapping[str, str],
    *,
    mark: str,
    reference: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    messaging.tell_officials(
        people, template=template, words=words, topic=TOPIC, mark=mark, reference=reference, now=now, due_at=due_at
    )
