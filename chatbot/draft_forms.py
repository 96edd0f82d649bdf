"""Files for a question of a form in the chat."""

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.attachments import Photo
from complaints.photo_fields import PhotosField, good_files


class FilesForm(forms.Form):
    """One or more photos or documents; `good` keeps those that are all right when another is refused."""

    chosen = PhotosField(label=_("사진·파일"), error_messages={"required": _("사진이나 파일을 골라 주세요.")})
    use_required_attribute = False

    def clean_chosen(self) -> list[Photo]:
        """Each by its content."""
        return good_files(self.cleaned_data["chosen"], good=self.good)

    @property
    def good(self) -> list[Photo]:
        """What was taken so far."""
        taken: list[Photo] = self.__dict__.setdefault("_good", [])
        return taken
