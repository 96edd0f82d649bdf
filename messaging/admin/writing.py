"""What officials type when they write a wording."""

from typing import Any, cast

from django import forms
from django.http import QueryDict

from messaging.drafting import Fault, Link, Writing, allowed_purposes, limits
from messaging.models import Purpose, Route, Template, TemplateVersion
from messaging.services.writing import faults_in, writing_of

_ROUTES = [(Route.ALIMTALK_THEN_TEXT.value, "알림톡 → 문자"), (Route.TEXT.value, "문자")]


class WritingForm(forms.Form):
    """A wording with its buttons; every fault is shown at its field."""

    code = forms.CharField(
        label="부호", max_length=40, required=False, help_text="영어 소문자, 숫자, 밑줄 (예: library_return)"
    )
    title = forms.CharField(
        label="제목", max_length=40, required=False, strip=True, help_text="긴 문자(LMS)의 제목이고, 검수자도 봅니다."
    )
    purpose = forms.ChoiceField(label="목적", choices=(), help_text="행정은 밤 9시부터 아침 8시까지 보내지 않습니다.")
    route = forms.ChoiceField(label="경로", choices=(), help_text="알림톡을 받지 못하는 분께는 문자로 갑니다.")
    body = forms.CharField(
        label="본문",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="[#{기관}]으로 시작하고, 사람마다 다른 말은 #{이름}처럼 적어 주세요.",
    )
    fallback_body = forms.CharField(
        label="문자로 갈 때의 본문",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="비우면 본문과 같습니다. 90바이트 안이면 짧은 문자로 갑니다.",
    )
    category = forms.CharField(
        label="알림톡 분류",
        max_length=6,
        required=False,
        help_text="숫자 여섯 자리. 있으면 검수가 빠릅니다.",
    )
    is_secure = forms.BooleanField(label="보안 서식 (인증번호처럼 다른 기기에 보이지 않게)", required=False)

    def __init__(self, data: QueryDict | None, *, template: Template, latest: TemplateVersion | None) -> None:
        super().__init__(data, initial=_initial(latest))
        self.template = template
        self._typed: dict[str, Any] = {}
        for number in range(1, limits()["button_count"] + 1):
            self.fields[f"label_{number}"] = forms.CharField(label=f"{number}번 버튼 이름", required=False)
            self.fields[f"url_{number}"] = forms.CharField(label=f"{number}번 버튼 주소", required=False)
        purposes, routes = allowed_purposes(), list(_ROUTES)
        if latest is not None:
            del self.fields["code"]
            purposes = _with(purposes, latest.purpose, Purpose.choices)
            routes = _with(routes, latest.route, Route.choices)
        cast(forms.ChoiceField, self.fields["purpose"]).choices = purposes
        cast(forms.ChoiceField, self.fields["route"]).choices = routes

    def links(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of the buttons, in pairs."""
        return [(self[f"label_{n}"], self[f"url_{n}"]) for n in range(1, limits()["button_count"] + 1)]

    def links_used(self) -> bool:
        """Whether any button is filled in."""
        return any(field.value() for pair in self.links() for field in pair)

    def clean(self) -> dict[str, Any]:
        """With every fault of the wording."""
        cleaned: dict[str, Any] = super().clean() or {}
        self._typed = {**dict.fromkeys(self.fields, ""), **cleaned}  # a field with a fault leaves `cleaned_data`
        if "code" in self.fields and not cleaned.get("code"):
            self.add_error("code", "부호를 적어 주세요.")
        self.take(faults_in(self.template, self.writing()))
        return cleaned

    def take(self, faults: list[Fault]) -> None:
        """Show faults at their fields; those of the buttons above the form."""
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)

    def writing(self) -> Writing:
        """What was typed, also while it is not in order."""
        values = self._typed
        pairs = [(values[f"label_{n}"], values[f"url_{n}"]) for n in range(1, limits()["button_count"] + 1)]
        return Writing(
            title=values["title"],
            purpose=values["purpose"],
            route=values["route"],
            body=_plain(values["body"]),
            fallback_body=_plain(values["fallback_body"]),
            buttons=tuple(Link(label, url) for label, url in pairs if label or url),
            category=values["category"],
            is_secure=bool(values["is_secure"]),
        )


def _initial(latest: TemplateVersion | None) -> dict[str, Any]:
    if latest is None:
        return {"body": "[#{기관}] ", "route": Route.TEXT.value}
    writing = writing_of(latest)
    initial = {name: getattr(writing, name) for name in ("title", "purpose", "route", "body", "fallback_body")}
    initial |= {"category": writing.category, "is_secure": writing.is_secure}
    for number, link in enumerate(writing.buttons, start=1):
        initial |= {f"label_{number}": link.label, f"url_{number}": link.url}
    return initial


def _with(choices: list[tuple[str, str]], value: str, every: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return choices if value in dict(choices) else [(value, dict(every)[value])]


def _plain(text: str) -> str:
    """Browsers send CR LF."""
    return text.replace("\r\n", "\n").strip()
