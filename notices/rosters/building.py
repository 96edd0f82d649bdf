"""Rows of strings become people, and every doubt about a row becomes a problem with a sentence."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from notices.rosters.carried import CellRefused, read_carried
from notices.rosters.cells import BirthRefused, is_unreadable, looks_like_formula, parse_birth, parse_count, plain
from notices.rosters.columns import CARRIED, LABELS, Column, Header, Row, extra_titles
from portal.core import privacy
from portal.core.phones import PhoneRefused, parse_mobile

# A person with one of these cannot be matched to a page by anybody: the row has to be corrected first.
DEFECTS = frozenset(
    {
        "key_missing", "name_missing", "name_unreadable", "name_formula", "birth_missing", "birth_not_a_date",
        "birth_century_unknown", "birth_serial", "pages_unreadable", "formula_without_value", "duplicate_row",
    }
)  # fmt: skip
# CP949 has no en dash: all eleven digits are there, so what was lost between them can only have been a separator.
_LOST_DASHES = re.compile(r"0\d{2}\?\d{3,4}\?\d{4}")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One cell that is not what it should be. `value` is masked; `row` counts as the spreadsheet does."""

    row: int
    column: str
    code: str
    sentence: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of the roster. What could not be read is empty, and `problems` says why by code."""

    row: int
    key: str
    name: str
    birth: date | None
    phone: str = ""
    address: str = ""
    postcode: str = ""
    amount: str = ""
    pages: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def is_defective(self) -> bool:
        """Whether the row has to be corrected before its notice can be proved."""
        return bool(DEFECTS & set(self.problems))


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything the file said, in its order."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    header: Header
    sheet: str = ""
    encoding: str = ""
    hidden_count: int = 0

    @property
    def unique_count(self) -> int:
        """How many different people: rows without a number count each."""
        keys = [row.key for row in self.rows]
        return len(set(keys) - {""}) + keys.count("")


def build_roster(
    rows: Sequence[Row],
    header: Header,
    *,
    sheet: str = "",
    encoding: str = "",
    hidden: Sequence[int] = (),
    formulas: Sequence[tuple[int, int]] = (),
    is_birth_serial: bool = False,
) -> Roster:
    """
    Read every row below the header; empty rows are passed over.

    :param hidden: hidden rows, from 1: they are read, and counted
    :param formulas: cells (row from 1, column from 0) whose formula nobody has computed
    """
    reader = _RowReader(header, set(map(tuple, formulas)), is_birth_serial)
    people: list[RosterRow] = []
    problems: list[RowProblem] = []
    for number, cells in enumerate(rows[header.row + 1 :], start=header.row + 2):
        if any(cell.strip() for cell in cells):
            person, found = reader.read(number, cells)
            people.append(person)
            problems += found
    people, twice = _mark_duplicates(people, header)
    problems = sorted(problems + twice, key=lambda problem: problem.row)
    return Roster(
        rows=tuple(people),
        problems=tuple(problems),
        header=header,
        sheet=sheet,
        encoding=encoding,
        hidden_count=len([row for row in hidden if row > header.row + 1]),
    )


def _mark_duplicates(people: list[RosterRow], header: Header) -> tuple[list[RosterRow], list[RowProblem]]:
    """Both rows of one number are a problem until an official has chosen."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, person in enumerate(people):
        if person.key:
            places[person.key].append(index)
    problems: list[RowProblem] = []
    for key, indexes in places.items():
        for index in indexes if len(indexes) > 1 else ():
            others = ", ".join(str(people[other].row) for other in indexes[:10] if other != index)
            sentence = f"같은 관리번호가 {others}번째 줄에도 있습니다. 하나만 남겨 주세요."
            title = header.title_of(Column.KEY)
            problems.append(RowProblem(people[index].row, title, "duplicate_row", sentence, key))
            people[index] = replace(people[index], problems=(*people[index].problems, "duplicate_row"))
    return people, problems


_Cell = Callable[[Column], str]


class _Complain(Protocol):
    def __call__(self, column: Column, code: str, sentence: str, value: str = "") -> None: ...


