"""Forms of the top floor: officials and citizens sign in."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import services as accounts
from portal.accounts.code_forms import code_field
from portal.core.client import address_of
from portal.core.clock import now
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.sealing import blind

WITHIN_SECONDS = 300
TRIES_PER_PAIR: int = settings.AXES_FAILURE_LIMIT  # one name from one address: axes locks it for half an hour
TRIES_PER_ADDRESS = 30  # many names from one address; an office may share one
TRIES_PER_NAME = 60  # one name from many addresses; high, so that nobody is locked out by a stranger


class OfficialSignInForm(AdminAuthenticationForm):
    """Log-in name and password of an official. Guessing is slowed down per name and per address."""

    error_messages = {
        "invalid_login": "아이디 또는 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
        "inactive": "사용이 멈춘 아이디입니다. 부서의 관리자에게 문의해 주세요.",
        "too_many": "여러 번 틀려서 잠시 막았습니다. 30분쯤 뒤에 다시 시도해 주세요.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        name, password = self.fields["username"], self.fields["password"]
        name.label, name.error_messages["required"] = "아이디", "아이디를 적어 주세요."
        password.label, password.error_messages["required"] = "비밀번호", "비밀번호를 적어 주세요."
        name.widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})

    def clean(self) -> dict[str, Any]:
        """
        Count the try before the password is looked at.

        :raises ValidationError: when there were too many
        """
        if self.request is not None and not _may_try(self.request, str(self.cleaned_data.get("username", ""))):
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        return super().clean()


def _may_try(request: HttpRequest, name: str) -> bool:
    address, moment = address_of(request), now()
    who = blind(name.casefold(), context="signin").hex()
    limits = {
        f"signin:address:{address}": TRIES_PER_ADDRESS,
        f"signin:name:{who}": TRIES_PER_NAME,
    }
    return AxesProxyHandler.is_allowed(request, {"username": name}) and all(
        accounts.take_token(key=key, capacity=capacity, per_seconds=WITHIN_SECONDS, now=moment)
        for key, capacity in limits.items()
    )


class PhoneForm(forms.Form):
    """Where the code shall go."""

    use_required_attribute = False
    phone = forms.CharField(
        label=gettext_lazy("휴대전화 번호"),
        max_length=40,
        error_messages={"required": gettext_lazy("휴대전화 번호를 적어 주세요.")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}),
    )

    def clean_phone(self) -> str:
        """
        E.164.

        :raises ValidationError: with the sentence that says what is wrong
        """
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except PhoneRefused as refused:
            raise ValidationError(_(refused.sentence)) from refused


class CodeForm(forms.Form):
    """The six digits of the text message: pasted, filled in by the telephone, or typed with spaces."""

    use_required_attribute = False
    code = code_field()
    is_shared = forms.BooleanField(label=gettext_lazy("공용 기기예요. 창을 닫으면 로그아웃해 주세요."), required=False)
    is_linked = forms.BooleanField(required=False)

    def offer_link(self, label: str) -> None:
        """Whether the account one came from shall open this one from now on; asked only of who did come from one."""
        if label:
            self.fields["is_linked"].label = _("%(label)s 계정을 연결해 다음부터 %(label)s로 로그인합니다.") % {
                "label": label,
            }
        else:
            del self.fields["is_linked"]


class FactorForm(forms.Form):
    """The six digits of the telephone's app, or a recovery code."""

    use_required_attribute = False
    code = forms.CharField(
        label="인증 앱의 번호 6자리",
        max_length=40,
        error_messages={"required": "인증 앱에 보이는 번호를 적어 주세요."},
        widget=forms.TextInput(
            attrs={"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )
