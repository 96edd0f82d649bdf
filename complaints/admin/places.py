"""Where things are, as administrators keep it: 행정동 with their borders, names, and the rules of parking reports."""

from typing import Any

from django import forms
from django.contrib import admin
from unfold.admin import ModelAdmin

from complaints.geography import is_in_korea
from complaints.models import Dong, ParkingRule, Place

NOT_A_BORDER = "[위도, 경도]를 셋 이상 적어 주세요. 예: [[37.55, 126.67], [37.55, 126.68], [37.56, 126.68]]"


class DongForm(forms.ModelForm):
    """A border that encloses something, in Korea."""

    class Meta:
        model = Dong
        fields = ("code", "name", "aliases", "polygon")

    def clean_polygon(self) -> Any:
        """Three corners at least, each a pair of degrees."""
        corners = self.cleaned_data["polygon"]
        if not isinstance(corners, list) or not all(_is_corner(corner) for corner in corners):
            raise forms.ValidationError(NOT_A_BORDER)
        if len({tuple(corner) for corner in corners}) < 3:
            raise forms.ValidationError(NOT_A_BORDER)
        return corners


def _is_corner(corner: Any) -> bool:
    is_pair = isinstance(corner, list) and len(corner) == 2 and all(isinstance(part, int | float) for part in corner)
    return is_pair and is_in_korea(float(corner[0]), float(corner[1]))


@admin.register(Dong)
class DongAdmin(ModelAdmin):
    """행정동."""

    form = DongForm
    list_display = ("name", "code", "aliases")
    search_fields = ("name", "code")
    ordering = ("name",)


@admin.register(Place)
class PlaceAdmin(ModelAdmin):
    """지명."""

    list_display = ("name", "dong", "aliases", "lat", "lon")
    list_filter = ("dong",)
    list_select_related = ("dong",)
    search_fields = ("name",)
    ordering = ("name",)
    list_per_page = 50


@admin.register(ParkingRule)
class ParkingRuleAdmin(ModelAdmin):
    """주정차 신고 요건: a changed announcement is a new row with its first day."""

    list_display = ("zone", "valid_from", "min_gap_seconds", "max_distance_m", "has_weekend", "deadline_days")
    search_fields = ("zone",)
    ordering = ("zone", "-valid_from")
