"""What an official types for each step. `arguments` is what the service takes beside the case itself."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from complaints import numbers, routing_queries
from complaints.deadlines import supplement_last_on
from complaints.models import Agency, Category, Complaint, Outcome
from portal.accounts.models import Department, Official
from portal.accounts.queries import calendar
from portal.core import clock

SUPPLEMENT_DAYS = 7
REMEDY = (
    "이 결정에 이의가 있으시면 국민권익위원회(국번 없이 110)에 고충민원을 신청하거나, "
    "처분을 안 날부터 90일 안에 행정심판을 청구할 수 있습니다."
)
_TEXT = {"rows": 4}


class StepForm(forms.Form):
    """The version the page was opened with, and nothing else."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaint = complaint
        self.fields["version"].initial = complaint.version

    def arguments(self) -> dict[str, Any]:
        """Every field but the version, by name."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def hold(self, version: int) -> None:
        """After a stale try: the same words on the present version."""
        data = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
        data[self.add_prefix("version")] = str(version)
        self.data = data


def _words(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        error_messages={"required": f"{label}: 적어 주세요."},
        widget=forms.Textarea(attrs=_TEXT),
    )


class ReasonForm(StepForm):
    """A reason the citizen will read."""

    reason = _words("사유", "민원인에게 그대로 보입니다.")


class BounceForm(StepForm):
    """Why the other agency sent it back."""

    note = _words("이송 반려 사유", "내부 기록입니다.")


class WithdrawForm(StepForm):
    """취하 told on the phone or at the counter."""

    note = _words("확인한 내용", "누가 언제 취하를 알렸는지 적어 주세요. 내부 기록입니다.")


class PlaceForm(StepForm):
    """Whose case it is: one of the router's guesses, another category, or a department alone."""

    suggestion = forms.ChoiceField(label="추천", required=False, widget=forms.RadioSelect)
    category = forms.ModelChoiceField(Category.objects.none(), label="다른 분류", required=False, empty_label="고르기")
    department = forms.ModelChoiceField(
        Department.objects.none(), label="분류 없이 부서만", required=False, empty_label="고르기"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = Category.objects.filter(is_active=True, department__is_active=True).select_related("department")
        self._categories = {row.code: row for row in used.order_by("department__name", "name")}
        category, department = self.fields["category"], self.fields["department"]
        if isinstance(category, forms.ModelChoiceField) and isinstance(department, forms.ModelChoiceField):
            category.queryset = used
            category.choices = [
                ("", "고르기"),
                *((row.pk, f"{row.department.name} · {row.name}") for row in self._categories.values()),
            ]
            department.queryset = Department.objects.filter(is_active=True).order_by("name")
        suggestion = self.fields["suggestion"]
        if isinstance(suggestion, forms.ChoiceField):
            suggestion.choices = self._suggestions()
            if not suggestion.choices:
                del self.fields["suggestion"]

    def _suggestions(self) -> list[tuple[str, str]]:
        """The router's guesses; kept on the form, so that a page may draw them as buttons."""
        self.guesses = routing_queries.suggestions_of(self.complaint)
        return [
            (one.category.code, f"{one.department.name} · {one.category.name} {one.percent}%")
            for one in self.guesses
            if one.category.code in self._categories
        ]

    def clean(self) -> dict[str, Any]:
        """Any one of the three; what was chosen by hand goes before a guess."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        guess = values.pop("suggestion", "") or ""
        category = values.get("category") or self._categories.get(guess)
        department = values.get("department")
        if category is not None and department is None:
            department = category.department
        if department is None:
            raise ValidationError("부서를 골라 주세요.")
        return {**values, "category": category, "department": department}


class RerouteForm(PlaceForm):
    """Another department, and why."""

    reason = _words("재배정 사유", "내부 기록입니다.")


class OfficerChoice(forms.ModelChoiceField):
    """Officials by name and title; the department is known."""

    def label_from_instance(self, obj: Official) -> str:
        """이담당 주무관."""
        return obj.display_name


class OfficerForm(StepForm):
    """An officer of the department."""

    officer = OfficerChoice(
        Official.objects.none(),
        label="담당자",
        empty_label="고르기",
        error_messages={"required": "담당자를 골라 주세요."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = Official.objects.filter(department=self.complaint.department_id, is_active=True)
        field = self.fields["officer"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = colleagues.exclude(pk=self.complaint.officer_id or 0).order_by("name")


class HandOverForm(OfficerForm):
    """A colleague, and what to know."""

    reason = _words("인계할 말", "내부 기록입니다.")


class InspectForm(StepForm):
    """현장 확인; a planned visit is told to the citizen."""

    visit_at = forms.DateTimeField(
        label="방문 예정 (선택)",
        required=False,
        error_messages={"invalid": "날짜와 시각을 확인해 주세요."},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class SupplementForm(StepForm):
    """What is missing, and until when."""

    items = _words("보완할 내용", "민원인에게 그대로 보냅니다.")
    due_on = forms.DateField(
        label="보완 기한",
        error_messages={"required": "보완 기한을 골라 주세요.", "invalid": "날짜를 확인해 주세요."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = lambda: supplement_last_on(calendar(), clock.now(), SUPPLEMENT_DAYS)


class SupplementAnswerForm(StepForm):
    """What the citizen brought to the counter or said on the phone."""

    content = _words("받은 보완 내용")


class ResolveForm(StepForm):
    """The answer. A refusal needs its reason and says what can be done against it."""

    outcome = forms.ChoiceField(
        label="처리 결과",
        choices=[("", "고르기"), *Outcome.choices],
        error_messages={"required": "결과를 골라 주세요."},
    )
    answer = _words("답변", "민원인에게 그대로 보입니다. 문자에는 앞부분이 들어갑니다.")
    refusal_reason = _words("불수용 사유", required=False)
    remedy = _words("불복 방법", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remedy"].initial = REMEDY


class TransferForm(StepForm):
    """Which agency, and why."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="이송할 기관",
        empty_label="고르기",
        error_messages={"required": "기관을 골라 주세요."},
    )
    reason = _words("이송 사유", "민원인에게 그대로 보입니다.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Agency.objects.filter(is_active=True).order_by("name")


class MergeForm(StepForm):
    """The number of the case that leads."""

    lead = forms.CharField(label="대표 민원 접수번호", error_messages={"required": "접수번호를 적어 주세요."})

    def clean_lead(self) -> Complaint:
        """The case of that number; whether it may lead is the service's question."""
        try:
            number = numbers.parse_number(self.cleaned_data["lead"])
        except numbers.NotANumber as refused:
            raise ValidationError(refused.sentence) from refused
        found = Complaint.objects.filter(number=number).first()
        if found is None:
            raise ValidationError("대표로 정할 민원을 찾을 수 없습니다.")
        return found


class NoteForm(forms.Form):
    """내부 메모."""

    use_required_attribute = False
    text = _words("새 메모")


class RevealForm(forms.Form):
    """Why somebody needs to see a whole name and number."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label="연락처를 보는 까닭",
        choices=[
            ("업무 처리", "업무 처리"),
            ("연락", "민원인에게 연락"),
            ("민원인 요청", "민원인 요청"),
            ("other", "기타"),
        ],
    )
    other = forms.CharField(label="기타 사유", required=False, max_length=180)

    def clean(self) -> dict[str, Any]:
        """기타 needs five letters."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("reason") == "other":
            words = values.get("other", "").strip()
            if len(words) < 5:
                self.add_error("other", "기타 사유를 다섯 글자 이상 적어 주세요.")
            values["reason"] = words
        return values
