"""What citizens type: its shape, and our words when something is missing. Nothing is saved here."""

import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import numbers
from complaints.attachments import MOST_FILES, Photo
from complaints.models import LocationSource
from complaints.photo_fields import PhotosField, good_files
from complaints.services import Place
from complaints.services.filing import LONGEST_BODY
from complaints.services.hearing import LONGEST_TEXT
from portal.core import phones, privacy
from portal.core.errors import Refused

NO_RESIDENT_NUMBER = gettext_lazy("주민등록번호는 적지 마세요. 뒷자리를 지우고 다시 보내 주세요.")


class CitizenForm(forms.Form):
    """A form that refuses resident numbers and hands the text back without them."""

    use_required_attribute = False  # the server's sentence stands beside the field; the browser's is in its own words

    def full_clean(self) -> None:
        """After the fields' own rules: wherever somebody typed a resident number, refuse it and mask it."""
        super().full_clean()
        if not self.is_bound:
            return
        data = MultiValueDict(dict(self.data.lists()) if isinstance(self.data, MultiValueDict) else {})
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            typed = data.get(key) if isinstance(field, forms.CharField) else None
            if isinstance(typed, str) and privacy.contains_resident_number(typed):
                data[key] = privacy.mask_resident_numbers(typed)
                self.data = data
                self.add_error(name, NO_RESIDENT_NUMBER)

    def refuse(self, refused: Refused, *, field: str | None = None) -> None:
        """Put a service's refusal beside its field, or above the form."""
        self.add_error(field if field in self.fields else None, _(refused.sentence))


def clean_phone(text: str) -> str:
    """E.164, or the sentence that says what is wrong."""
    try:
        return phones.parse_mobile(text)
    except phones.PhoneRefused as refused:
        raise ValidationError(_(refused.sentence)) from refused


def phone_field(**kwargs: Any) -> forms.CharField:
    """휴대전화 번호, as a telephone's keyboard wants it."""
    attrs = {"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}
    return forms.CharField(
        label=gettext_lazy("휴대전화 번호"), max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs
    )


def body_field(**kwargs: Any) -> forms.CharField:
    """무슨 일인가요?"""
    return forms.CharField(
        label=gettext_lazy("무슨 일인가요?"),
        max_length=LONGEST_BODY,
        strip=False,
        error_messages={
            "max_length": format_lazy(
                gettext_lazy("내용은 {most}자까지 쓸 수 있습니다. 조금만 줄여 주세요."), most=f"{LONGEST_BODY:,}"
            )
        },
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": gettext_lazy("예) 가로등이 꺼져서 밤에 너무 어두워요")}),
        **kwargs,
    )


class PlaceFields(forms.Form):
    """Where: typed words, and coordinates with how they came to be known."""

    place = forms.CharField(
        label=gettext_lazy("어디인가요?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("예) 새빛초등학교 정문 앞")}),
    )
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(
        required=False,
        choices=[(one, one) for one in (LocationSource.GPS, LocationSource.PIN, LocationSource.EXIF)],
        widget=forms.HiddenInput,
    )

    @property
    def given_place(self) -> Place:
        """Where: what was typed, and the phone's position if it was asked for."""
        values = self.cleaned_data
        lat, lon = values.get("lat"), values.get("lon")
        typed = " ".join(values.get("place", "").split())
        told = values.get("source") or LocationSource.GPS
        source = told if lat is not None else LocationSource.TEXT if typed else LocationSource.NONE
        return Place(address=typed, lat=lat, lon=lon, source=source)


