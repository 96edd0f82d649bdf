"""A rehearsal keeps to its own folder: it goes on with what it began, and never empties somebody else's."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from portal.stack import rehearsal
from portal.stack.errors import StackError
from portal.stack.rehearsal import Wanted


def wanted(folder: Path, *, is_resumed: bool = False) -> Wanted:
    return Wanted(citizens=400, seed=7, workers=2, is_resumed=is_resumed, folder=folder)


def test_new_rehearsal_begins_in_an_empty_folder_of_its_own(tmp_path: Path) -> None:
    rehearsal._settled(wanted(tmp_path), tmp_path)
    (tmp_path / "carrier.jsonl").write_text("yesterday")
    (tmp_path / "sample").mkdir()

    rehearsal._settled(replace(wanted(tmp_path), citizens=60), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["rehearsal.json"]
    assert json.loads((tmp_path / "rehearsal.json").read_text()) == {"citizens": 60, "seed": 7}


def test_resumed_rehearsal_is_the_one_that_was_begun(tmp_path: Path) -> None:
    rehearsal._settled(replace(wanted(tmp_path), citizens=60, seed=11), tmp_path)
    (tmp_path / "carrier.jsonl").write_text("what was sent")

    found = rehearsal._settled(wanted(tmp_path, is_resumed=True), tmp_path)

    assert (found.citizens, found.seed) == (60, 11)
    assert (tmp_path / "carrier.jsonl").exists()


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.hwp").write_text("years of work")

    with pytest.raises(StackError, match="리허설 폴더가 아니고"):
        rehearsal._settled(wanted(tmp_path), tmp_path)

    assert (tmp_path / "thesis.hwp").exists()


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="이어서 할 리허설이 없습니다"):
        rehearsal._settled(wanted(tmp_path, is_resumed=True), tmp_path)


def test_every_planted_error_needs_its_people(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        rehearsal._parse(["--citizens", "39"])

    assert ended.value.code == 2
    assert "40 이상" in capsys.readouterr().err
