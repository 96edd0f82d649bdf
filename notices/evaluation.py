"""How well the assignment does on a sample whose truth is known: nobody wrong, everybody doubtful held."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from notices.assigning import Claim, Rules, Verdict, assign
from notices.ingest import DocumentRefused, examine
from notices.reading import PageReading, read_pages
from notices.rosters import Roster, RosterRow, read_roster
from notices.zones import QrScheme, load_templates
from portal.core.cage import CageError
from portal.core.errors import Refused

ROSTERS = ("roster.xlsx", "roster_utf8sig.csv", "roster_cp949.csv")
# What a correct assigner does with each planted class. `phone`: the pages may be sent, the number decides.
EXPECTED: Mapping[str, str] = {
    **dict.fromkeys(("no_phone", "landline", "bad_phone", "shared_phone"), "phone"),
    **dict.fromkeys(("name_nfd", "name_space", "homonym", "swapped_pages", "blank_page_after"), "sent"),
    **dict.fromkeys(
        (
            "name_typo", "birth_bad", "formula", "page_missing", "page_duplicated", "scanned_no_text", "qr_vs_text",
            "page_name_wrong", "orphan_page", "dup_roster_row",
        ),
        "held",
    ),
}  # fmt: skip


class SampleRefused(Refused):
    """The folder does not hold a sample that can be evaluated."""

    sentence = "평가할 수 있는 견본이 아닙니다."


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures, and whether they keep the promise."""

    figures: Mapping[str, Any]

    @property
    def is_safe(self) -> bool:
        """Nobody got somebody else's page, and nothing that had to be held was sent."""
        classes = self.figures["planted"].values()
        return not self.figures["wrong"] and not any(c["sent"] for c in classes if c["expected"] == "held")


def evaluate(
    folder: Path, *, roster_file: Path | None = None, engine: str = "pdfium", reads_qr: bool = True, qr_key: bytes
) -> Evaluation:
    """
    Read the sample in `folder` as a campaign would and compare the claims with its truth.json.

    :raises Refused: with a sentence, if the PDF, the roster or the truth cannot be used
    """
    pdf = folder / "notices.pdf"
    truth = _truth(folder)
    roster = read_roster(roster_file or _roster_of(folder))
    examination = _examined(pdf)
    template = load_templates()[0]
    if not reads_qr:
        template = replace(template, qr_scheme=QrScheme.NONE)
    try:
        pages = range(1, examination + 1)
        readings = list(read_pages(pdf, template, pages=pages, engine=engine, reads_qr=reads_qr))
    except CageError as error:
        raise SampleRefused(error.message) from error
    claims = assign(readings, roster.rows, Rules(template, qr_key=qr_key))
    figures = _figures(truth, roster, claims) | {"ms_per_page": _costs(readings), "engine": engine}
    return Evaluation(figures)


def _truth(folder: Path) -> dict[str, Any]:
    try:
        truth: dict[str, Any] = json.loads((folder / "truth.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise SampleRefused(f"{folder}에 읽을 수 있는 truth.json이 없습니다.") from None
    if not {"citizens", "planted", "pages"} <= truth.keys():
        raise SampleRefused("truth.json에 citizens, planted, pages가 모두 있어야 합니다.")
    return truth


def _roster_of(folder: Path) -> Path:
    for name in ROSTERS:
        if (folder / name).is_file():
            return folder / name
    raise SampleRefused(f"{folder}에 명부가 없습니다({', '.join(ROSTERS)}).")


def _examined(pdf: Path) -> int:
    """The number of pages of a document that may be used."""
    if not pdf.is_file():
        raise SampleRefused(f"{pdf}가 없습니다.")
    examination = examine(pdf)
    if examination.blocks:
        raise DocumentRefused(examination.blocks[0].sentence)
    return examination.page_count


def _figures(truth: Mapping[str, Any], roster: Roster, claims: Sequence[Claim]) -> dict[str, Any]:
    owners = {page["page"]: page["owner"] for page in truth["pages"]}
    sent = {claim.key: claim.pages for claim in claims if claim.verdict == Verdict.CLAIMED}
    keys = {row.key for row in roster.rows}
    found = {claim.key for claim in claims}
    expected = dict(EXPECTED)
    if roster.encoding == "cp949":
        expected["name_nfd"] = "held"  # CP949 could not say the name: the roster has question marks in its place
    planted = truth["planted"]
    must_hold = {
        key for code in planted if expected.get(code) == "held" and code != "orphan_page" for key in planted[code]
    }
    return {
        "pages": len(owners),
        "rows": len(roster.rows),
        "citizens": truth["citizens"],
        "sent": len(sent),
        "wrong": sum(any(owners.get(page) != key for page in pages) for key, pages in sent.items()),
        "held": len((keys & found) - sent.keys()),
        "missing": len(keys - found),
        "sent_expected": truth["citizens"] - len(must_hold),
        "naive_wrong": naive_wrong(roster.rows, owners),
        "planted": {
            code: {"expected": expected.get(code), "count": len(numbers), "sent": sum(key in sent for key in numbers)}
            for code, numbers in planted.items()
        },
        "reasons": dict(Counter(str(reason) for claim in claims for reason in claim.reasons)),
    }


def naive_wrong(rows: Sequence[RosterRow], owners: Mapping[int, str | None]) -> int:
    """How many rows the usual way would have sent somebody else's page: so many pages each, in roster order."""
    wrong, page = 0, 1
    for row in rows:
        taken = range(page, page + (row.pages or 1))
        wrong += any(owners.get(number) != row.key for number in taken)
        page = taken.stop
    return wrong


def _costs(readings: Sequence[PageReading]) -> dict[str, float]:
    names = ("text", "qr_render", "qr_decode", "total")
    count = max(1, len(readings))
    return {name: round(sum(each.milliseconds.get(name, 0.0) for each in readings) / count, 3) for name in names}
