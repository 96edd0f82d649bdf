"""What an approver reads: sections of labelled lines and pictures, frozen when it is proposed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what stands beside it; `tone` is empty, good, warn or bad, and the words say it as well."""

    label: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its address in the house, with the words for whoever cannot see it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the page and what stands below it."""

    title: str
    lines: tuple[Line, ...] = ()
    pictures: tuple[Picture, ...] = ()


def as_json(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """As it is kept."""
    return [
        {
            "title": one.title,
            "lines": [[line.label, line.value, line.tone] for line in one.lines],
            "pictures": [[picture.label, picture.address] for picture in one.pictures],
        }
        for one in sections
    ]


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Section, ...]:
    """As it was proposed."""
    return tuple(
        Section(
            row["title"],
            tuple(Line(*line) for line in row["lines"]),
            tuple(Picture(*picture) for picture in row["pictures"]),
        )
        for row in rows
    )
