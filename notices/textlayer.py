"""The text of a page in reading order, for whoever listens to it: headings, facts, tables and paragraphs. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

Kind = Literal["heading", "strong", "facts", "table", "text", "plain"]

HEADING_SCALE = 1.25  # larger than the body by so much, and in the upper half: a heading
LONGEST_HEADING = 60
LONGEST_CELL = 24  # median length above which aligned columns are columns of prose, not a table
PARAGRAPH_PITCH = 2.1  # line pitch in type sizes up to which the next line goes on with the sentence
FULL_LINE = 0.85  # a line that ends before this part of the text's width ends its paragraph

_BULLET = re.compile(r"^(?:[※*•·○●◦□■▶☞-]|\(?\d{1,2}[.)]|[①-⑳]|[가-하][.)])\s*")
_FACT = re.compile(r"^([^:：]{1,16})\s*[:：]\s*(\S.*)$")
_SPACED = re.compile(r"^([가-힣](?: [가-힣])+)(?=$| ?[:：])")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text as the page has it: millimetres from the top left of the page as displayed."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Its place in the line."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Block:
    """One thing to read: `lines` for words, `rows` for facts (label, value) and tables (the first row is the head)."""

    kind: Kind
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def head(self) -> tuple[str, ...]:
        """The first row of a table."""
        return self.rows[0]

    @property
    def body(self) -> list[list[tuple[str, str]]]:
        """The other rows of a table, each cell with what stands above its column."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows[1:]]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"kind": self.kind, "lines": self.lines, "rows": self.rows}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Block":
        """What `as_json` wrote."""
        return cls(data["kind"], tuple(data["lines"]), tuple(tuple(row) for row in data["rows"]))


@dataclass(slots=True)
class _Line:
    """Runs at one height, put together to cells where they stand close."""

    runs: list[Run]
    cells: list[Run] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return sum(run.middle for run in self.runs) / len(self.runs)

    @property
    def size(self) -> float:
        return max(run.size for run in self.runs)

    @property
    def right(self) -> float:
        return max(run.right for run in self.runs)

    @property
    def left(self) -> float:
        return min(run.left for run in self.runs)

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


def blocks_of(runs: Sequence[Run], *, page_height: float) -> list[Block]:
    """One page in reading order. Columns of prose cannot be told from a table: they come as they stand in the file."""
    said = [run for run in runs if run.text.strip()]
    if not said:
        return []
    lines = _without_repeats(_lines(said))
    if _has_columns_of_prose(lines):
        return [Block("plain", tuple(" ".join(run.text.split()) for run in said))]
    body = median(line.size for line in lines for _ in range(len(line.text)))
    right = max(line.right for line in lines)
    blocks: list[Block] = []
    left = lines
    while left:
        taken, block = _next_block(left, body=body, right=right, middle=page_height / 2)
        blocks.append(block)
        left = left[taken:]
    return blocks


# --- lines and cells ------------------------------------------------------------------------------------------------


def _lines(runs: Sequence[Run]) -> list[_Line]:
    lines: list[_Line] = []
    for run in sorted(runs, key=lambda one: one.middle):
        if lines and run.middle - lines[-1].middle < 0.5 * max(run.size, lines[-1].size):
            lines[-1].runs.append(run)
        else:
            lines.append(_Line([run]))
    for line in lines:
        line.cells = _cells(line.runs)
    return lines


def _cells(runs: Sequence[Run]) -> list[Run]:
    """Neighbours less than an em apart are one cell."""
    cells: list[Run] = []
    for run in sorted(runs, key=lambda one: one.left):
        before = cells[-1] if cells else None
        if before is not None and run.left - before.right < max(run.size, before.size):
            text = before.text + (" " if run.left - before.right > 0.15 * run.size else "") + run.text
            cells[-1] = Run(
                text,
                before.left,
                min(before.top, run.top),
                max(before.right, run.right),
                max(before.bottom, run.bottom),
                max(before.size, run.size),
            )
        else:
            cells.append(run)
    return [Run(_spoken(one.text), one.left, one.top, one.right, one.bottom, one.size) for one in cells]


def _spoken(text: str) -> str:
    """`성    명` and `새 빛 구 청 장` are words set apart for the eye; read aloud they would be letters."""
    return _SPACED.sub(lambda found: found[1].replace(" ", ""), " ".join(text.split()))


def _without_repeats(lines: list[_Line]) -> list[_Line]:
    """The number printed once more below a bar code says nothing new."""
    kept: list[_Line] = []
    for line in lines:
        is_number = re.fullmatch(r"[\d-]{6,}", line.text) is not None
        if not (is_number and any(line.text in before.text for before in kept)):
            kept.append(line)
    return kept


def _has_columns_of_prose(lines: Sequence[_Line]) -> bool:
    wide = [line for line in lines if len(line.cells) > 1]
    if len(wide) < 6:
        return False
    return median(len(cell.text) for line in wide for cell in line.cells) > LONGEST_CELL


# --- blocks ---------------------------------------------------------------------------------------------------------


def _next_block(lines: list[_Line], *, body: float, right: float, middle: float) -> tuple[int, Block]:
    """How many of the lines make the next block, and the block."""
    table = _table(lines)
    if table:
        return len(table.rows), table
    facts = _facts(lines)
    if facts:
        return len(facts), Block("facts", rows=tuple(facts))
    first = lines[0]
    if first.size >= body * HEADING_SCALE and len(first.text) <= LONGEST_HEADING:
        return 1, Block("heading" if first.middle < middle else "strong", (first.text,))
    count = 1
    while count < len(lines) and _goes_on(lines[count - 1], lines[count], right=right):
        count += 1
    return count, Block("text", (" ".join(line.text for line in lines[:count]),))


def _goes_on(before: _Line, line: _Line, *, right: float) -> bool:
    """Whether a line continues the sentence of the one before."""
    if len(line.cells) > 1 or len(before.cells) > 1 or abs(line.size - before.size) > 0.1 * before.size:
        return False
    is_near = line.middle - before.middle <= PARAGRAPH_PITCH * before.size
    return is_near and before.right >= FULL_LINE * right and not _BULLET.match(line.text)


def _facts(lines: Sequence[_Line]) -> list[tuple[str, ...]]:
    """성명 : 김하늘, line after line."""
    facts: list[tuple[str, ...]] = []
    for line in lines:
        found = _FACT.match(line.text) if len(line.cells) == 1 and not _BULLET.match(line.text) else None
        if found is None:
            break
        facts.append((found[1].strip(), found[2].strip()))
    return facts


def _table(lines: Sequence[_Line]) -> Block | None:
    """A head of three or more cells and rows whose cells each stand below one of its columns; or nothing."""
    head = lines[0]
    if len(head.cells) < 3:
        return None
    rows = [tuple(cell.text for cell in head.cells)]
    before = head
    for line in lines[1:]:
        places = _places(line, head.cells)
        if places is None or line.middle - before.middle > 5 * max(line.size, before.size):
            break
        row = [""] * len(head.cells)
        for place, cell in zip(places, line.cells, strict=True):
            row[place] = cell.text
        rows.append(tuple(row))
        before = line
    return Block("table", rows=tuple(rows)) if len(rows) > 1 else None


def _places(line: _Line, columns: Sequence[Run]) -> list[int] | None:
    """The column of each cell, if there are two or more and no two share one."""
    if len(line.cells) < 2:
        return None
    places = [min(range(len(columns)), key=lambda at: abs(columns[at].centre - cell.centre)) for cell in line.cells]
    return places if len(set(places)) == len(places) else None