class _RowReader:
    """Reads rows under one header, gathering the problems of the row at hand."""

    def __init__(self, header: Header, formulas: set[tuple[int, ...]], is_birth_serial: bool) -> None:
        self.header = header
        self.formulas = formulas
        self.is_birth_serial = is_birth_serial
        self.extras = extra_titles(header)

    def read(self, number: int, cells: Row) -> tuple[RosterRow, list[RowProblem]]:
        problems: list[RowProblem] = []

        def cell(column: Column) -> str:
            place = self.header.columns.get(column)
            return cells[place] if place is not None and place < len(cells) else ""

        def complain(column: Column, code: str, sentence: str, value: str = "") -> None:
            problems.append(RowProblem(number, self.header.title_of(column), code, sentence, value))

        for column, place in self.header.columns.items():
            if (number, place) in self.formulas:
                complain(column, "formula_without_value", "계산되지 않은 수식입니다. 값으로 바꾸어 저장해 주세요.")
        person = RosterRow(
            row=number,
            key=self._key(cell(Column.KEY), complain),
            name=self._name(cell(Column.NAME), complain),
            birth=self._birth(cell, complain),
            phone=self._phone(cell(Column.PHONE), complain),
            address=_kept(cell(Column.ADDRESS)),
            postcode=_kept(cell(Column.POSTCODE)),
            amount=_kept(cell(Column.AMOUNT)),
            pages=self._pages(cell(Column.PAGES), complain),
            extra={**dict(self._extra(cells)), **dict(self._carried(cell, complain))},
        )
        return replace(person, problems=tuple(dict.fromkeys(problem.code for problem in problems))), problems

    def _extra(self, cells: Row) -> Iterator[tuple[str, str]]:
        for place, title in self.extras.items():
            if place < len(cells) and cells[place].strip():
                yield title, _kept(cells[place])

    def _carried(self, cell: _Cell, complain: _Complain) -> Iterator[tuple[str, str]]:
        """Bills, language and CI: kept as one certain value, or left out with a problem."""
        for column in CARRIED:
            if text := plain(cell(column)):
                try:
                    yield LABELS[column], read_carried(column, text)
                except CellRefused as refused:
                    complain(column, f"{column}_unreadable", refused.sentence, text[:2] + "****")

    def _key(self, text: str, complain: _Complain) -> str:
        key = plain(text)
        if not key:
            complain(Column.KEY, "key_missing", "관리번호가 비어 있습니다.")
        return _kept(key)

    def _name(self, text: str, complain: _Complain) -> str:
        name = _kept(text)
        if not name:
            complain(Column.NAME, "name_missing", "성명이 비어 있습니다.")
        elif is_unreadable(name):
            sentence = (
                "성명에 ‘?’가 있습니다. 저장할 때 글자가 깨진 것으로 보입니다. xlsx나 CSV UTF-8로 다시 저장해 주세요."
            )
            complain(Column.NAME, "name_unreadable", sentence, privacy.mask_name(name))
        elif looks_like_formula(text):
            complain(
                Column.NAME, "name_formula", "성명이 수식으로 시작합니다. 성명을 바르게 적어 주세요.", name[:1] + "*"
            )
        return name

    def _birth(self, cell: _Cell, complain: _Complain) -> date | None:
        if not {Column.RESIDENT_NUMBER, Column.BIRTH} & set(self.header.columns):
            return None  # a campaign that asks for nobody's identity needs no dates of birth
        resident = cell(Column.RESIDENT_NUMBER)
        column = Column.RESIDENT_NUMBER if resident.strip() else Column.BIRTH
        text = resident or cell(Column.BIRTH)
        try:
            return parse_birth(text, century=cell(Column.CENTURY), is_serial=self.is_birth_serial)
        except BirthRefused as refused:
            complain(
                column, f"birth_{refused.code}", refused.sentence, text.strip()[:2] + "****" if text.strip() else ""
            )
            return None

    def _phone(self, text: str, complain: _Complain) -> str:
        if _LOST_DASHES.fullmatch(text.strip()):
            text = text.replace("?", "-")
        try:
            return parse_mobile(text)
        except PhoneRefused as refused:
            complain(Column.PHONE, f"phone_{refused.code}", refused.sentence, privacy.mask_phone(text))
            return ""

    def _pages(self, text: str, complain: _Complain) -> int | None:
        if not text.strip():
            return None
        pages = parse_count(text)
        if pages is None:
            complain(Column.PAGES, "pages_unreadable", "쪽수는 1부터 99까지의 숫자로 적어 주세요.", text.strip()[:4])
        return pages


def _kept(text: str) -> str:
    """The text as it is kept: a resident number that strayed into another column is masked before it gets further."""
    return privacy.mask_resident_numbers(plain(text))
