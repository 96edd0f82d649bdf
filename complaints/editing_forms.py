"""고치기: the citizen's words, place and files while the case is open."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.attachments import MOST_FILES, Photo
from complaints.forms import CitizenForm, PlaceFields, body_field
from complaints.models import Complaint
from complaints.photo_fields import PhotosField, good_files


class EditForm(CitizenForm, PlaceFields):
    """What was filed, as it stands now. `version` is the one the citizen read."""

    body = body_field(required=False)
    photos = PhotosField(label=gettext_lazy("사진 더하기"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("body", "place", "photos")

    def __init__(self, *args: Any, held_count: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held_count = held_count

    def clean_photos(self) -> list[Photo]:
        """Each new file by its content, and not more than fit beside those that are here."""
        found = good_files(self.cleaned_data["photos"])
        if self.held_count + len(found) > MOST_FILES:
            raise forms.ValidationError(
                _("사진과 파일은 모두 %(most_files)s개까지 보낼 수 있습니다. 이미 %(held_count)s개를 보내셨습니다.")
                % {"most_files": MOST_FILES, "held_count": self.held_count}
            )
        return found

    @property
    def changes(self) -> dict[str, object]:
        """Columns of a complaint and what they should be."""
        place = self.given_place
        return {
            "body": self.cleaned_data["body"],
            "address": place.address,
            "lat": place.lat,
            "lon": place.lon,
            "location_source": str(place.source),
        }


def initial_of(complaint: Complaint) -> dict[str, object]:
    """The form as the case stands."""
    return {
        "body": complaint.body,
        "place": complaint.address,
        "lat": complaint.lat,
        "lon": complaint.lon,
        "source": complaint.location_source if complaint.lat is not None else "",
        "version": complaint.version,
    }
