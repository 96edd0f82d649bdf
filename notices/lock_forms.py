"""The lock of a notice: what a citizen types to open hers, or to have it certified."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.models import Opening
from notices.opening import Typed, digits_of
from portal.core.privacy import contains_resident_number


class LinkForm(forms.Form):
    """Who opens a notice: the date of birth and, where the campaign wants it, the end of the phone number."""

    use_required_attribute = False  # the server's sentence stands beside the field

    birth = forms.CharField(
        label=_("생년월일 6자리"),
        max_length=20,
        help_text=_("예) 1950년 3월 7일에 태어나셨으면 500307"),
        error_messages={"required": _("생년월일 6자리를 적어 주세요.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "digits"}),
    )
    phone_tail = forms.CharField(
        label=_("휴대전화 번호 끝 4자리"),
        max_length=20,
        error_messages={"required": _("휴대전화 번호의 끝 4자리를 적어 주세요.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "digits"}),
    )

    def __init__(self, *args: Any, factor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if factor != Opening.Factor.BIRTH_PHONE:
            del self.fields["phone_tail"]

    def clean_birth(self) -> str:
        """Digits only; a 주민등록번호 is nobody's business here and is not handed back."""
        text = self.cleaned_data["birth"]
        if contains_resident_number(text):
            self.data = {**self.data, "birth": ""}
            raise forms.ValidationError(gettext("주민등록번호 뒷자리는 적지 마세요. 앞의 6자리만 적어 주세요."))
        return self._whole(Typed(digits_of(text)), gettext("생년월일을 숫자 6자리로 적어 주세요. 예) 500307")).birth

    def clean_phone_tail(self) -> str:
        """Digits only."""
        typed = Typed("000000", digits_of(self.cleaned_data["phone_tail"]))
        return self._whole(typed, gettext("휴대전화 번호의 끝 4자리를 숫자로 적어 주세요.")).phone_tail

    @property
    def asks_phone(self) -> bool:
        """Whether the end of the phone number is asked for as well."""
        return "phone_tail" in self.fields

    @property
    def typed(self) -> Typed:
        """What she typed, once it is valid."""
        return Typed(self.cleaned_data["birth"], self.cleaned_data.get("phone_tail", ""))

    @staticmethod
    def _whole(typed: Typed, sentence: str) -> Typed:
        if not typed.is_whole:
            raise forms.ValidationError(sentence)
        return typed
