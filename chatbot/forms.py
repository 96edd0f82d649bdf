"""The shape of what a citizen sends: a question, a tap, or a thumb."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chatbot.models import Turn


class QuestionForm(forms.Form):
    """Words, or the token of a button."""

    request_key = forms.UUIDField()
    text = forms.CharField(required=False, strip=True, label=_("질문"))  # as long as she likes: danger is heard first
    token = forms.CharField(required=False, max_length=600)


class FeedbackForm(forms.Form):
    """A thumb, and why it went down."""

    value = forms.TypedChoiceField(choices=[("1", "도움됐어요"), ("-1", "아니요")], coerce=int)
    reason = forms.ChoiceField(choices=Turn.Reason.choices, required=False)
