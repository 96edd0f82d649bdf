"""통계: a period in figures and charts. Every number leads to exactly the list it counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from complaints.admin import case_page
from complaints.admin.access import address, list_address
from complaints.admin.narrowing import day_field
from complaints.figure_queries import Figures, live, rolled
from complaints.measures import DAY_OF, MEASURES, TOOK
from complaints.models import Category, Channel, Outcome
from complaints.permissions import official_behind
from portal.accounts.looking import user_of
from portal.accounts.models import Department, User
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.core.columns import Column, columns

USUAL_DAYS = 30
LIVE_DAYS = 92  # longer periods come from the nightly rollup
LONGEST_DAYS = 3700
MOST_CATEGORIES = 12


class PeriodForm(forms.Form):
    """Which days, and whose."""

    use_required_attribute = False
    first_on = day_field("부터")
    last_on = day_field("까지")
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True).order_by("name"), label="부서", required=False, empty_label="모두"
    )

    def clean(self) -> dict[str, Any]:
        """The first day is not behind the last, and nobody asks for a century."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first_on, last_on = values.get("first_on"), values.get("last_on")
        if first_on and last_on and not first_on <= last_on <= first_on + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError("기간을 확인해 주세요. 첫날이 끝 날보다 늦거나 10년이 넘습니다.")
        return values


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and where it leads."""

    label: str
    count: int
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: its share of the longest, in percent, for the drawing; the number stands beside it."""

    number: Number
    share: int


