"""Forms of officials' own screens: saved lists, a masked text to publish, several cases at once."""

from typing import Any

from django import forms

from complaints.admin.forms import PlaceForm, StepForm
from complaints.models import Category, Complaint
from portal.core.privacy import mask_personal

MOST_AT_ONCE = 500


class SavedViewForm(forms.Form):
    """A name for the list as it is narrowed now."""

    name = forms.CharField(label="이름", max_length=30)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(label="우리 부서와 함께 쓰기", required=False)


class PublishForm(StepForm):
    """The text that everybody may read; a proposal stands in it, already masked."""

    text = forms.CharField(
        label="공개할 글",
        required=False,
        max_length=2000,
        help_text="누구나 보는 지도에 실립니다. 가려진 곳을 꼭 눈으로 확인해 주세요. 비우면 공개를 그만둡니다.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = lambda: proposal_for(self.complaint)


def proposal_for(complaint: Complaint) -> str:
    """What is public now, or the citizen's words with everything personal masked."""
    return complaint.published_text or mask_personal(complaint.body, names=[complaint.name])


class MarksForm(forms.Form):
    """Which cases: each with the version that was on the screen."""

    marks = forms.CharField(max_length=20_000)

    def clean_marks(self) -> dict[int, int]:
        """Case → version, in the order they were marked."""
        found: dict[int, int] = {}
        for mark in self.cleaned_data["marks"].split():
            pk, _, version = mark.partition(".")
            if not (pk.isascii() and pk.isdecimal() and version.isascii() and version.isdecimal()) or len(mark) > 30:
                raise forms.ValidationError("고른 민원을 알아볼 수 없습니다. 목록에서 다시 골라 주세요.")
            found[int(pk)] = int(version)
        if len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(f"한 번에 {MOST_AT_ONCE}건까지 처리할 수 있습니다.")
        return found


class TriageForm(PlaceForm):
    """The router's guesses as buttons, or one line to search in: whatever of a name is enough to know one category."""

    search = forms.CharField(label="다른 분류나 부서 찾기", required=False, max_length=80)

    def offered(self) -> list[str]:
        """Every category with its department, as the line of search offers them."""
        return [_called(row) for row in self._categories.values()]

    def clean_search(self) -> Category | None:
        """The one category that fits; the whole line, a category's name, or a piece that only one has."""
        typed = " ".join(self.cleaned_data["search"].split())
        if not typed:
            return None
        rows = list(self._categories.values())
        exact = [row for row in rows if typed in (_called(row), row.name)]
        fitting = exact or [row for row in rows if typed in _called(row)]
        if len(fitting) == 1:
            return fitting[0]
        many = ", ".join(_called(row) for row in fitting[:5])
        raise forms.ValidationError(
            f"여럿이 맞습니다: {many}" if fitting else "맞는 분류가 없습니다. 다시 찾아 주세요."
        )

    def clean(self) -> dict[str, Any]:
        """What was searched for goes before a guess."""
        found = self.cleaned_data.pop("search", None)
        if found is not None:
            self.cleaned_data["category"] = found
        return super().clean()


def _called(category: Category) -> str:
    return f"{category.department.name} · {category.name}"
