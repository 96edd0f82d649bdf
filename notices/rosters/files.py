"""A roster file is decoded in a cage and read in the open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notices.rosters.building import Roster, build_roster
from notices.rosters.columns import (
    REQUIRED,
    Column,
    Header,
    HeaderRefused,
    Row,
    check_header,
    find_header,
    guess_columns,
)
from portal.core.cage import CageError, Limits, run_caged
from portal.core.errors import Refused

LARGEST_FILE = 100 * 1024 * 1024
PREVIEWED_ROWS = 40
LIMITS = Limits(memory_bytes=2048 * 1024 * 1024, cpu_seconds=30, file_bytes=0, wall_seconds=60)


class RosterRefused(Refused):
    """The file cannot be read as a roster."""

    sentence = "명부 파일을 읽을 수 없습니다. 엑셀(xlsx)이나 CSV로 다시 저장해 주세요."


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as text. `rows` may be only the first of `row_count`; `hidden` and `formulas` count from 1."""

    sheets: tuple[str, ...]
    sheet: str
    encoding: str
    rows: tuple[Row, ...]
    row_count: int
    hidden: tuple[int, ...]
    formulas: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the wizard shows before the official says which column is which. `header` is None if we cannot guess."""

    sheets: tuple[str, ...]
    sheet: str
    encoding: str
    rows: tuple[Row, ...]
    row_count: int
    header: Header | None


def look_at(file: Path, *, sheet: str = "") -> Preview:
    """
    The sheets of a file, its first rows and our guess at the header.

    :raises RosterRefused: if the file cannot be read
    """
    table = open_table(file, sheet=sheet, most=PREVIEWED_ROWS)
    return Preview(table.sheets, table.sheet, table.encoding, table.rows, table.row_count, guessed_header(table))


def guessed_header(table: Table) -> Header | None:
    """The header row as we would read it, or None if no row looks like one."""
    try:
        return find_header(table.rows)
    except HeaderRefused:
        return None


def read_roster(
    file: Path,
    *,
    sheet: str = "",
    header_row: int | None = None,
    columns: Mapping[Column, int] | None = None,
    required: Sequence[Column] = REQUIRED,
    is_birth_serial: bool = False,
) -> Roster:
    """
    Read a whole roster (xlsx, xls, ods or CSV), guessing what the official has not said.

    :param header_row: from 0, if the official pointed at it
    :param columns: which column (from 0) holds what, if the official said so
    :raises RosterRefused: if the file cannot be read
    :raises HeaderRefused: if a required column is missing or stands there twice
    """
    table = open_table(file, sheet=sheet)
    header = find_header(table.rows) if header_row is None else header_at(table, header_row)
    if columns is not None:
        header = Header(header.row, header.titles, dict(columns))
    return roster_of(table, header, required=required, is_birth_serial=is_birth_serial)


def header_at(table: Table, row: int, columns: Mapping[Column, int] | None = None) -> Header:
    """
    The header an official points at, with our guess at its columns or hers.

    :raises HeaderRefused: if there is no such row
    """
    if not 0 <= row < len(table.rows):
        raise HeaderRefused("머리글이 있는 줄을 골라 주세요.")
    guessed = guess_columns(row, table.rows[row])
    return guessed if columns is None else Header(row, guessed.titles, dict(columns))


def roster_of(
    table: Table, header: Header, *, required: Sequence[Column] = REQUIRED, is_birth_serial: bool = False
) -> Roster:
    """
    The people below a header.

    :raises HeaderRefused: if a required column is missing or stands there twice
    """
    check_header(header, required=required)
    return build_roster(
        table.rows,
        header,
        sheet=table.sheet,
        encoding=table.encoding,
        hidden=table.hidden,
        formulas=table.formulas,
        is_birth_serial=is_birth_serial,
    )


def read_table(file: Path) -> list[list[str]]:
    """
    Every cell of a spreadsheet or CSV as text, for files that are not rosters.

    :raises RosterRefused: if the file cannot be read
    """
    return [list(row) for row in open_table(file).rows]


def open_table(file: Path, *, sheet: str = "", most: int = 0) -> Table:
    """
    One sheet of a file, decoded in a cage; without a name, the sheet that looks most like a roster.

    :param most: how many rows to bring back, 0 for all
    :raises RosterRefused: if the file cannot be read
    """
    said = _answer(file, sheet=sheet, rows=most)
    return Table(
        sheets=tuple(said["sheets"]),
        sheet=said["sheet"],
        encoding=said["encoding"],
        rows=tuple(said["rows"]),
        row_count=said["row_count"],
        hidden=tuple(said["hidden"]),
        formulas=tuple((row, column) for row, column in said["formulas"]),
    )


def _answer(file: Path, *, sheet: str, rows: int) -> dict[str, Any]:
    if file.stat().st_size > LARGEST_FILE:
        raise RosterRefused(f"명부 파일은 {LARGEST_FILE // 1024 // 1024}MB까지 올릴 수 있습니다.")
    wanted = json.dumps({"sheet": sheet, "rows": rows}).encode()
    try:
        answer: dict[str, Any] = json.loads(run_caged("notices.cages.rosters", wanted, limits=LIMITS, files=[file]))
    except CageError as error:
        if error.reason == "refused":
            raise RosterRefused(error.message) from None
        raise RosterRefused("파일이 너무 크거나 깨져 있어 열 수 없습니다. 엑셀에서 다시 저장해 주세요.") from error
    return answer
