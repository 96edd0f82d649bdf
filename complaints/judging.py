"""How well texts find their department: labelled rows in, figures out; learns nothing from them. No database."""

import csv
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from complaints import routing
from portal.core import learning
from portal.core.learning import Example, Model, NotUnderstood

JUNK = "none"
URGENT_AT_LEAST = 2  # priorities count down


class WrongFile(Exception):
    """The file cannot be judged; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. The first department is the right one, the others are accepted too."""

    text: str
    departments: tuple[str, ...]
    category: str = ""
    style: str = ""

    @property
    def is_junk(self) -> bool:
        """Whether nobody can say where it belongs."""
        return self.category == JUNK or self.style == "junk"


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what became of it."""

    row: Row
    decision: routing.Decision
    priority: int | None

    @property
    def is_right(self) -> bool:
        """Whether the first choice is the department, or one that is accepted too."""
        return self.decision.department in self.row.departments

    @property
    def is_among_three(self) -> bool:
        """Whether the department is one of the three that are offered."""
        return any(choice.department in self.row.departments for choice in self.decision.top3)

    def at(self, threshold: float) -> "Judged":
        """The same if the automatic way began at another probability."""
        is_auto = self.decision.rule is not None or self.decision.probability >= threshold
        return replace(self, decision=replace(self.decision, is_auto=is_auto, threshold=threshold))

    @property
    def is_urgent(self) -> bool:
        """Whether it was taken for something that cannot wait."""
        return self.priority is not None and self.priority <= URGENT_AT_LEAST


@dataclass
class Router:
    """The shipped rules, words and weights, in memory."""

    lexicon: routing.Lexicon
    model: Model | None
    alarms: tuple[routing.Alarm, ...]
    ear: Model | None = None
    version: str = field(init=False)

    def __post_init__(self) -> None:
        self.version = self.model.trained_on[:12] if self.model else "words"

    def judge(self, row: Row) -> Judged:
        """Route one text as if it had been filed."""
        decision = routing.decide(row.text, lexicon=self.lexicon, model=self.model)
        urgency = routing.urgency_of(row.text, self.alarms, self.ear)
        return Judged(row, decision, urgency.priority if urgency else None)


def shipped_router(folder: Path) -> Router:
    """The router as a fresh installation has it; without usable weights, the words alone."""
    model, ear = (_read_if_usable(folder / name) for name in ("router.npz", "urgent.npz"))
    return Router(routing.read_lexicon(folder), model, routing.read_alarms(folder / "urgent.toml"), ear)


def _read_if_usable(path: Path) -> Model | None:
    try:
        return learning.read_model(path)
    except NotUnderstood:
        return None


def read_rows(path: Path, *, known: Iterable[str]) -> list[Row]:
    """
    The rows of a file with the columns text and department at least; alternates are joined by `|`.

    :raises WrongFile: naming the column that is missing, or the department nobody has heard of
    """
    departments = set(known)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file, delimiter="\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongFile(f"파일을 읽을 수 없습니다: {path.name}") from error
    columns = set(found[0]) if found else set()
    for column in ("text", "department"):
        if column not in columns:
            raise WrongFile(f"열이 없습니다: {column}")
    return [_row(number, one, departments) for number, one in enumerate(found, start=2)]


def _row(number: int, one: dict[str, str | None], known: set[str]) -> Row:
    def cell(name: str) -> str:
        return (one.get(name) or "").strip()

    main, *others = cell("department").split("|")
    row = Row(cell("text"), (main, *others, *cell("alt_departments").split("|")), cell("category"), cell("style"))
    if not row.is_junk and main not in known:
        raise WrongFile(f"{number}행: 모르는 부서입니다: {main}")
    return row


def report(judged: Sequence[Judged], *, router: Router, seconds: float) -> dict[str, object]:
    """The figures by which a router is judged, shares of 1; junk counts only as junk."""
    real = [one for one in judged if not one.row.is_junk]
    junk = [one for one in judged if one.row.is_junk]
    named = [one for one in real if one.row.category]
    sure = [one for one in real if one.decision.is_auto]
    urgent = [one for one in judged if one.row.style == "urgent"]
    calm = [one for one in judged if one.row.style != "urgent"]
    styles: dict[str, list[Judged]] = defaultdict(list)
    for one in real:
        styles[one.row.style].append(one)
    return {
        "n": len(judged),
        "category_at_1": _share(one.decision.category == one.row.category for one in named),
        "department_at_1": _share(one.decision.department == one.row.departments[0] for one in real),
        "department_or_alternate_at_1": _share(one.is_right for one in real),
        "department_at_3": _share(one.is_among_three for one in real),
        "auto_coverage": _share(one.decision.is_auto for one in real),
        "auto_precision": _share(one.is_right for one in sure),
        "urgent_recall": _share(one.is_urgent for one in urgent),
        "urgent_false_alarm": _share(one.is_urgent for one in calm),
        "junk_to_triage": _share(not one.decision.is_auto for one in junk),
        "by_style": {
            style: {"n": len(ones), "department_or_alternate_at_1": _share(one.is_right for one in ones)}
            for style, ones in sorted(styles.items())
        },
        "threshold": routing.AUTOMATIC_WITH_MODEL if router.model else routing.AUTOMATIC,
        "router_version": router.version,
        "ms_per_row": round(seconds * 1000 / max(len(judged), 1), 3),
    }


def _share(claims: Iterable[bool]) -> float | None:
    """What part of them holds; None if there is nothing to judge."""
    values = list(claims)
    return round(sum(values) / len(values), 4) if values else None


def evaluate(rows: Sequence[Row], router: Router) -> tuple[list[Judged], dict[str, object]]:
    """Judge every row, and the figures."""
    began = time.process_time()
    judged = [router.judge(row) for row in rows]
    return judged, report(judged, router=router, seconds=time.process_time() - began)


def trained(examples: Sequence[Example]) -> Model:
    """A model of these examples, read as the router reads texts."""
    return learning.train(examples, texts=[routing.normalise(one.text) for one in examples])


def trained_ear(examples: Sequence[Example], *, alarms: Sequence[routing.Alarm], calm: Sequence[Example]) -> Model:
    """
    What tells danger from a calm report; `calm` are ordinary texts, those left out that already speak of danger.

    :param examples: rows whose category is `routing.URGENT` or `routing.CALM`
    """
    quiet = [
        Example(routing.CALM, one.writer, one.text) for one in calm if routing.urgency_of(one.text, alarms) is None
    ]
    return trained([*examples, *quiet])


def by_unseen_writers(examples: Sequence[Example], *, folder: Path) -> dict[str, object]:
    """Figures where each writer's texts are judged by a model that has never read that writer."""
    shipped = shipped_router(folder)
    judged: list[Judged] = []
    began = time.process_time()
    for writer in sorted({one.writer for one in examples}):
        model = trained([one for one in examples if one.writer != writer])
        router = Router(shipped.lexicon, model, shipped.alarms)
        judged += [
            router.judge(Row(one.text, (shipped.lexicon.departments[one.category],), one.category, writer))
            for one in examples
            if one.writer == writer
        ]
    return report(
        judged, router=Router(shipped.lexicon, trained(examples), shipped.alarms), seconds=time.process_time() - began
    )
