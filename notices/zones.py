"""Where on a page each witness stands: zones in millimetres, a pattern for each, kept as data."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent / "reference" / "zones.toml"
MOST_ZONES = 20
LONGEST_PATTERN = 200
STAMP_MM = 12.0  # the side of a QR code of ours
SMALLEST_FREE_MM = 15.0  # the code and the white it needs around itself
# A repeated group that is repeated again: such a pattern can keep a processor busy for hours.
_RUNAWAY = re.compile(r"\([^()]*[+*][^()]*\)[+*{]")


class Field(StrEnum):
    """What a zone tells. `free` is white paper on every page, where a code of ours may be stamped."""

    KEY = "key"
    NAME = "name"
    BIRTH = "birth"
    ADDRESS = "address"
    AMOUNT = "amount"
    PAGE = "page"
    QR = "qr"
    FREE = "free"


THIRD_FIELDS = (Field.BIRTH, Field.ADDRESS, Field.AMOUNT)  # one of them is needed where no code speaks


class On(StrEnum):
    """Which pages of a notice have the zone."""

    FIRST = "first"
    LATER = "later"
    EVERY = "every"


class QrScheme(StrEnum):
    """What a QR code on a page says: see `notices.codes`."""

    SIGNED = "signed"
    VERIFY_URL = "verify_url"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Zone:
    """
    One rectangle of the page as displayed, from its top left, and what its whole text must look like.

    `is_masked`: its values may hide letters (김*준), which are then compared position by position.
    """

    name: str
    field: Field
    on: On
    left: float
    top: float
    width: float
    height: float
    pattern: str = ""
    is_masked: bool = False

    def value(self, text: str) -> str:
        """The first group of the pattern, or '' if the text is anything else than the pattern says."""
        composed = unicodedata.normalize("NFC", text)  # what a Mac wrote has its syllables in pieces
        found = re.fullmatch(self.pattern or "(.*)", " ".join(composed.split()))
        return (found[1] or "").strip() if found else ""

    def stands_on(self, page_of: int) -> bool:
        """Whether page `page_of` of a notice has the zone."""
        return self.on == On.EVERY or (self.on == On.FIRST) == (page_of == 1)

    def as_json(self) -> dict[str, Any]:
        """The zone as it is handed into the cage; `Zone.from_json` reads it back."""
        return {
            "name": self.name, "field": self.field, "on": self.on, "pattern": self.pattern,
            "box": [self.left, self.top, self.width, self.height], "is_masked": self.is_masked,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Zone":
        """Read a zone from TOML or JSON."""
        left, top, width, height = data["box"]
        place = Field(data["field"]), On(data["on"]), left, top, width, height
        return cls(data["name"], *place, data["pattern"], data.get("is_masked", False))


@dataclass(frozen=True, slots=True)
class Template:
    """All zones of one kind of notice."""

    title: str
    version: int
    page_width_mm: float
    page_height_mm: float
    qr_scheme: QrScheme
    has_check_digit: bool
    zones: tuple[Zone, ...]

    def of(self, field: Field) -> tuple[Zone, ...]:
        """The zones that tell `field`."""
        return tuple(zone for zone in self.zones if zone.field == field)


def load_templates(path: Path = REFERENCE) -> tuple[Template, ...]:
    """The templates of a TOML file, ours by default."""
    return tuple(
        Template(
            title=each["title"],
            version=each["version"],
            page_width_mm=each["page_width_mm"],
            page_height_mm=each["page_height_mm"],
            qr_scheme=QrScheme(each["qr_scheme"]),
            has_check_digit=each["has_check_digit"],
            zones=tuple(Zone.from_json(zone) for zone in each["zone"]),
        )
        for each in tomllib.loads(path.read_text("utf-8"))["template"]
    )


def doubts_about(template: Template) -> Iterator[str]:
    """What keeps a layout from proving anything, in sentences; nothing if it can be used."""
    zones = template.zones
    if not template.title.strip():
        yield "서식 이름을 적어 주세요."
    if not 0 < len(zones) <= MOST_ZONES:
        yield f"칸은 1개부터 {MOST_ZONES}개까지 정할 수 있습니다."
    if len({zone.name for zone in zones}) < len(zones):
        yield "칸 이름은 서로 달라야 합니다."
    for zone in zones:
        yield from (f"‘{zone.name}’ 칸: {words}" for words in _doubts_about_zone(zone, template))
    if not all(any(zone.stands_on(page) for zone in template.of(Field.KEY)) for page in (1, 2)):
        yield "관리번호 칸은 모든 쪽에 있어야 합니다. 쪽마다 누구의 것인지 스스로 말해야 합니다."
    if not any(zone.stands_on(1) for zone in template.of(Field.NAME)):
        yield "첫 쪽에 성명 칸이 있어야 합니다."
    if template.qr_scheme == QrScheme.NONE and not any(
        zone.stands_on(1) for field in THIRD_FIELDS for zone in template.of(field)
    ):
        yield "QR 코드가 없는 서식은 첫 쪽에 생년월일, 주소, 금액 가운데 한 칸이 더 있어야 합니다."
    if template.qr_scheme != QrScheme.NONE and not template.of(Field.QR):
        yield "QR 코드의 칸을 정해 주세요. QR 코드가 없으면 ‘QR 없음’을 고르세요."


def doubts_about_patterns(template: Template) -> Iterator[str]:
    """Patterns that cannot be tried out, in sentences: all that matters while a layout is being drawn."""
    for zone in template.zones:
        if zone.pattern:
            yield from (f"‘{zone.name}’ 칸: {words}" for words in _doubts_about_pattern(zone.pattern))


def _doubts_about_zone(zone: Zone, template: Template) -> Iterator[str]:
    if min(zone.left, zone.top) < 0 or min(zone.width, zone.height) <= 0:
        yield "너비와 높이는 0보다 커야 합니다."
    if zone.left + zone.width > template.page_width_mm or zone.top + zone.height > template.page_height_mm:
        yield f"쪽({template.page_width_mm:g}×{template.page_height_mm:g}mm) 밖으로 나갑니다."
    if zone.field == Field.FREE:
        if min(zone.width, zone.height) < SMALLEST_FREE_MM:
            yield f"QR을 찍을 빈자리는 가로세로 {SMALLEST_FREE_MM:g}mm 이상이어야 합니다."
        if zone.on != On.EVERY:
            yield "QR을 찍을 빈자리는 모든 쪽에 있어야 합니다."
    elif zone.field != Field.QR:
        yield from _doubts_about_pattern(zone.pattern)


def _doubts_about_pattern(pattern: str) -> Iterator[str]:
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError):
        yield "형식을 읽을 수 없습니다. 괄호와 역슬래시를 확인해 주세요."
        return
    if len(pattern) > LONGEST_PATTERN:
        yield f"형식은 {LONGEST_PATTERN}자까지 적을 수 있습니다."
    if groups < 1:
        yield "형식에서 값이 있는 곳을 괄호 ( )로 묶어 주세요."
    if _RUNAWAY.search(pattern):
        yield "되풀이를 다시 되풀이하는 형식은 쓸 수 없습니다."
