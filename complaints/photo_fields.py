"""Photos and other files chosen in a form: each looked at by its content. The chat's forms have the field too."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from complaints import attachments
from complaints.attachments import MOST_BYTES, Photo, PhotoRefused

MEGABYTE = 1024 * 1024


class PhotosInput(forms.FileInput):
    """A plain file input for several files: no `capture`, which would lock the gallery."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of uploaded files; the form looks inside them."""

    widget = PhotosInput(attrs={"accept": attachments.ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files in the order chosen."""
        return list(data or [])


def photo_of(file: UploadedFile) -> Photo:
    """
    An uploaded file, looked at by its content.

    :raises PhotoRefused: if we do not take it
    """
    name = unicodedata.normalize("NFC", file.name or "사진")
    size = file.size or 0
    if size > MOST_BYTES:
        shown = f"‘{name[-attachments.NAME_SHOWN :]}’({size // MEGABYTE}MB)"
        raise PhotoRefused(
            _("%(shown)s 파일은 20MB보다 커서 보낼 수 없습니다. 더 작은 파일을 골라 주세요.") % {"shown": shown}
        )
    photo = Photo(name, file.read())
    attachments.media_type_of(photo)
    return photo


def good_files(files: Sequence[UploadedFile], *, good: list[Photo] | None = None) -> list[Photo]:
    """
    Each file by its content. What is all right is in `good` also when something else is refused.

    :raises ValidationError: with a sentence for every file that we do not take
    """
    taken = good if good is not None else []
    refused: list[str] = []
    for file in files:
        try:
            taken.append(photo_of(file))
        except PhotoRefused as refusal:
            refused.append(_(refusal.sentence))
    if refused:
        raise ValidationError([ValidationError(sentence) for sentence in refused])
    return taken
