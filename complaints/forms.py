"""What citizens type: its shape, and our words when something is missing. Nothing is saved here."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from complaints import attachments, numbers
from complaints.attachments import MOST_BYTES, MOST_FILES, Photo, PhotoRefused
from complaints.services import Place
from complaints.services.filing import LONGEST_BODY
from complaints.services.hearing import LONGEST_TEXT
from portal.core import phones, privacy
from portal.core.errors import Refused

NO_RESIDENT_NUMBER = "주민등록번호는 적지 마세요. 뒷자리를 지우고 다시 보내 주세요."
MEGABYTE = 1024 * 1024


class PhotosInput(forms.FileInput):
    """A plain file input for several pictures: no `capture`, which would lock the gallery."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of uploaded files; the form looks inside them."""

    widget = PhotosInput(attrs={"accept": "image/*"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files in the order chosen."""
        return list(data or [])


def _photo(file: UploadedFile) -> Photo:
    name = file.name or "사진"
    size = file.size or 0
    if size > MOST_BYTES:
        shown = f"‘{name[-attachments.NAME_SHOWN :]}’({size // MEGABYTE}MB)"
        raise PhotoRefused(f"{shown} 파일은 20MB보다 커서 보낼 수 없습니다. 더 작은 사진을 골라 주세요.")
    photo = Photo(name, file.read())
    attachments.media_type_of(photo)
    return photo


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
        self.add_error(field if field in self.fields else None, refused.sentence)


def clean_phone(text: str) -> str:
    """E.164, or the sentence that says what is wrong."""
    try:
        return phones.parse_mobile(text)
    except phones.PhoneRefused as refused:
        raise ValidationError(refused.sentence) from refused


def _phone_field(**kwargs: Any) -> forms.CharField:
    attrs = {"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}
    return forms.CharField(label="휴대전화 번호", max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)


class FilingForm(CitizenForm):
    """민원 신청: photo, place, words, contact."""

    photos = PhotosField(label="사진", required=False)
    drop = forms.TypedMultipleChoiceField(label="보관한 사진 지우기", required=False, coerce=int)
    place = forms.CharField(
        label="어디인가요?",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "예) 새빛초등학교 정문 앞"}),
    )
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    body = forms.CharField(
        label="무슨 일인가요?",
        required=False,
        max_length=LONGEST_BODY,
        strip=False,
        error_messages={"max_length": f"내용은 {LONGEST_BODY:,}자까지 쓸 수 있습니다. 조금만 줄여 주세요."},
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "예) 가로등이 꺼져서 밤에 너무 어두워요"}),
    )
    phone = _phone_field(required=False)
    name = forms.CharField(
        label="이름", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    intake_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kept: list[tuple[int, int]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept or []
        self.good_photos: list[Photo] = []
        drop = self.fields["drop"]
        if isinstance(drop, forms.TypedMultipleChoiceField):
            drop.choices = [(number, f"사진 {number}") for number, _ in self.kept]

    def clean_phone(self) -> str:
        """An empty phone is a 제보; anything else must be one."""
        typed = self.cleaned_data["phone"]
        return clean_phone(typed) if typed.strip() else ""

    def clean_photos(self) -> list[Photo]:
        """Each photo by its content. The good ones are remembered when a bad one is refused."""
        self.good_photos = []
        refused: list[str] = []
        for file in self.cleaned_data["photos"]:
            try:
                self.good_photos.append(_photo(file))
            except PhotoRefused as refusal:
                refused.append(refusal.sentence)
        if refused:
            raise ValidationError([ValidationError(sentence) for sentence in refused])
        return self.good_photos

    def clean(self) -> dict[str, Any]:
        """Words or a picture, and not more pictures than fit."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kept = len(self.kept) - len(values.get("drop") or [])
        new = len(self.good_photos)
        if kept + new > MOST_FILES:
            self.add_error("photos", f"사진은 {MOST_FILES}장까지 보낼 수 있습니다. {kept + new}장을 고르셨습니다.")
        nothing = not values.get("body", "").strip() and not kept and not new
        if nothing and not self.has_error("body") and not self.has_error("photos"):
            self.add_error("body", "무슨 일인지 적거나 사진을 올려 주세요.")
        return values

    @property
    def given_place(self) -> Place:
        """Where: what was typed, and the phone's position if it was asked for."""
        values = self.cleaned_data
        lat, lon = values.get("lat"), values.get("lon")
        typed = " ".join(values.get("place", "").split())
        source = "gps" if lat is not None else "text" if typed else "none"
        return Place(address=typed, lat=lat, lon=lon, source=source)


class TrackForm(CitizenForm):
    """내 민원 찾기: the number alone opens nothing."""

    number = forms.CharField(
        label="접수번호",
        max_length=30,
        error_messages={"required": "접수번호를 입력해 주세요."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "M2611-000123-4"}),
    )
    phone = _phone_field(
        help_text="민원을 신청할 때 남긴 번호입니다.", error_messages={"required": "휴대전화 번호를 입력해 주세요."}
    )

    def clean_number(self) -> str:
        """In its one spelling; a wrong check digit was misread."""
        try:
            return numbers.parse_number(self.cleaned_data["number"])
        except numbers.NotANumber as refused:
            raise ValidationError(refused.sentence) from refused

    def clean_phone(self) -> str:
        """E.164."""
        return clean_phone(self.cleaned_data["phone"])


class WordsForm(CitizenForm):
    """A text about one's own case: a message, or a supplement that was asked for."""

    text = forms.CharField(
        label="담당자에게 남길 말",
        max_length=LONGEST_TEXT,
        error_messages={
            "required": "내용을 적어 주세요.",
            "max_length": f"{LONGEST_TEXT:,}자까지 쓸 수 있습니다. 조금만 줄여 주세요.",
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RatingForm(CitizenForm):
    """만족도, 1 to 5."""

    score = forms.TypedChoiceField(
        label="처리 결과에 만족하셨나요?",
        coerce=int,
        choices=[(5, "매우 만족"), (4, "만족"), (3, "보통"), (2, "불만족"), (1, "매우 불만족")],
        error_messages={"required": "점수를 골라 주세요.", "invalid_choice": "점수를 골라 주세요."},
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="하고 싶은 말", required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReopenForm(CitizenForm):
    """재검토 요청."""

    reason = forms.CharField(
        label="다시 살펴봐야 하는 까닭",
        max_length=LONGEST_TEXT,
        error_messages={"required": "까닭을 적어 주세요."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def key_of(data: Any) -> UUID | None:
    """The intake key a form came with, if it is one."""
    try:
        return UUID(str(data.get("intake_key", "")))
    except ValueError:
        return None
