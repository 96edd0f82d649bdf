"""The box for the six digits of a text message, wherever a page asks for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeInput(forms.TextInput):
    """An empty box after a wrong code: six digits are typed again sooner than corrected."""

    def format_value(self, value: Any) -> None:
        """Nothing is handed back."""


def code_field() -> forms.CharField:
    """Six digits: pasted, filled in by the telephone, or typed with spaces."""
    return forms.CharField(
        label=_("인증번호 6자리"),
        max_length=40,
        error_messages={"required": _("문자로 받은 인증번호를 적어 주세요.")},
        widget=CodeInput(
            attrs={"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )
