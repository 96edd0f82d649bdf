"""What an officer types to extend a period, or to leave time out of it."""

from typing import Any

from django import forms

from complaints import clock_queries
from complaints.admin.forms import StepForm
from complaints.deadlines import Period, Unit
from complaints.models import Exclusion, Extension

_WORDS = {"required": "설명을 적어 주세요."}


class ExtendForm(StepForm):
    """A lawful reason, and how long. 즉시 민원 gets another three hours, so nothing is asked."""

    reason = forms.ChoiceField(
        label="연장 사유",
        choices=[("", "고르기"), *Extension.Reason.choices],
        help_text="업무량, 늦은 배정, 담당자 부재는 법이 정한 사유가 아닙니다(시행령 제21조).",
        error_messages={"required": "사유를 골라 주세요."},
    )
    explanation = forms.CharField(
        label="설명",
        help_text="민원인에게 그대로 보냅니다.",
        max_length=200,
        error_messages=_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    value = forms.IntegerField(
        label="연장 기간",
        min_value=1,
        error_messages={"required": "연장 기간을 적어 주세요.", "invalid": "숫자로 적어 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.complaint.period_unit in ("", Unit.IMMEDIATE):
            del self.fields["value"]
            return
        period = Period(self.complaint.period_value or 0, Unit(self.complaint.period_unit))
        unit = period.label.removeprefix(str(period.value))
        self.fields["value"].label = f"연장 기간({unit})"
        self.fields["value"].help_text = f"처음 처리기간 {period.label}까지 연장할 수 있습니다."
        self.fields["value"].initial = period.value


class ExcludeForm(StepForm):
    """Why the clock stands from today."""

    reason = forms.ChoiceField(
        label="제외 사유",
        choices=[("", "고르기"), *Exclusion.Reason.choices],
        help_text="법이 정한 사유만 됩니다(시행령 제20조). 보완을 기다리는 동안은 저절로 빠집니다.",
        error_messages={"required": "사유를 골라 주세요."},
    )
    explanation = forms.CharField(
        label="설명",
        help_text="내부 기록입니다. 민원인에게는 사유만 보입니다.",
        max_length=1000,
        error_messages=_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndExclusionForm(StepForm):
    """Which of the reasons is over; asked only if there are several."""

    reason = forms.ChoiceField(label="끝난 사유", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = clock_queries.open_exclusions(self.complaint)
        if len(standing) < 2:
            del self.fields["reason"]
            return
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(one.reason, one.get_reason_display()) for one in standing]
