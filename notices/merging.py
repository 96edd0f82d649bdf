"""
Notices of our own: a letter with #{성명} placeholders, filled for each citizen and set by typst in a cage.

An official's words and a roster's values travel as JSON and are never code. Every page carries the key, its number and
a QR code at fixed places, so that it is proved like any page from elsewhere.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno

from notices.codes import verify_address
from notices.zones import Field, On, QrScheme, Template, Zone
from portal.core.cage import CageError, Limits, run_caged
from portal.core.errors import Refused

MODULE = "notices.cages.merging"
MOST_PAGES = 3
MOST_LETTERS = 250  # at a time: what a compile needs grows with its pages
MADE_PDF, PREVIEW = "made.pdf", "preview.png"
_MIB = 1024 * 1024
LIMITS = Limits(memory_bytes=2048 * _MIB, cpu_seconds=60, file_bytes=128 * _MIB, wall_seconds=120)
JOINING = Limits(memory_bytes=3072 * _MIB, cpu_seconds=300, file_bytes=600 * _MIB, wall_seconds=600)
_PLACEHOLDER = re.compile(r"#\{([^{}\n]{1,40})\}")
_ONLY_DIGITS = re.compile(r"\d{4,12}")

# Where the letter of reference/letter.typ has its witnesses.
TEMPLATE = Template(
    title="우리가 만드는 통지서",
    version=1,
    page_width_mm=210,
    page_height_mm=297,
    qr_scheme=QrScheme.VERIFY_URL,
    has_check_digit=False,
    zones=(
        Zone("key", Field.KEY, On.EVERY, 18, 9, 62, 7, r"관리번호 (.+)"),
        Zone("page", Field.PAGE, On.EVERY, 150, 9, 42, 7, r"쪽 (\d{1,2}/\d{1,2})"),
        Zone("name", Field.NAME, On.FIRST, 18, 42.5, 174, 7, r"성명 : (.+)"),
        Zone("birth", Field.BIRTH, On.FIRST, 18, 50.5, 174, 7, r"생년월일 : (\d{4}-\d{2}-\d{2})"),
        Zone("later_name", Field.NAME, On.LATER, 82, 9, 66, 7, r"— (.+)"),
        Zone("qr", Field.QR, On.EVERY, 16, 259, 28, 28),
    ),
)


class LetterRefused(Refused):
    """The letter cannot be made as it is written."""

    sentence = "통지서를 만들 수 없습니다. 문구와 표를 확인해 주세요."


@dataclass(frozen=True, slots=True)
class Letter:
    """What an official wrote. `table` has a line `항목 | 값` for each row."""

    title: str
    body: str
    issuer: str
    table: str = ""
    closing: str = ""
    issued_on: str = ""
    footer: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is filled for each citizen."""
        return self.title, self.body, self.table, self.closing


@dataclass(frozen=True, slots=True)
class Person:
    """Whose letter it is, and the values of her row by title."""

    key: str
    name: str
    birth: str
    address: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one letter: how many pages it has, or why there is none."""

    key: str
    pages: int = 0
    problem: str = ""


def placeholders(letter: Letter) -> list[str]:
    """The titles a letter asks for, each once, in their order."""
    return list(dict.fromkeys(name.strip() for text in letter.texts for name in _PLACEHOLDER.findall(text)))


def missing(letter: Letter, values: Mapping[str, str]) -> list[str]:
    """The titles a letter asks for that this row leaves empty."""
    return [name for name in placeholders(letter) if not values.get(name, "").strip()]


def check_letter(letter: Letter, known: Sequence[str]) -> None:
    """
    Refuse a letter that nobody's row can fill.

    :raises LetterRefused: naming what is wrong
    """
    if not letter.title.strip() or not letter.body.strip() or not letter.issuer.strip():
        raise LetterRefused("제목, 본문, 발행 명의를 적어 주세요.")
    unknown = [name for name in placeholders(letter) if name not in known]
    if unknown:
        raise LetterRefused(f"명부에 ‘{unknown[0]}’ 열이 없습니다. 쓸 수 있는 이름: {', '.join(known)}")
    if any("#{" in _PLACEHOLDER.sub("", text) for text in letter.texts):
        raise LetterRefused("닫히지 않은 자리 표시가 있습니다. #{성명}처럼 적어 주세요.")
    for line in letter.table.splitlines():
        if line.strip() and not all(_cells(line)):
            raise LetterRefused(f"표의 한 줄은 ‘항목 | 값’이어야 합니다: {line.strip()[:40]}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled; amounts get their commas."""
    return _PLACEHOLDER.sub(lambda found: _shown(found[1].strip(), values), text)


