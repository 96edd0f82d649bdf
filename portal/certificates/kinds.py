"""What can be certified, as data: reference/kinds.toml says which facts a sheet has, in which order and words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.core.bilingual import in_language

_FILE = Path(__file__).resolve().parent / "reference" / "kinds.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of sheet. `rows` are (fact, its words); `text` is a fact that is printed as running text.

    `holder_title` stands before the name where it is not simply 성명. `falsified_by` names the facts whose change makes
    an older sheet false: any other change leaves both standing.
    """

    code: str
    title: str
    title_en: str
    about: str
    about_en: str
    statement: str
    rows: tuple[tuple[str, str], ...]
    text: str = ""
    text_title: str = ""
    holder_title: str = ""
    falsified_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the reader of the page calls it."""
        return in_language(self.title, self.title_en)

    @property
    def words(self) -> str:
        """What it is good for."""
        return in_language(self.about, self.about_en)


@cache
def kinds() -> Mapping[str, Kind]:
    """Ours, by code, in the order they are offered."""
    found = tomllib.loads(_FILE.read_text("utf-8"))
    return {code: kind_of(code, said) for code, said in found.items()}


def kind_of(code: str, said: Mapping[str, object]) -> Kind:
    """A kind as a TOML table says it; an issuer's plug may say its own the same way."""
    rows, falsified_by = said["rows"], said.get("falsified_by", [])
    if not isinstance(rows, list) or not isinstance(falsified_by, list):
        raise TypeError(f"{code}: rows, falsified_by")
    return Kind(
        code=code,
        rows=tuple((str(fact), str(words)) for fact, words in rows),
        **{name: str(said[name]) for name in ("title", "title_en", "about", "about_en", "statement")},
        falsified_by=tuple(str(fact) for fact in falsified_by),
        **{name: str(said[name]) for name in ("text", "text_title", "holder_title") if name in said},
    )
