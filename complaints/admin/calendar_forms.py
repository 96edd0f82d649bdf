"""What officials type about days and outages."""

from datetime import date, datetime, time
from typing import Any

from django import forms

from portal.accounts.models import CalendarDay, Department
from portal.core.workdays import KST, Day

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _moment(label: str, *, required: bool = True, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=help_text,
        error_messages={"required": f"{label}: 골라 주세요.", "invalid": "날짜와 시각을 확인해 주세요."},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class PlainForm(forms.Form):
    """Errors are ours, in Korean, beside the field."""

    use_required_attribute = False


class DayForm(PlainForm):
    """One date: whether the law counts it, whether the office opens, and when."""

    on = forms.DateField(
        label="날짜",
        error_messages={"required": "날짜를 골라 주세요.", "invalid": "날짜를 확인해 주세요."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    counts = forms.BooleanField(
        label="처리기간에 넣기",
        required=False,
        help_text="공휴일이면 끄세요. 토요일과 일요일은 넣을 수 없습니다.",
    )
    is_open = forms.BooleanField(
        label="청사 문 열기", required=False, help_text="구청만 쉬는 날은 ‘처리기간에 넣기’는 두고 이것만 끄세요."
    )
    name = forms.CharField(
        label="이름",
        required=False,
        max_length=60,
        help_text="예: 임시공휴일. 민원인에게 그대로 보입니다.",
    )
    opens_at = forms.TimeField(label="시작", widget=_TIME, initial=time(9))
    lunch_from = forms.TimeField(label="점심 시작", widget=_TIME, initial=time(12))
    lunch_until = forms.TimeField(label="점심 끝", widget=_TIME, initial=time(13))
    closes_at = forms.TimeField(label="마감", widget=_TIME, initial=time(18))
    reason = forms.CharField(
        label="사유와 근거",
        max_length=200,
        help_text="예: 관보 제21345호, 국무회의 의결. 접속기록에 남습니다.",
        error_messages={"required": "사유와 근거를 적어 주세요."},
    )

    def day(self) -> Day:
        """The day as it was typed."""
        values: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return Day(**values)

    @classmethod
    def of(cls, row: CalendarDay | None, on: date | None = None) -> "DayForm":
        """The form of a day that is in the calendar, or of a new holiday."""
        if row is None:
            return cls(initial={"on": on, "counts": False, "is_open": False})
        names = [name for name in cls.base_fields if name != "reason"]
        return cls(initial={name: getattr(row, name) for name in names})


class ImportForm(PlainForm):
    """A list as it was copied from another office's page."""

    text = forms.CharField(
        label="처리 예외일 목록",
        max_length=20_000,
        help_text="한 줄에 하나씩: 2026-11-05, 임시공휴일. 표에서 복사해 붙여도 됩니다.",
        error_messages={"required": "목록을 붙여 주세요."},
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class OutageForm(PlainForm):
    """From when to when, whose systems, and what happened."""

    starts_at = _moment("시작한 때")
    ends_at = _moment("끝난 때", required=False, help_text="아직 장애 중이면 비워 두고, 끝난 뒤에 적어 주세요.")
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label="부서",
        required=False,
        empty_label="모든 부서",
        help_text="한 부서만이면 고르세요.",
    )
    reason = forms.CharField(
        label="장애 내용",
        max_length=200,
        help_text="처리기한 설명에 그대로 보입니다. 예: 새올 행정시스템 접속 장애",
        error_messages={"required": "장애 내용을 적어 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Department.objects.filter(is_active=True).order_by("name")


class OutageEndForm(PlainForm):
    """When the systems worked again."""

    ends_at = _moment("끝난 때")

    def moment(self) -> datetime:
        """The end, Korean time."""
        ends_at: datetime = self.cleaned_data["ends_at"]
        return ends_at.astimezone(KST)
