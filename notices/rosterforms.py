"""What officials say about a roster: which column is which, and what a row ought to say."""

from collections.abc import Mapping, Sequence

from django import forms

from notices.models import RosterUpload
from notices.rosters import LABELS, Column, Preview
from notices.rosters.columns import SEARCHED_ROWS, guess_columns
from notices.services.correcting import EDITABLE


class MappingForm(forms.Form):
    """The sheet, the row that names the columns, and what each column holds."""

    sheet = forms.ChoiceField(label="시트", required=False)
    header_row = forms.TypedChoiceField(label="머리글이 있는 줄", coerce=int)
    is_birth_serial = forms.BooleanField(label="생년월일 열이 엑셀의 날짜 숫자(예: 32874)입니다", required=False)

    def __init__(self, preview: Preview, upload: RosterUpload, data: Mapping[str, str], *, is_bound: bool) -> None:
        """`data`: what was asked for so far; only a bound form is checked."""
        self.preview = preview
        self.row = _row(preview, upload, data)
        self.titles = [str(cell).strip() for cell in preview.rows[self.row]] if preview.rows else []
        super().__init__(data if is_bound else None, initial=self._initial(upload))
        self._choose("sheet", [(name, name) for name in preview.sheets])
        rows = range(min(SEARCHED_ROWS, len(preview.rows)))
        self._choose("header_row", [(str(row), f"{row + 1}번째 줄") for row in rows])
        places = [(str(place), f"{place + 1}열 {title or '(이름 없음)'}") for place, title in enumerate(self.titles)]
        for column in Column:
            field = forms.ChoiceField(label=LABELS[column], required=False, choices=[("", "없음"), *places])
            self.fields[column.value] = field

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)

    def _initial(self, upload: RosterUpload) -> dict[str, object]:
        is_as_kept = (self.row, self.preview.sheet) == (upload.header_row, upload.sheet) and upload.columns
        guessed = {str(column): place for column, place in guess_columns(self.row, self.titles).columns.items()}
        return {
            "sheet": self.preview.sheet,
            "header_row": self.row,
            "is_birth_serial": upload.is_birth_serial,
            **(upload.columns if is_as_kept else guessed),
        }

    def columns(self) -> dict[Column, int]:
        """What was said: column → place."""
        return {column: int(self.cleaned_data[column]) for column in Column if self.cleaned_data[column]}

    def column_fields(self) -> list[forms.BoundField]:
        """The choices of columns, in our order."""
        return [self[column.value] for column in Column]

    def shown_titles(self) -> list[str]:
        """Above each column of the file: what we take it for, or nothing."""
        taken = {str(self[column.value].value()): LABELS[column] for column in Column}
        return [taken.get(str(place), "") for place in range(len(self.titles))]


def _row(preview: Preview, upload: RosterUpload, data: Mapping[str, str]) -> int:
    asked = data.get("header_row", "")
    guessed = preview.header.row if preview.header else 0
    kept = upload.header_row if upload.header_row is not None and upload.sheet == preview.sheet else guessed
    row = int(asked) if asked.isdigit() else kept
    return min(row, max(len(preview.rows) - 1, 0))


class RowForm(forms.Form):
    """One row of the roster, as it ought to be."""

    def __init__(self, values: Mapping[Column, str], data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial={str(column): value for column, value in values.items()})
        for column in EDITABLE:
            self.fields[column.value] = forms.CharField(label=LABELS[column], required=False, max_length=200)

    def values(self) -> dict[Column, str]:
        """What was typed."""
        return {column: str(self.cleaned_data[column]) for column in EDITABLE}
