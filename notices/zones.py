"""Where on a page each witness stands: zones in millimetres, a pattern for each, kept as data."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent / "reference" / "zones.toml"


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
        found = re.fullmatch(self.pattern or "(.*)", " ".join(text.split()))
        return found[1].strip() if found else ""

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
