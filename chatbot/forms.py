"""The shape of what a citizen sends: a question, a choice, or a thumb."""

from typing import Any

from django import forms


class QuestionForm(forms.Form):
    """Words, or a choice of an earlier turn: exactly one of the two."""

    request_key = forms.UUIDField()
    text = forms.CharField(required=False, strip=True, label="질문")
    turn = forms.IntegerField(required=False, min_value=1)
    rank = forms.IntegerField(required=False, min_value=0, max_value=5)

    def clean(self) -> dict[str, Any]:
        """A choice names its turn and rank; rank 0 is 다 아니에요."""
        cleaned = super().clean() or {}
        if (cleaned.get("turn") is None) != (cleaned.get("rank") is None):
            raise forms.ValidationError("고른 항목을 알 수 없습니다. 다시 골라 주세요.")
        return cleaned


class FeedbackForm(forms.Form):
    """A thumb."""

    value = forms.TypedChoiceField(choices=[("1", "도움됐어요"), ("-1", "아니요")], coerce=int)
