"""What a holder writes to hand a certificate in, and an official to revoke one."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.privacy import contains_resident_number, left_personal


class HandInForm(forms.Form):
    """Where it goes and what for."""

    use_required_attribute = False

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)  # pressed twice it is still one address
    receiver = forms.CharField(
        label=_("받는 곳"),
        max_length=60,
        help_text=_("예) 한빛은행 새빛지점, 새빛초등학교 행정실"),
        error_messages={"required": _("어디에 내는지 적어 주세요.")},
    )
    purpose = forms.CharField(
        label=_("용도"),
        max_length=60,
        required=False,
        help_text=_("나중에 기록에서 알아보기 위한 메모입니다. 받는 곳에도 보입니다."),
    )

    def clean_receiver(self) -> str:
        """Without resident numbers."""
        return self._without_number("receiver")

    def clean_purpose(self) -> str:
        """Without resident numbers."""
        return self._without_number("purpose")

    def _without_number(self, name: str) -> str:
        said = " ".join(str(self.cleaned_data[name]).split())
        if contains_resident_number(said):
            self.data = {**self.data.dict(), name: ""} if hasattr(self.data, "dict") else {**self.data, name: ""}
            raise forms.ValidationError(gettext("주민등록번호는 적지 마세요."))
        return said


class RevokeForm(forms.Form):
    """Why a certificate no longer counts: anybody who verifies it reads this."""

    reason = forms.CharField(
        label="철회 사유",
        max_length=200,
        help_text="진위확인 화면에 그대로 보입니다. 이름이나 연락처 같은 개인정보는 적지 마세요.",
        error_messages={"required": "철회 사유를 적어 주세요."},
    )

    def clean_reason(self) -> str:
        """No personal facts: the sentence is public."""
        said: str = self.cleaned_data["reason"]
        if left := left_personal(said):
            raise forms.ValidationError(
                f"공개되는 사유에 {', '.join(left)}가 있는 것 같습니다. 지우고 다시 적어 주세요."
            )
        return said
