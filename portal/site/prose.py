"""Plain text as officials write it, in blocks a template can draw: paragraphs, lists and headings."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the text; the template escapes its lines."""

    kind: Literal["heading", "list", "paragraph"]
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """Blank lines part paragraphs, `- ` begins a point, `## ` a heading."""
    found: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        for line in filter(None, (line.strip() for line in part.split("\n"))):
            _add(found, line)
        found.append(Block("paragraph", ()))
    return [block for block in found if block.lines]


def _add(found: list[Block], line: str) -> None:
    kind: Literal["heading", "list", "paragraph"] = "paragraph"
    if line.startswith("## "):
        kind, line = "heading", line[3:]
    elif line.startswith("- "):
        kind, line = "list", line[2:]
    if found and found[-1].kind == kind and kind != "heading" and (found[-1].lines or kind == "paragraph"):
        found[-1] = Block(kind, (*found[-1].lines, line))
    else:
        found.append(Block(kind, (line,)))
