"""The code of a text message, and another phone for a case."""

from django.utils.translation import gettext_lazy as _

from complaints.forms import CitizenForm, clean_phone, phone_field
from portal.accounts.code_forms import code_field


class CodeForm(CitizenForm):
    """The six digits."""

    code = code_field()


class PhoneForm(CitizenForm):
    """The phone that shall hear of the case from now on."""

    phone = phone_field(
        help_text=_("이 번호로 인증번호를 보내 드립니다."),
        error_messages={"required": _("새 휴대전화 번호를 적어 주세요.")},
    )

    def clean_phone(self) -> str:
        """E.164."""
        return clean_phone(self.cleaned_data["phone"])
