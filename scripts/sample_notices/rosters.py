"""The roster as three programs save it."""

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl

HEADER = ["관리번호", "성명", "생년월일", "휴대전화", "주소", "쪽수"]


def write_csv(path: Path, rows: list[list], encoding: str) -> None:
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)


def write_xlsx(path: Path, rows: list[list]) -> None:
    """The roster as a workbook; '=' at the start of a cell gets an apostrophe, or openpyxl would make it a formula."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("명부")
    sheet.append(HEADER)
    for row in rows:
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    write_without_clock(path, buffer)


def write_without_clock(path: Path, workbook: io.BytesIO) -> None:
    """Zip it again with fixed times, so that the same seed gives the same bytes."""
    stamp = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = stamp.sub(rb"\g<1>2026-07-15T00:00:00Z", source.read(name))
            target.writestr(zipfile.ZipInfo(name, (2026, 7, 15, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
