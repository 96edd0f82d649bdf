"""Shape of what officials type about approvals."""

from typing import Any

from django import forms

from portal.accounts.models import Official
from portal.approvals.models import ApprovalStep


class DecisionForm(forms.Form):
    """One decision, about the hash that stood on the page."""

    decision = forms.ChoiceField(
        choices=[(ApprovalStep.Decision.APPROVED, "승인"), (ApprovalStep.Decision.RETURNED, "반려")]
    )
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$")
    comment = forms.CharField(
        label="의견", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3, "data-key": "c"})
    )


class StandInForm(forms.Form):
    """Who decides in whose place, and from when until when."""

    absent = forms.ModelChoiceField(label="부재자", queryset=Official.objects.none())
    deputy = forms.ModelChoiceField(label="대결자", queryset=Official.objects.none())
    starts_on = forms.DateField(label="시작일", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="종료일", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="사유", max_length=100, help_text="예) 연가, 출장, 교육")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Official.objects.select_related("department").filter(is_active=True)
        for name in ("absent", "deputy"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = people.order_by("department__name", "name")
