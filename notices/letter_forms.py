"""The shape of what officials upload about letters, and of the ladder they choose."""

from django import forms

from notices import ladders

LARGEST_LIST = 20 * 1024 * 1024


class PostedForm(forms.Form):
    """A file the post office gave back."""

    what = forms.ChoiceField(
        label="무엇",
        choices=[("posted", "등기번호 (관리번호, 등기번호 열)"), ("came_back", "반송된 편지 (등기번호 열)")],
    )
    file = forms.FileField(
        label="파일",
        help_text="엑셀(xlsx, xls, ods)이나 CSV. 첫 줄에 열 이름이 있어야 합니다.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def clean_file(self) -> object:
        """Size only; what it says is the reader's business."""
        file = self.cleaned_data["file"]
        if not file.size or file.size > LARGEST_LIST:
            raise forms.ValidationError("빈 파일이거나 20MB보다 큽니다.")
        return file


def _ways_of_delivering() -> list[tuple[str, str]]:
    found = (one for one in ladders.presets().values() if one.rungs[0].phase == ladders.DELIVER)
    return [(one.name, one.label) for one in found]


class LadderForm(forms.Form):
    """Which ladder a campaign takes."""

    ladder = forms.ChoiceField(label="단계 묶음", widget=forms.RadioSelect, choices=_ways_of_delivering)