def _shown(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, "").strip()
    is_amount = "금액" in name and _ONLY_DIGITS.fullmatch(value)
    return f"{int(value):,}" if is_amount else value


def make(
    letter: Letter, people: Sequence[Person], *, secret: bytes, site: str, target: Path, seal: Path | None = None
) -> list[Made]:
    """
    Set the letters of some people into one PDF, in their order.

    :param site: the address whose pages verify a code, e.g. https://notice.example.kr
    :raises LetterRefused: if typst cannot set them at all
    """
    wanted = _wanted(letter, people, secret, site, has_seal=seal is not None)
    return _made(_run(wanted, seal, {MADE_PDF: target}))


def preview(
    letter: Letter, person: Person, *, secret: bytes, site: str, target: Path, seal: Path | None = None
) -> Made:
    """
    The first page of one person's letter as a PNG.

    :raises LetterRefused: if typst cannot set it at all
    """
    wanted = _wanted(letter, [person], secret, site, has_seal=seal is not None)
    (made,) = _made(_run({**wanted, "preview": True}, seal, {PREVIEW: target}))
    return made


def join(parts: Sequence[Path], target: Path) -> int:
    """
    One document of several, in order; returns its number of pages.

    :raises LetterRefused: if the parts cannot be joined
    """
    try:
        answer = run_caged(MODULE, b'{"join": true}', limits=JOINING, files=list(parts), keep={MADE_PDF: target})
    except CageError as error:
        raise LetterRefused("만든 통지서를 한 파일로 묶지 못했습니다. 다시 시도해 주세요.") from error
    pages: int = json.loads(answer)["page_count"]
    return pages


def _wanted(letter: Letter, people: Sequence[Person], secret: bytes, site: str, *, has_seal: bool) -> dict[str, object]:
    return {
        "join": False,
        "most_pages": MOST_PAGES,
        "issuer": letter.issuer,
        "issued_on": letter.issued_on,
        "footer": letter.footer,
        "has_seal": has_seal,
        "letters": [_letter_of(letter, person, secret, site) for person in people],
    }


def _letter_of(letter: Letter, person: Person, secret: bytes, site: str) -> dict[str, object]:
    values = person.values
    return {
        "key": person.key,
        "name": person.name,
        "birth": person.birth,
        "address": person.address,
        "title": fill(letter.title, values),
        "body": _paragraphs(fill(letter.body, values)),
        "table": [[" ".join(fill(cell, values).split()) for cell in _cells(line)] for line in _lines(letter.table)],
        "closing": _paragraphs(fill(letter.closing, values)),
        "missing": missing(letter, values),
        "codes": {
            str(pages): [verify_address(person.key, page, pages, secret, site=site) for page in range(1, pages + 1)]
            for pages in range(1, MOST_PAGES + 1)
        },
    }


@lru_cache(maxsize=1000)
def qr_svg(text: str) -> str:
    """The code as a picture. One mask for all: choosing the best costs more than drawing it."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m", boost_error=False, mask=2).save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def _cells(line: str) -> tuple[str, str]:
    """What stands left and right of the first bar; any other bar belongs to the value, a citizen's own values too."""
    item, _, value = line.partition("|")
    return item.strip(), value.strip()


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _paragraphs(text: str) -> list[str]:
    return list(_lines(text))


def _run(wanted: Mapping[str, object], seal: Path | None, keep: Mapping[str, Path]) -> bytes:
    payload = json.dumps(wanted, ensure_ascii=False).encode()
    try:
        return run_caged(MODULE, payload, limits=LIMITS, files=[seal] if seal else [], keep=keep)
    except CageError as error:
        if error.reason == "refused":
            raise LetterRefused(error.message) from None
        raise LetterRefused from error


def _made(answer: bytes) -> list[Made]:
    return [Made(**one) for one in json.loads(answer)["letters"]]
