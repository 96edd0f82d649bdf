"""What an official types for the rarer steps: closing, amending, asking again, splitting, putting right."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from complaints import repeat_queries
from complaints.admin.forms import StepForm, SupplementForm, _words
from complaints.deadlines import supplement_last_on
from complaints.models import Category
from complaints.services import CloseReason, Part, Proof
from portal.accounts.queries import calendar
from portal.core import clock

ASKED_AGAIN_DAYS = 7
PARTS_AT_ONCE = 4


class CloseForm(StepForm):
    """The law's reason; for a repeated case the proof stands beside it."""

    reason = forms.ChoiceField(
        label="종결 사유",
        choices=[("", "고르기"), *CloseReason.choices],
        error_messages={"required": "종결 사유를 골라 주세요."},
    )
    explanation = _words("설명", "민원인에게 그대로 보입니다. 다른 사람의 결재를 받아 종결합니다.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = repeat_queries.repetition(self.complaint)
        listed = ", ".join(
            f"{one.number} ({one.filed_on:%Y-%m-%d} {one.stage_label}{', 결과 알림' if one.told_at else ''})"
            for one in found.earlier
        )
        self.fields["reason"].help_text = (
            f"같은 내용 {found.filing_count}번, 결과 알림 {found.notice_count}번. "
            f"반복 민원으로 종결하려면 3번 이상, 2번 이상이어야 합니다. {listed}"
        )


class AmendForm(StepForm):
    """The answer as it should have been."""

    answer = _words("바로잡은 답변", "민원인에게 그대로 보입니다.")
    reason = _words("정정 사유", "내부 기록입니다.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].initial = self.complaint.answer


class AskAgainForm(StepForm):
    """Another date for what never came."""

    due_on = SupplementForm.base_fields["due_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = lambda: supplement_last_on(calendar(), clock.now(), ASKED_AGAIN_DAYS)


class _CategoryChoice(forms.ModelChoiceField):
    """도로과 · 가로등."""

    def label_from_instance(self, obj: Category) -> str:
        """Department and category."""
        return f"{obj.department.name} · {obj.name}"


def _categories(label: str) -> _CategoryChoice:
    used = Category.objects.filter(is_active=True, department__is_active=True).select_related("department")
    return _CategoryChoice(used.order_by("department__name", "name"), label=label, required=False, empty_label="고르기")


class SplitForm(StepForm):
    """The words for each of the other departments; empty lines are left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, PARTS_AT_ONCE + 1):
            self.fields[f"category_{number}"] = _categories(f"{number}번째 소관")
            self.fields[f"text_{number}"] = _words(f"{number}번째 내용", required=False)

    def clean(self) -> dict[str, Any]:
        """Both or neither of each line, and at least one line."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        parts = []
        for number in range(1, PARTS_AT_ONCE + 1):
            category, text = values.get(f"category_{number}"), (values.get(f"text_{number}") or "").strip()
            if bool(category) is not bool(text):
                self.add_error(f"text_{number}", "소관과 내용을 함께 적어 주세요.")
            elif category:
                parts.append(Part(text=text, department=category.department, category=category))
        if not parts and not self.errors:
            raise ValidationError("나눌 내용을 적어 주세요.")
        return {**values, "parts": parts}

    def arguments(self) -> dict[str, Any]:
        """The parts alone."""
        return {"parts": self.cleaned_data["parts"]}


class CorrectForm(StepForm):
    """Place and category put right; the citizen hears of it."""

    address = forms.CharField(label="장소", max_length=200, required=False)
    category = _categories("분류")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].initial = self.complaint.address
        self.fields["category"].initial = self.complaint.category_id

    def arguments(self) -> dict[str, Any]:
        """What was typed, as corrections of an official."""
        changes: dict[str, Any] = {"address": self.cleaned_data["address"]}
        if self.cleaned_data["category"] is not None:
            changes["category"] = self.cleaned_data["category"]
        return {"changes": changes, "proof": Proof.OFFICIAL}
