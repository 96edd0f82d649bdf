"""What an official types of one answer, in the order a citizen reads it."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from chatbot.models import Faq, FaqFacet
from chatbot.permissions import keeps_everything
from chatbot.services.publishing import Content
from complaints.petitions import shipped
from portal.accounts.models import Department, User
from portal.accounts.queries import official_of

MOST_LINKS = 3
MOST_TAGS = 30
LONGEST_TAG = 40
LONGEST_PHRASING = 200
_SPLIT = re.compile(r"[,\n]+")


def _line(label: str, help_text: str = "", *, most: int, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=required,
        error_messages={"required": f"{label}: 적어 주세요.", "max_length": f"{label}: {most}자까지 쓸 수 있습니다."},
    )


def _text(label: str, help_text: str, *, rows: int, most: int, required: bool = False) -> forms.CharField:
    field = _line(label, help_text, most=most, required=required)
    field.widget = forms.Textarea(attrs={"rows": rows})
    return field


class FaqForm(forms.Form):
    """One answer. `content()` is what the services take."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    question = _line("질문", "시민이 보는 제목입니다.", most=120, required=True)
    answer = _text(
        "답변", "한 문장에 한 가지씩, 시민이 할 일을 먼저 적어 주세요. 1,000자까지.", rows=7, most=1000, required=True
    )
    phrasings = _text(
        "시민이 묻는 말", "한 줄에 하나씩. 공문서 말이 아니라 시민이 실제로 할 말로 적어 주세요.", rows=12, most=40000
    )
    tags = _text("낱말", "쉼표로 나누어 적습니다. 이 낱말만 적어도 이 답변이 나옵니다.", rows=2, most=1300)
    category = _line("분류", most=40, required=True)
    department = forms.ModelChoiceField(
        Department.objects.none(), label="담당 부서", required=False, empty_label="없음(다른 기관 일)"
    )
    petition_code = forms.ChoiceField(label="이어지는 신청", required=False)
    kind = forms.ChoiceField(label="종류", choices=Faq.Kind.choices, initial=Faq.Kind.ANSWER)
    agency_name = _line("맡는 기관", most=60)
    agency_phone = _line("기관 전화", "걸어서 확인한 번호만 적어 주세요.", most=20)
    agency_url = forms.URLField(label="기관 누리집", required=False, assume_scheme="https")
    map_kind = forms.ChoiceField(label="지도", choices=Faq.MapKind.choices, initial=Faq.MapKind.NONE)
    place_name = _line("장소 이름", most=80)
    place_address = _line("장소 주소", most=120)
    lat = forms.FloatField(label="위도", required=False, min_value=33, max_value=39.5)
    lon = forms.FloatField(label="경도", required=False, min_value=124, max_value=132.5)
    map_layer = forms.SlugField(label="지도 묶음", required=False, max_length=40)
    valid_from = forms.DateField(
        label="쓰기 시작하는 날", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label="마지막 날",
        help_text="이날이 지나면 저절로 내려갑니다.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    has_sample_facts = forms.BooleanField(
        label="예시 수치 포함", help_text="실제 금액과 기한으로 고쳤으면 꺼 주세요.", required=False
    )
    reason = _line("고친 까닭", "지난 판 목록에 남습니다. 시민에게는 보이지 않습니다.", most=200)

    def __init__(self, *args: Any, user: User, faq: Faq | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faq = faq
        for kind, label in FaqFacet.Kind.choices:
            self.fields[f"facet_{kind}"] = _line(label, most=200)
        for number in range(1, MOST_LINKS + 1):
            self.fields[f"link_label_{number}"] = _line(f"링크 {number} 이름", most=40)
            self.fields[f"link_url_{number}"] = forms.URLField(
                label=f"링크 {number} 주소", required=False, assume_scheme="https"
            )
        departments = Department.objects.filter(is_active=True).order_by("name")
        official = official_of(user)
        if not keeps_everything(user) and official is not None:
            departments = departments.filter(pk=official.department_id)
        choice = self.fields["department"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  (says so to the type checker)
        choice.queryset = departments
        known = [(one.code, one.title) for one in shipped().by_code.values()]
        there = faq.petition_code if faq else ""
        missing = [(there, f"{there} (없는 신청서)")] if there and there not in dict(known) else []
        petition = self.fields["petition_code"]
        assert isinstance(petition, forms.ChoiceField)  # noqa: S101
        petition.choices = [("", "없음"), *known, *missing]

    def clean_tags(self) -> tuple[str, ...]:
        """Words, each once."""
        found = tuple(dict.fromkeys(tag.strip() for tag in _SPLIT.split(self.cleaned_data["tags"]) if tag.strip()))
        if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
            raise ValidationError(f"낱말은 {MOST_TAGS}개까지, 하나에 {LONGEST_TAG}자까지 쓸 수 있습니다.")
        return found

    def clean_phrasings(self) -> tuple[str, ...]:
        """A line is a way of asking."""
        found = tuple(
            dict.fromkeys(line.strip() for line in self.cleaned_data["phrasings"].splitlines() if line.strip())
        )
        if any(len(line) > LONGEST_PHRASING for line in found):
            raise ValidationError(f"한 줄은 {LONGEST_PHRASING}자까지 쓸 수 있습니다.")
        return found

    def clean(self) -> dict[str, Any]:
        """What belongs together is there together."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, MOST_LINKS + 1):
            label, url = values.get(f"link_label_{number}"), values.get(f"link_url_{number}")
            if bool(label) != bool(url) and f"link_url_{number}" not in self.errors:
                self.add_error(f"link_url_{number}", "이름과 주소를 함께 적어 주세요.")
            if url and not url.startswith("https://"):
                self.add_error(f"link_url_{number}", "https://로 시작하는 주소만 쓸 수 있습니다.")
        if values.get("map_kind") == Faq.MapKind.PLACE and (values.get("lat") is None or values.get("lon") is None):
            self.add_error("lat", "한 곳을 보이려면 위도와 경도를 적어 주세요.")
        if values.get("kind") == Faq.Kind.REFERRAL and not (
            values.get("agency_name") and (values.get("agency_phone") or values.get("agency_url"))
        ):
            self.add_error("agency_name", "다른 기관 안내에는 기관 이름과 전화(또는 누리집)가 있어야 합니다.")
        first_on, last_on = values.get("valid_from"), values.get("valid_to")
        if first_on and last_on and first_on > last_on:
            self.add_error("valid_to", "마지막 날이 시작하는 날보다 앞섭니다.")
        return values

    def content(self) -> Content:
        """The valid form as the services take it."""
        values = self.cleaned_data
        plain = ("question", "answer", "category", "kind", "tags", "agency_name", "agency_phone", "agency_url")
        place = ("petition_code", "map_kind", "map_layer", "place_name", "place_address", "lat", "lon")
        return Content(
            **{name: values[name] for name in (*plain, *place, "has_sample_facts")},
            department=values["department"].pk if values["department"] else None,
            valid_from=values["valid_from"].isoformat() if values["valid_from"] else "",
            valid_to=values["valid_to"].isoformat() if values["valid_to"] else "",
            links=tuple(self._links()),
            facets=tuple(
                (kind, values[f"facet_{kind}"]) for kind in sorted(FaqFacet.Kind.values) if values[f"facet_{kind}"]
            ),
        )

    def _links(self) -> Iterator[tuple[str, str]]:
        for number in range(1, MOST_LINKS + 1):
            if self.cleaned_data[f"link_url_{number}"]:
                yield self.cleaned_data[f"link_label_{number}"], self.cleaned_data[f"link_url_{number}"]


def initial_of(content: Content, phrasings: list[str]) -> dict[str, Any]:
    """The form as it stands before anybody types."""
    plain = {
        name: getattr(content, name) for name in Content.__dataclass_fields__ if name not in ("links", "facets", "tags")
    }
    links = {
        f"link_{part}_{number}": value
        for number, (label, url) in enumerate(content.links[:MOST_LINKS], 1)
        for part, value in (("label", label), ("url", url))
    }
    facets = {f"facet_{kind}": text for kind, text in content.facets}
    return {**plain, **links, **facets, "tags": ", ".join(content.tags), "phrasings": "\n".join(phrasings)}


class NewFaqForm(FaqForm):
    """A new answer needs a name of its own."""

    slug = forms.RegexField(
        r"^[a-z0-9-]{2,60}$",
        label="식별자",
        help_text="주소에 쓰는 이름입니다. 영문 소문자, 숫자, 붙임표. 예: bulky-waste-fee",
        error_messages={
            "required": "식별자: 적어 주세요.",
            "invalid": "식별자: 영문 소문자, 숫자, 붙임표로 2~60자를 적어 주세요.",
        },
    )
