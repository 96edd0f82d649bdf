"""불법 주정차 신고: zone, two photos a while apart, place, and whom to tell."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.attachments import DOCUMENTS, Photo, PhotoRefused, media_type_of
from complaints.forms import CitizenForm, PlaceFields, clean_phone, phone_field
from complaints.parking_queries import Zone
from complaints.photo_fields import photo_of

PHOTO_ONLY = gettext_lazy("주정차 신고에는 사진만 올릴 수 있습니다.")


class ParkingForm(CitizenForm, PlaceFields):
    """One photo at a time: when each one reached us is half of the proof."""

    zone = forms.TypedChoiceField(
        label=gettext_lazy("어떤 곳에 세웠나요?"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("구역을 골라 주세요.")},
    )
    shot = forms.FileField(
        label=gettext_lazy("사진"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        error_messages={"empty": gettext_lazy("빈 파일입니다. 다시 찍어 주세요.")},
    )
    body = forms.CharField(
        label=gettext_lazy("차량 번호나 더 알릴 것"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("예) 12가 3456 흰색 승용차")}),
    )
    phone = phone_field(required=False)
    intake_key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("zone", "shot", "place", "body", "phone")

    def __init__(self, *args: Any, zones: list[Zone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["zone"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(zone.pk, zone.name) for zone in zones]

    def clean_shot(self) -> Photo | None:
        """A photo by its content; a document proves nothing here."""
        file: UploadedFile | None = self.cleaned_data["shot"]
        if file is None:
            return None
        try:
            photo = photo_of(file)
        except PhotoRefused as refused:
            raise ValidationError(_(refused.sentence)) from refused
        if media_type_of(photo) in DOCUMENTS:
            raise ValidationError(PHOTO_ONLY)
        return photo

    def clean_phone(self) -> str:
        """An empty phone is a 제보; anything else must be one."""
        typed = self.cleaned_data["phone"]
        return clean_phone(typed) if typed.strip() else ""
