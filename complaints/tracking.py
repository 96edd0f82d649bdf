"""The tracking bar: six stages, done, present or still to come. The same rows for the citizen and the official."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from complaints.models import Complaint, StageChange
from complaints.workflow import ENDED, TRACK, Stage
from portal.accounts import queries as accounts

State = Literal["done", "now", "todo", "skipped"]


@dataclass(frozen=True, slots=True)
class Row:
    """One stage of the bar: who had the case when it was reached."""

    stage: Stage
    state: State
    at: datetime | None = None
    department: str = ""
    officer: str = ""
    phone: str = ""
    text: str = ""

    @property
    def label(self) -> str:
        """The stage's Korean name."""
        return str(self.stage.label)


def timeline(complaint: Complaint, changes: Sequence[StageChange] | None = None) -> list[Row]:
    """
    The six stages, and the present one where it stands if it is not of the six.

    A stage that was passed over is `skipped`, and so is whatever an end other than 처리 완료 leaves undone. A merged
    case shows how far its lead is. Whoever has read the book already hands it over (`changes`). Departments stand in
    the book by their Korean names, and are named in the reader's language.
    """
    rows = _whole_track(complaint, changes)
    names = accounts.spoken_names(row.department for row in rows)
    return [replace(row, department=names.get(row.department, row.department)) for row in rows]


def _whole_track(complaint: Complaint, changes: Sequence[StageChange] | None) -> list[Row]:
    book = complaint.changes.order_by("seq") if changes is None else changes
    lead = complaint.lead
    if lead is None:
        return _rows(Stage(complaint.stage), complaint.stage_before, _story(book))
    rows = _rows(Stage(lead.stage), lead.stage_before, _story(lead.changes.order_by("seq")))
    own = [change for change in _story(book) if change.after == Stage.MERGED]
    return [_row(Stage.MERGED, "done", own[-1] if own else None), *rows]


def _story(book: Iterable[StageChange]) -> list[StageChange]:
    return [change for change in book if change.moves or change.step == "reassign"]


def _rows(stage: Stage, stage_before: str, story: Sequence[StageChange]) -> list[Row]:
    reached = {Stage.ASSIGNED if change.step == "reassign" else Stage(change.after): change for change in story}
    stands = _place_on_track(stage, stage_before, story)
    is_over = stage in ENDED
    rows = []
    for place, one in enumerate(TRACK):
        state: State = "todo"
        if place < stands or (one == stage and is_over):
            state = "done" if one in reached else "skipped"
        elif place == stands:
            state = "now" if one == stage else "done"
        elif is_over:
            state = "skipped"
        rows.append(_row(one, state, reached.get(one) if state in ("done", "now") else None))
    if stage not in TRACK:
        rows.insert(stands + 1, _row(stage, "done" if is_over else "now", reached.get(stage)))
    return rows


def _place_on_track(stage: Stage, stage_before: str, story: Sequence[StageChange]) -> int:
    """How far the case is, -1 before 접수. Off the track: how far it was when it left it."""
    if stage in TRACK:
        return TRACK.index(stage)
    if stage_before:
        return TRACK.index(Stage(stage_before))
    last = [change.before for change in story if change.after == stage][-1:]
    return TRACK.index(Stage(last[0])) if last and last[0] in TRACK else -1


def _row(stage: Stage, state: State, change: StageChange | None) -> Row:
    if change is None:
        return Row(stage, state)
    return Row(
        stage=stage,
        state=state,
        at=change.at,
        department=change.department_name,
        officer=change.officer_name,
        phone=change.officer_phone,
        text=change.public_text,
    )
