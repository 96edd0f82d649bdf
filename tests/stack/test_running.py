"""One stack per checkout, and a note that only counts while its services answer."""

import os
from pathlib import Path

from portal.stack import running
from portal.stack.running import Note


def _note(database_url: str) -> Note:
    return Note(
        pid=os.getpid(),
        port=8000,
        site_url="http://localhost:8000",
        database_url=database_url,
        redis_url=os.environ["REDIS_URL"],
    )


def test_note_is_read_as_written_and_by_us_alone(tmp_path: Path) -> None:
    note = _note(os.environ["DATABASE_URL"])

    running.write_note(tmp_path, note)

    assert running.read_note(tmp_path) == note
    assert note.is_alive()
    assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600


def test_note_of_a_dead_stack_does_not_count(tmp_path: Path) -> None:
    running.write_note(tmp_path, _note("postgres://sotong@%2Fnowhere/sotong"))

    note = running.read_note(tmp_path)

    assert note is not None
    assert not note.is_alive()


def test_note_that_makes_no_sense_is_no_note(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"pid": 1, "colour": "green"}')

    assert running.read_note(tmp_path) is None


def test_lock_is_held_once_and_says_by_whom(tmp_path: Path) -> None:
    with running.locked(tmp_path, doing="up") as first, running.locked(tmp_path, doing="shell") as second:
        assert (first, second) == (True, False)
        assert running.holder(tmp_path) == running.Holder(os.getpid(), "up")

    with running.locked(tmp_path, doing="shell") as again:
        assert again