class FilingForm(CitizenForm, PlaceFields):
    """민원 신청: photo, place, words, contact."""

    photos = PhotosField(label=gettext_lazy("사진"), required=False)
    drop = forms.TypedMultipleChoiceField(label=gettext_lazy("보관한 사진 지우기"), required=False, coerce=int)
    body = body_field(required=False)
    phone = phone_field(required=False)
    name = forms.CharField(
        label=gettext_lazy("이름"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    intake_key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("photos", "drop", "place", "body", "phone", "name")

    def __init__(self, *args: Any, kept: list[tuple[int, int]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept or []  # number and bytes of each file that is here already
        self.good_photos: list[Photo] = []
        drop = self.fields["drop"]
        if isinstance(drop, forms.TypedMultipleChoiceField):
            drop.choices = [(number, _("사진 %(number)s") % {"number": number}) for number, _bytes in self.kept]

    def clean_phone(self) -> str:
        """An empty phone is a 제보; anything else must be one."""
        typed = self.cleaned_data["phone"]
        return clean_phone(typed) if typed.strip() else ""

    def clean_photos(self) -> list[Photo]:
        """Each photo by its content. The good ones are remembered when a bad one is refused."""
        self.good_photos = []
        return good_files(self.cleaned_data["photos"], good=self.good_photos)

    def clean(self) -> dict[str, Any]:
        """Words or a picture, and not more pictures than fit."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kept = len(self.kept) - len(values.get("drop") or [])
        new = len(self.good_photos)
        if kept + new > MOST_FILES:
            self.add_error(
                "photos",
                _("사진은 %(most_files)s장까지 보낼 수 있습니다. %(new)s장을 고르셨습니다. 앞의 것은 받았습니다.")
                % {"most_files": MOST_FILES, "new": kept + new},
            )
        nothing = not values.get("body", "").strip() and not kept and not new
        if nothing and not self.has_error("body") and not self.has_error("photos"):
            self.add_error("body", _("무슨 일인지 적거나 사진을 올려 주세요."))
        return values


class TrackForm(CitizenForm):
    """내 민원 찾기: the number alone opens nothing."""

    number = forms.CharField(
        label=gettext_lazy("접수번호"),
        max_length=30,
        error_messages={"required": gettext_lazy("접수번호를 입력해 주세요.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "M2611-000123-4"}),
    )
    phone = phone_field(
        help_text=gettext_lazy("민원을 신청할 때 남긴 번호입니다."),
        error_messages={"required": gettext_lazy("휴대전화 번호를 입력해 주세요.")},
    )

    def clean_number(self) -> str:
        """In its one spelling; a wrong check digit was misread."""
        try:
            return numbers.parse_number(self.cleaned_data["number"])
        except numbers.NotANumber as refused:
            raise ValidationError(_(refused.sentence)) from refused

    def clean_phone(self) -> str:
        """E.164."""
        return clean_phone(self.cleaned_data["phone"])


class DigitsForm(CitizenForm):
    """The last four digits of the phone behind a case."""

    is_locked = False
    digits = forms.RegexField(
        r"^\d{4}$",
        label=gettext_lazy("휴대전화 끝 네 자리"),
        error_messages={
            "required": gettext_lazy("휴대전화 번호의 끝 네 자리를 적어 주세요."),
            "invalid": gettext_lazy("숫자 네 자리를 적어 주세요."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
    )

    def clean_digits(self) -> str:
        """As the phone has them: a Korean keyboard may type them wide."""
        return "".join(str(unicodedata.decimal(digit)) for digit in self.cleaned_data["digits"])


class WordsForm(CitizenForm):
    """A text about one's own case: a message, or a supplement that was asked for."""

    text = forms.CharField(
        label=gettext_lazy("담당자에게 남길 말"),
        max_length=LONGEST_TEXT,
        error_messages={
            "required": gettext_lazy("내용을 적어 주세요."),
            "max_length": format_lazy(
                gettext_lazy("{most}자까지 쓸 수 있습니다. 조금만 줄여 주세요."), most=f"{LONGEST_TEXT:,}"
            ),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RatingForm(CitizenForm):
    """만족도, 1 to 5."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("처리 결과에 만족하셨나요?"),
        coerce=int,
        choices=[
            (5, gettext_lazy("매우 만족")),
            (4, gettext_lazy("만족")),
            (3, gettext_lazy("보통")),
            (2, gettext_lazy("불만족")),
            (1, gettext_lazy("매우 불만족")),
        ],
        error_messages={
            "required": gettext_lazy("점수를 골라 주세요."),
            "invalid_choice": gettext_lazy("점수를 골라 주세요."),
        },
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=gettext_lazy("하고 싶은 말"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReopenForm(CitizenForm):
    """재검토 요청."""

    reason = forms.CharField(
        label=gettext_lazy("다시 살펴봐야 하는 까닭"),
        max_length=LONGEST_TEXT,
        error_messages={"required": gettext_lazy("까닭을 적어 주세요.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def key_of(data: Any) -> UUID | None:
    """The intake key a form came with, if it is one."""
    try:
        return UUID(str(data.get("intake_key", "")))
    except ValueError:
        return None
