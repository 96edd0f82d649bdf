"""The shape of a layout as officials draw or type it: one row for each zone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from notices import zones
from notices.models import Zone, ZoneTemplate

PREFIX = "zone"
BLANK_ROWS = 1
# What a freshly chosen zone is made to look like, until somebody says otherwise: label in front, value in brackets.
PATTERNS: Mapping[str, str] = {
    "key": r".*?(\d[\d-]+)",
    "name": r".*?: ?(.+)",
    "birth": r".*?(\d{4}[-.년 ]+\d{1,2}[-.월 ]+\d{1,2})[.일]?",
    "address": r".*?: ?(.+)",
    "amount": r".*?([\d,]+) ?원?",
    "page": r".*?(\d{1,2} ?/ ?\d{1,2})",
}


def _millimetres(label: str) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.5", "min": "0", "max": "1700", "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=0, max_value=1700, widget=widget)


class LayoutForm(forms.Form):
    """What is true for the whole layout."""

    title = forms.CharField(label="서식 이름", max_length=80, help_text="예) 자동차세 체납 안내문")
    qr_scheme = forms.ChoiceField(label="QR 코드", choices=ZoneTemplate.QrScheme.choices)
    has_check_digit = forms.BooleanField(label="관리번호 끝자리가 검증 숫자", required=False)
    page_width_mm = forms.FloatField(label="쪽 너비(mm)", min_value=100, max_value=1700, initial=210)
    page_height_mm = forms.FloatField(label="쪽 높이(mm)", min_value=100, max_value=1700, initial=297)


class ZoneForm(forms.Form):
    """One zone; a row that says nothing of what it is for is no zone."""

    name = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput())
    field = forms.ChoiceField(label="무엇", choices=[("", "고르세요"), *Zone.Field.choices], required=False)
    on = forms.ChoiceField(label="어느 쪽에", choices=Zone.On.choices, required=False)
    left = _millimetres("왼쪽")
    top = _millimetres("위")
    width = _millimetres("너비")
    height = _millimetres("높이")
    pattern = forms.CharField(label="형식", max_length=200, required=False, strip=False)
    is_masked = forms.BooleanField(label="가려진 값(김*준)", required=False)

    def has_changed(self) -> bool:
        """A row without a field says nothing, whatever stands in its other boxes."""
        return bool(self.data.get(self.add_prefix("field")))

    def has_zone(self) -> bool:
        """Whether the row names a field and is not marked to be dropped."""
        return bool(self.cleaned_data.get("field")) and not self.cleaned_data.get("DELETE")


class _Rows(forms.BaseFormSet):
    """Any row may be empty, not only those below: whoever chose a field by mistake only empties it."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The box that drops a row, and leave to stay empty."""
        super().add_fields(form, index)
        form.empty_permitted = True


def rows(data: Mapping[str, Any] | None = None, template: zones.Template | None = None, *, blank: int = 0) -> Any:
    """The rows as posted, or those of a layout with blank ones below."""
    most = zones.MOST_ZONES + max(blank, BLANK_ROWS)  # how many may be filled in, the layout itself says
    factory = forms.formset_factory(ZoneForm, formset=_Rows, extra=blank, can_delete=True, max_num=most)
    initial = [_initial(zone) for zone in template.zones] if template else []
    return factory(data, prefix=PREFIX, initial=initial)


def _initial(zone: zones.Zone) -> dict[str, Any]:
    sides = {side: f"{getattr(zone, side):g}" for side in ("left", "top", "width", "height")}
    return {name: getattr(zone, name) for name in ("name", "field", "on", "pattern", "is_masked")} | sides


def template_from(form: LayoutForm, found: Sequence[ZoneForm]) -> zones.Template:
    """The layout the forms describe."""
    facts = form.cleaned_data
    used: Counter[str] = Counter()
    made = []
    for row in found:
        if row.has_zone():
            values = row.cleaned_data
            used[values["field"]] += 1
            count = used[values["field"]]
            made.append(_zone(values, values["name"] or values["field"] + (f"_{count}" if count > 1 else "")))
    return zones.Template(
        title=facts["title"].strip(),
        version=1,
        page_width_mm=facts["page_width_mm"],
        page_height_mm=facts["page_height_mm"],
        qr_scheme=zones.QrScheme(facts["qr_scheme"]),
        has_check_digit=facts["has_check_digit"],
        zones=tuple(made),
    )


def _zone(values: Mapping[str, Any], name: str) -> zones.Zone:
    field = zones.Field(values["field"])
    return zones.Zone(
        name=name,
        field=field,
        on=zones.On(values["on"] or "every"),
        left=values["left"],
        top=values["top"],
        width=values["width"],
        height=values["height"],
        pattern=values["pattern"] or PATTERNS.get(field, ""),
        is_masked=values["is_masked"],
    )