@dataclass(frozen=True)
class Asked:
    """The period and the department of one page, and the addresses of its lists."""

    first_on: date
    last_on: date
    department: Department | None

    def link(self, measure: str, **narrowed: str) -> str:
        """The worklist with exactly the cases that a measure counts."""
        found = MEASURES[measure]
        word = "filed" if DAY_OF[found.basis] == "submitted_at" else "ended"
        days = {f"{word}_from": str(self.first_on), f"{word}_until": str(self.last_on)}
        whose = {"department": str(self.department.pk)} if self.department else {}
        return f"{list_address()}?{urlencode({'tab': 'all', **days, **whose, **found.filters, **narrowed})}"

    def number(self, measure: str, counts: Mapping[str, int], **more: str) -> Number:
        """A measure of the whole."""
        return Number(MEASURES[measure].label, counts.get(measure, 0), self.link(measure), **more)


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page. An official who sees one department only counts that one."""
    user = user_of(request)
    if not user.has_perm("complaints.view_complaint"):
        raise PermissionDenied
    today = day_in_korea(clock.now())
    usual = {"first_on": today - timedelta(days=USUAL_DAYS - 1), "last_on": today}
    form = PeriodForm({name: request.GET.get(name) or value for name, value in {**usual, "department": ""}.items()})
    values: dict[str, Any] = form.cleaned_data if form.is_valid() else {**usual, "department": None}
    asked = Asked(values["first_on"], values["last_on"], values["department"])
    is_long = (asked.last_on - asked.first_on).days >= LIVE_DAYS
    figures = _rolled(user, asked) if is_long else _live(user, asked)
    context = {
        **case_page.site(request),
        "title": "민원 통계",
        "form": form,
        "asked": asked,
        "is_long": is_long,
        **_parts(asked, figures, is_long=is_long),
        "periods": _periods(today),
        "list_url": list_address(),
    }
    return render(request, "admin/complaints/statistics.html", context, status=200 if form.is_valid() else 422)


def _live(user: User, asked: Asked) -> Figures:
    department = asked.department.pk if asked.department else None
    return live(user, first_on=asked.first_on, last_on=asked.last_on, department=department, now=clock.now())


def _rolled(user: User, asked: Asked) -> Figures:
    """Whole departments from the rollup: for whoever sees all of them, else the own one only."""
    official = official_behind(user)
    if user.is_superuser or (official is not None and official.has_role("examiner")):
        department = asked.department.pk if asked.department else None
    elif official is not None and (asked.department is None or asked.department.pk == official.department_id):
        department = official.department_id
    else:
        return Figures()
    return rolled(first_on=asked.first_on, last_on=asked.last_on, department=department)


def _parts(asked: Asked, figures: Figures, *, is_long: bool) -> dict[str, Any]:
    total = figures.total
    kept, promised = total["kept"], total["promise_kept"]
    stayed = _percent(total["auto"] - total["auto_moved"], total["auto"])
    return {
        "numbers": [
            asked.number("filed", total),
            asked.number("resolved", total),
            asked.number("kept", total, note=_percent(kept, kept + total["late"])),
            asked.number("late", total, tone="danger" if total["late"] else ""),
            asked.number("promise_kept", total, note=_percent(promised, promised + total["promise_late"])),
            asked.number("promise_late", total),
            asked.number("auto", total, note=_percent(total["auto"], total["auto"] + total["triaged"])),
            asked.number("triaged", total, note=_percent(total["triaged"], total["auto"] + total["triaged"])),
            asked.number("auto_moved", total, note=f"정확도 {stayed}"),
        ],
        "satisfaction": _satisfaction(total),
        "scores": _bars([asked.number(f"score_{score}", total) for score in range(5, 0, -1)]),
        "took": _bars([asked.number(f"took_{name}", total) for name in TOOK]),
        "outcomes": _bars(_by(asked, figures.by_outcome, "outcome", dict(Outcome.choices), "resolved")),
        "channels": _bars(_by(asked, figures.by_channel, "channel", dict(Channel.choices), "filed")),
        "categories": _categories(asked, figures),
        "departments": _departments(asked, figures),
        "filed_chart": _chart(asked, figures, "filed", is_long=is_long),
        "resolved_chart": _chart(asked, figures, "resolved", is_long=is_long),
    }


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%" if whole else "-"


def _satisfaction(total: Counter[str]) -> str:
    scores = {score: total[f"score_{score}"] for score in range(1, 6)}
    count = sum(scores.values())
    return f"{sum(score * number for score, number in scores.items()) / count:.2f}" if count else ""


def _bars(numbers: list[Number]) -> list[Bar]:
    most = max((number.count for number in numbers), default=0)
    return [Bar(number, round(number.count * 100 / most) if most else 0) for number in numbers]


def _by(
    asked: Asked, counts: Mapping[Any, Counter[str]], name: str, labels: Mapping[Any, str], measure: str
) -> list[Number]:
    """One number for each value of a column that occurs, the greatest first."""
    found = [
        Number(str(labels.get(key, key)), part[measure], asked.link(measure, **{name: str(key)}))
        for key, part in counts.items()
        if part[measure] and key not in (None, "")
    ]
    return sorted(found, key=lambda one: -one.count)


def _categories(asked: Asked, figures: Figures) -> list[Bar]:
    labels = dict(Category.objects.filter(pk__in=[pk for pk in figures.by_category if pk]).values_list("pk", "name"))
    return _bars(_by(asked, figures.by_category, "category", labels, "filed")[:MOST_CATEGORIES])


def _departments(asked: Asked, figures: Figures) -> list[dict[str, Any]]:
    """A line for each department: what came in, what was done, what was late, the share in time."""
    names = dict(Department.objects.filter(pk__in=[pk for pk in figures.by_department if pk]).values_list("pk", "name"))
    lines = []
    for pk, name in sorted(names.items(), key=lambda one: one[1]):
        counts = figures.by_department[pk]
        cells = [
            Number(MEASURES[measure].label, counts[measure], asked.link(measure, department=str(pk)))
            for measure in ("filed", "resolved", "kept", "late", "promise_late")
        ]
        in_time = _percent(counts["kept"], counts["kept"] + counts["late"])
        lines.append({"name": name, "cells": cells, "in_time": in_time, "satisfaction": _satisfaction(counts)})
    return lines


def _chart(asked: Asked, figures: Figures, measure: str, *, is_long: bool) -> dict[str, Any]:
    """Day by day, or month by month in a long period; a column leads to its days."""
    counts = {day: part[measure] for day, part in figures.by_day.items() if part[measure]}

    def url(first_on: date, last_on: date) -> str:
        return Asked(first_on, last_on, asked.department).link(measure)

    drawn: list[Column] = columns(counts, asked.first_on, asked.last_on, by_month=is_long, url=url)
    return {
        "label": MEASURES[measure].label,
        "columns": drawn,
        "most": max((one.count for one in drawn), default=0),
        "total": sum(one.count for one in drawn),
    }


def _periods(today: date) -> list[tuple[str, str]]:
    """Ready-made periods: label and address."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    spans = (
        ("최근 7일", today - timedelta(days=6), today),
        ("최근 30일", today - timedelta(days=29), today),
        ("이번 달", month, today),
        ("지난달", last_month, month - timedelta(days=1)),
        ("올해", today.replace(month=1, day=1), today),
    )
    return [
        (label, f"{address('statistics')}?{urlencode({'first_on': str(first_on), 'last_on': str(last_on)})}")
        for label, first_on, last_on in spans
    ]
