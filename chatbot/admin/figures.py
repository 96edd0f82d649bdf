"""지표: how well the chat answers, when it is asked, where it fails. And the same as CSV, small cells hidden."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from chatbot import figure_queries as queries
from chatbot.admin import sample
from chatbot.admin.access import official_with, page_of, site
from chatbot.figure_queries import FEWEST_PEOPLE, Figures
from chatbot.measures import LABELS, MEASURES, TAKEN
from chatbot.models import HourCount
from complaints.petitions import shipped
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.clock import day_in_korea
from portal.core.columns import Column, columns

USUAL_DAYS = 28
LONGEST_DAYS = 800
LONG_DAYS = 92
SHADES = 5
WEEKDAYS = ("월", "화", "수", "목", "금", "토", "일")
SHOWN = ("turns", "answered", "direct", "tapped", "exits", "up", "handovers", "filed", "safety", "degraded")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: its share of the whole if it has one, how many that are, what it means, and the list behind it."""

    label: str
    about: str
    count: int
    share: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one weekday: how many questions, and how dark it is drawn."""

    count: int
    shade: int
    words: str


class PeriodForm(forms.Form):
    """Which days."""

    use_required_attribute = False
    first_on = forms.DateField(label="부터", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_on = forms.DateField(label="까지", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """The first day is not behind the last, and nobody asks for a century."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first_on, last_on = values.get("first_on"), values.get("last_on")
        if first_on and last_on and not first_on <= last_on <= first_on + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError("기간을 확인해 주세요. 첫날이 끝 날보다 늦거나 2년이 넘습니다.")
        return values


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    official_with(request, "view_turn")
    form, first_on, last_on = _period(request)
    now = clock.now()
    found = queries.figures(first_on=first_on, last_on=last_on, now=now)
    verdicts = queries.judged(first_on=first_on, last_on=last_on)
    context = {
        **site(request),
        "title": "챗봇 지표",
        "form": form,
        "numbers": _numbers(found),
        "sample": verdicts,
        "sample_url": page_of("hourcount", "sample"),
        "speed": queries.speed(first_on=first_on, last_on=last_on),
        "days": (drawn := _columns(found, first_on, last_on)),
        "most": max((one.count for one in drawn), default=0),
        "heat": _heat(found),
        "hours": range(24),
        "topics": queries.topics(first_on=first_on, last_on=last_on),
        "abandoned": _abandoned(first_on, last_on),
        "csv_url": f"{page_of('hourcount', 'csv')}?{urlencode({'first_on': str(first_on), 'last_on': str(last_on)})}",
        "periods": _periods(day_in_korea(now)),
    }
    return render(request, "admin/chatbot/figures.html", context, status=200 if form.is_valid() else 422)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Each day's counts; what fewer than five questions stand behind is left out, so that nobody is found in it."""
    official_with(request, "view_turn")
    _, first_on, last_on = _period(request)
    found = queries.figures(first_on=first_on, last_on=last_on, now=clock.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="chatbot-{first_on}-{last_on}.csv"'
    response.write("\ufeff")  # a spreadsheet then reads Hangul
    writer = csv.writer(response)
    writer.writerow(["날짜", *(plain(label) for label in LABELS.values())])
    for on, counts in sorted(found.by_day.items()):
        writer.writerow([on.isoformat(), *(_hidden(counts[name]) for name in LABELS)])
    writer.writerow(["합계", *(_hidden(found.total[name]) for name in LABELS)])
    return response


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _hidden(count: int) -> str:
    return str(count) if count == 0 or count >= FEWEST_PEOPLE else f"{FEWEST_PEOPLE} 미만"


def _period(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    today = day_in_korea(clock.now())
    usual = {"first_on": today - timedelta(days=USUAL_DAYS - 1), "last_on": today}
    form = PeriodForm({name: request.GET.get(name) or value for name, value in usual.items()})
    values: Mapping[str, date] = form.cleaned_data if form.is_valid() else usual
    return form, values["first_on"], values["last_on"]


def _numbers(found: Figures) -> list[Number]:
    made = []
    for name in SHOWN:
        measure = MEASURES.get(name)
        whole = found.total[measure.of] if measure and measure.of else 0
        share = f"{found.total[name] * 100 / whole:.1f}%" if whole else ""
        url = page_of("unansweredcluster", "changelist") if name == "exits" else ""
        made.append(Number(LABELS[name], measure.about if measure else TAKEN[name], found.total[name], share, url))
    return made


def _heat(found: Figures) -> list[tuple[str, list[Cell]]]:
    most = max(found.by_hour.values(), default=0)
    return [
        (name, [_cell(name, hour, found.by_hour.get((number, hour), 0), most) for hour in range(24)])
        for number, name in enumerate(WEEKDAYS)
    ]


def _cell(weekday: str, hour: int, count: int, most: int) -> Cell:
    return Cell(count, -(-count * SHADES // most) if most else 0, f"{weekday}요일 {hour}시 {count}건")


def _columns(found: Figures, first_on: date, last_on: date) -> list[Column]:
    """Day by day, or month by month in a long period; a column leads to the figures of its days."""
    counts = {day: part["turns"] for day, part in found.by_day.items()}
    return columns(counts, first_on, last_on, by_month=(last_on - first_on).days >= LONG_DAYS, url=_address)


def _address(first_on: date, last_on: date) -> str:
    asked = {"first_on": str(first_on), "last_on": str(last_on)}
    return f"{page_of('hourcount', 'changelist')}?{urlencode(asked)}"


def _abandoned(first_on: date, last_on: date) -> list[tuple[str, str, int]]:
    """With the names people know the forms and their questions by."""
    petitions = shipped().by_code
    found = []
    for code, slot, count in queries.abandoned(first_on=first_on, last_on=last_on):
        petition = petitions.get(code)
        asked = petition.slot(slot).ask if petition and petition.has(slot) else slot
        found.append((petition.title if petition else code, asked, count))
    return found


def _periods(today: date) -> list[tuple[str, str]]:
    month = today.replace(day=1)
    spans = (
        ("최근 7일", today - timedelta(days=6), today),
        ("최근 4주", today - timedelta(days=27), today),
        ("이번 달", month, today),
        ("최근 1년", today - timedelta(days=364), today),
    )
    return [(label, _address(first, last)) for label, first, last in spans]


@admin.register(HourCount)
class HourCountAdmin(ReadOnlyAdmin):
    """Our own pages in place of the usual ones."""

    def get_urls(self) -> list[URLPattern]:
        """The export and the weekly sample."""
        wrap = self.admin_site.admin_view
        pages: tuple[tuple[str, str, Any], ...] = (("csv", "csv/", export), ("sample", "sample/", sample.judge))
        own = [path(route, wrap(view), name=f"chatbot_hourcount_{name}") for name, route, view in pages]
        return own + list(super().get_urls())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The figures."""
        return show(request)
