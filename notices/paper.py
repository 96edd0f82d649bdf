"""The list for the post office, as XLSX and CSV; what cannot be posted as it is stands on a sheet of its own. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from notices import sheets

if TYPE_CHECKING:
    from openpyxl import Workbook

COLUMNS = ("관리번호", "성명", "우편번호", "주소", "쪽수", "사유", "확인")
_WIDTHS = (20, 14, 10, 60, 12, 40, 16)


@dataclass(frozen=True)
class Letter:
    """One line of the list. `note` says why it cannot be posted as it is; such lines stand apart."""

    key: str
    name: str
    postcode: str
    address: str
    pages: str
    reason: str
    note: str = ""


def as_csv(letters: Iterable[Letter], *, watermark: str = "") -> bytes:
    """Every line, those that stand apart too."""
    return sheets.as_csv(COLUMNS, (astuple(letter) for letter in letters), watermark=watermark)


def as_xlsx(letters: Sequence[Letter], *, title: str, watermark: str) -> bytes:
    """The letters, and on a second sheet what somebody has to look at first."""
    book = sheets.new_book()
    _add(book, "종이 우편", [one for one in letters if not one.note], title=title, watermark=watermark)
    apart = [letter for letter in letters if letter.note]
    if apart:
        _add(book, "따로 확인", apart, title=f"{title} (따로 확인할 분)", watermark=watermark)
    return sheets.saved(book)


def _add(book: "Workbook", name: str, letters: Iterable[Letter], *, title: str, watermark: str) -> None:
    rows = (astuple(letter) for letter in letters)
    sheets.add_sheet(book, name, COLUMNS, rows, title=title, watermark=watermark, widths=_WIDTHS)
