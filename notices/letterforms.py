"""What officials write into a notice of their own."""

from django import forms
from django.conf import settings

from notices.merging import Letter
from notices.models import MergeLetter

MOST_SEAL_BYTES = 2 * 1024 * 1024


class LetterForm(forms.Form):
    """Title, body, table, closing words and the seal. #{성명} stands for a value of the roster."""

    title = forms.CharField(label="제목", max_length=40)
    body = forms.CharField(
        label="본문",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="한 줄이 한 문단입니다. 명부의 값을 넣을 곳에 #{성명}처럼 적습니다.",
    )
    table = forms.CharField(
        label="표",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="한 줄에 ‘항목 | 값’. 예) 결정 금액 | #{금액}원. 첫 | 뒤는 모두 값입니다.",
    )
    closing = forms.CharField(
        label="맺음말",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="이의신청 방법, 문의처처럼 표 아래에 올 말입니다.",
    )
    issuer = forms.CharField(label="발행 명의", max_length=40, help_text="예) 새빛구청장")
    seal = forms.FileField(
        label="직인 그림",
        required=False,
        help_text="PNG나 JPEG, 2MB까지. 올리지 않으면 앞서 올린 그림을 씁니다.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg"}),
    )

    def clean_seal(self) -> object:
        """Size only; the picture itself is opened in a cage."""
        file = self.cleaned_data["seal"]
        if file and file.size > MOST_SEAL_BYTES:
            raise forms.ValidationError("직인 그림은 2MB까지 올릴 수 있습니다.")
        return file

    def letter(self) -> Letter:
        """What was written."""
        said = self.cleaned_data
        return Letter(
            title=said["title"], body=said["body"], issuer=said["issuer"], table=said["table"], closing=said["closing"]
        )

    @staticmethod
    def of(kept: MergeLetter | None) -> dict[str, str]:
        """The boxes as they were left; before the first letter only in whose name it is."""
        names = ("title", "body", "table", "closing", "issuer")
        return {name: getattr(kept, name) for name in names} if kept else {"issuer": settings.DISTRICT_HEAD}
