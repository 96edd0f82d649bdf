"""What officials type about messages: always with a reason."""

from django import forms

from messaging.models import OptOut
from portal.core.phones import PhoneRefused, parse_mobile


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(label="사유", max_length=200, strip=True)


class AnswerForm(forms.Form):
    """A text back to a citizen."""

    text = forms.CharField(
        label="답장", max_length=900, widget=forms.Textarea(attrs={"rows": 4}), help_text="줄바꿈은 한 칸으로 바뀝니다."
    )


class OptOutForm(forms.ModelForm):
    """An opt-out somebody asked for by telephone or at the counter."""

    phone = forms.CharField(label="휴대전화", max_length=20)

    class Meta:
        """Only what an official decides."""

        model = OptOut
        fields = ("phone", "scope", "value")

    def clean_phone(self) -> str:
        """E.164, or the reason why not."""
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except PhoneRefused as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def clean(self) -> dict[str, object]:
        """A scope other than 'all' names what it is about."""
        cleaned = super().clean() or {}
        if (cleaned.get("scope") == OptOut.Scope.ALL) == bool(cleaned.get("value")):
            self.add_error("value", "범위가 전부이면 비우고, 아니면 대상을 적어 주세요.")
        return cleaned
