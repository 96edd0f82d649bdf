"""Forms of the top floor."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from portal.accounts import services as accounts
from portal.core.client import address_of
from portal.core.clock import now
from portal.core.sealing import blind

WITHIN_SECONDS = 300
TRIES_PER_PAIR = 5  # one name from one address: somebody guessing, or a forgotten password
TRIES_PER_ADDRESS = 30  # many names from one address; an office may share one
TRIES_PER_NAME = 60  # one name from many addresses; high, so that nobody is locked out by a stranger


class OfficialSignInForm(AdminAuthenticationForm):
    """Log-in name and password of an official. Guessing is slowed down per name and per address."""

    error_messages = {
        "invalid_login": "아이디 또는 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
        "inactive": "사용이 멈춘 아이디입니다. 부서의 관리자에게 문의해 주세요.",
        "too_many": "여러 번 틀려서 잠시 막았습니다. 5분쯤 뒤에 다시 시도해 주세요.",
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
        f"signin:pair:{who}:{address}": TRIES_PER_PAIR,
        f"signin:address:{address}": TRIES_PER_ADDRESS,
        f"signin:name:{who}": TRIES_PER_NAME,
    }
    return all(
        accounts.take_token(key=key, capacity=capacity, per_seconds=WITHIN_SECONDS, now=moment)
        for key, capacity in limits.items()
    )
