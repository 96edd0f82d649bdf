"""How well replies are read, on rows somebody has labelled. No database."""

import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from messaging.understanding.folding import fold
from messaging.understanding.model import Option, Question, Reading
from messaging.understanding.normalising import normalise
from messaging.understanding.reading import read

_CONTEXTS = Path(__file__).resolve().parent.parent / "reference" / "reply_contexts.toml"
_CENTURY = re.compile(r"\d{6}\W{0,3}[1-8]")  # a resident number says in which century
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\"}


class WrongFile(Exception):
    """The file cannot be judged; the message names the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply, or several that end in one state."""

    line: int
    question: Question
    texts: tuple[str, ...]
    expected: str
    also_ok: frozenset[str]
    name: str
    birth: str
    is_folded: bool


def contexts() -> dict[str, Question]:
    """The questions of reply_contexts.toml."""
    entries = tomllib.loads(_CONTEXTS.read_text("utf-8"))
    return {name: _question(entry) for name, entry in entries.items()}


def _question(entry: Mapping[str, Any]) -> Question:
    made = tuple(Option(**{**one, "synonyms": tuple(one.get("synonyms", ()))}) for one in entry["options"])
    return Question(entry["kind"], made, entry["identity"], tuple(entry.get("nouns", ())))


def rows_of(path: Path) -> Iterator[Row]:
    """
    The labelled rows of a tab-separated file.

    :raises WrongFile: if a column is missing or a context unknown
    """
    lines = path.read_text("utf-8-sig").replace("\r\n", "\n").split("\n")
    header = lines[0].split("\t")
    is_folded = "messages" in header
    needed = {"context", "messages", "expected_final"} if is_folded else {"context", "reply", "expected_class"}
    if missing := needed - set(header):
        raise WrongFile(f"1행: {', '.join(sorted(missing))} 열이 없습니다.")
    known = contexts()
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        cells = dict(zip(header, [*line.split("\t"), *[""] * len(header)], strict=False))
        if cells["context"] not in known:
            raise WrongFile(f"{number}행: ‘{cells['context']}’은 모르는 질문입니다.")
        texts = cells["messages"].split("|") if is_folded else [cells["reply"]]
        yield Row(
            line=number,
            question=known[cells["context"]],
            texts=tuple(_unescaped(text) for text in texts),
            expected=cells["expected_final" if is_folded else "expected_class"],
            also_ok=frozenset(filter(None, cells.get("also_ok", "").split("|"))),
            name=cells.get("name", "").strip(),
            birth=cells.get("birth", "").strip(),
            is_folded=is_folded,
        )


def _unescaped(text: str) -> str:
    out, at = "", 0
    while at < len(text):
        pair = text[at : at + 2]
        out += _ESCAPES.get(pair, text[at])
        at += 2 if pair in _ESCAPES else 1
    return out


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with what was read."""

    row: Row
    label: str
    name: str
    birth: date | None
    reading: Reading
    seconds: float

    @property
    def is_right(self) -> bool:
        """The expected class, or one that is also fine."""
        return self.label == self.row.expected or self.label in self.row.also_ok

    @property
    def is_birth_right(self) -> bool:
        """Two-digit year, month and day agree, and the century too where the citizen wrote it."""
        if self.birth is None:
            return False
        found, wanted = self.birth.isoformat(), self.row.birth
        has_century = any(wanted[:4] in normalise(text).text or _CENTURY.search(text) for text in self.row.texts)
        return found == wanted or (found[2:] == wanted[2:] and not has_century)


def judge(row: Row, *, today: date) -> Judged:
    """Read one row."""
    started = time.thread_time()
    readings = [read(text, row.question, today=today) for text in row.texts]
    seconds = time.thread_time() - started
    if row.is_folded:
        folded = fold(readings, row.question)
        return Judged(row, folded.label or "unrelated", folded.name, folded.birth, readings[-1], seconds)
    reading = readings[0]
    return Judged(row, reading.label, reading.name, reading.birth, reading, seconds)


def report(judged: list[Judged]) -> dict[str, Any]:
    """The figures of docs: shares of rows, counts of what must not happen."""
    clear = [one for one in judged if one.row.expected in ("consent", "refuse") and not one.row.also_ok]
    stops = [one for one in judged if one.row.expected == "opt_out"]
    named = [one for one in judged if one.row.name]
    born = [one for one in judged if one.row.birth]
    times = sorted(one.seconds for one in judged)
    return {
        "rows": len(judged),
        "accuracy": _share(judged, [one for one in judged if one.is_right]),
        "false_consent": sum(one.label == "consent" and not one.is_right for one in judged),
        "false_refusal": sum(one.label == "refuse" and not one.is_right for one in judged),
        "opt_out_recall": _share(stops, [one for one in stops if one.is_right]),
        "decided": _share(judged, [one for one in judged if one.label in ("consent", "refuse", "choice", "opt_out")]),
        "clear_decided": _share(clear, [one for one in clear if one.label == one.row.expected]),
        "name_ok": _share(named, [one for one in named if _same_name(one.name, one.row.name)]),
        "birth_ok": _share(born, [one for one in born if one.is_birth_right]),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 3) if times else 0.0,
        "ms_per_row": round(sum(times) / len(times) * 1000, 3) if times else 0.0,
    }


def _same_name(one: str, other: str) -> bool:
    return one.replace(" ", "").lower() == other.replace(" ", "").lower()


def _share(of: list[Judged], these: list[Judged]) -> float:
    return round(len(these) / len(of), 4) if of else 1.0
