"""What an address asks the worklist for: search words and filters, each with the condition it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from complaints import numbers
from complaints.admin.listing import FIRST_YEAR, LAST_YEAR
from complaints.measures import TOOK, conditions
from complaints.models import Category, Channel, ComplaintQuerySet, Dong, Outcome
from complaints.search_queries import search
from complaints.searching import TooShort
from complaints.workflow import Stage
from portal.accounts.models import Department
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.sealing import blind_phone

ANY = ("", "모두")
YES = (("1", "예"),)
KEPT = (("yes", "기한 안"), ("no", "기한 지남"))
HOW = (("auto", "자동 배정"), ("triage", "사람이 분류"))
OFFERED = (
    "stage",
    "category",
    "dong",
    "department",
    "channel",
    "outcome",
    "filed_from",
    "filed_until",
    "urgent",
    "overdue",
    "rerouted",
    "reopened",
)


def _choice(label: str, choices: Any, any_words: str = "모두") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", any_words), *choices])


def day_field(label: str, *, required: bool = True) -> forms.DateField:
    """A day of the years the portal counts in: with another, sums of days would run over the calendar's edge."""
    return forms.DateField(
        label=label,
        required=required,
        validators=[MinValueValidator(date(FIRST_YEAR, 1, 1)), MaxValueValidator(date(LAST_YEAR, 12, 31))],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _day(label: str) -> forms.DateField:
    return day_field(label, required=False)


class NarrowForm(forms.Form):
    """The filters above the list; what statistics link to is among them. A value nobody offers narrows nothing."""

    use_required_attribute = False
    stage = _choice("단계", Stage.choices)
    category = _choice("분류", ())
    dong = _choice("동", ())
    department = _choice("부서", ())
    channel = _choice("접수 경로", Channel.choices)
    outcome = _choice("처리 결과", Outcome.choices)
    filed_from = _day("신청일부터")
    filed_until = _day("신청일까지")
    ended_from = _day("끝난 날부터")
    ended_until = _day("끝난 날까지")
    urgent = _choice("긴급", YES)
    overdue = _choice("기한 초과", YES)
    paused = _choice("기한 멈춤", YES)
    reopened = _choice("재검토", YES)
    kept = _choice("법정 기한", KEPT)
    promised = _choice("처음 약속", KEPT)
    who = forms.RegexField(r"^[0-9a-f]{32}$", label="전화번호", required=False)
    took = _choice("걸린 날", [(name, label) for name, (label, _) in TOOK.items()])
    how = _choice("부서 배정", HOW)
    rerouted = _choice("재배정", YES)
    score = _choice("만족도", [(str(score), f"{score}점") for score in range(5, 0, -1)])

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="narrow_%s")
        self._fill("category", Category.objects.order_by("name").values_list("pk", "name"))
        self._fill("dong", Dong.objects.order_by("name").values_list("pk", "name"))
        self._fill("department", Department.objects.filter(is_active=True).order_by("name").values_list("pk", "name"))
        self.is_valid()  # what was refused is simply not in cleaned_data

    def _fill(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ANY, *((str(pk), label) for pk, label in rows)]

    def offered(self) -> list[forms.BoundField]:
        """The filters that stand above the list; the rest is only reached by the links of statistics."""
        return [self[name] for name in OFFERED]

    def held(self) -> list[tuple[str, str]]:
        """Filters in use that are not offered: they stay when another is changed."""
        return [(name, str(self.data[name])) for name in self.given if name not in OFFERED]

    @property
    def given(self) -> dict[str, Any]:
        """The filters in use."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def in_words(self) -> list[tuple[str, str, str]]:
        """Name, label and value of each filter in use, as people read it."""
        found = []
        for name, value in self.given.items():
            field = self.fields[name]
            words = "찾은 번호" if name == "who" else str(value)
            if isinstance(field, forms.ChoiceField):
                words = next((str(label) for code, label in _choices(field) if code == value), words)
            found.append((name, str(field.label), words))
        return found


def _choices(field: forms.ChoiceField) -> list[Any]:
    return list(field.choices) if isinstance(field.choices, Iterable) else []


def without_phone(asked: QueryDict) -> QueryDict:
    """The same question with the blind index of a typed phone number in its place: no address ever holds a number."""
    try:
        index = blind_phone(parse_mobile(asked.get("q", "").strip()))
    except PhoneRefused:
        return asked
    changed = asked.copy()
    changed.pop("q")
    changed["who"] = index.hex()
    return changed


def narrowed(found: ComplaintQuerySet, form: NarrowForm, *, now: datetime) -> ComplaintQuerySet:
    """Only the cases that satisfy every filter."""
    asked = conditions(now)
    for name, value in form.given.items():
        found = found.filter(asked[name](value))
    return found


@dataclass(frozen=True, slots=True)
class Searched:
    """The cases a search finds, and what there is to say about it."""

    found: ComplaintQuerySet
    note: str = ""


def searched(found: ComplaintQuerySet, term: str) -> Searched:
    """
    The cases a search finds: one number, or words of what was written (a phone is `without_phone`'s).

    Names are sealed, and nobody looks people up by parts.
    """
    words = term.strip()
    if not words:
        return Searched(found)
    try:
        return Searched(found.filter(number=numbers.parse_number(words)))
    except numbers.NotANumber:
        pass
    return _with_words(found, words)


def _with_words(found: ComplaintQuerySet, words: str) -> Searched:
    try:
        hits = search(found, words)
    except TooShort as refused:
        return Searched(found.none(), refused.sentence)
    note = "" if hits.is_all else f"가장 최근 {len(hits.pks)}건까지만 찾았습니다. 낱말을 더하면 좁혀집니다."
    return Searched(found.filter(pk__in=hits.pks), note)
