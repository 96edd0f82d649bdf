"""Every stage of a complaint has a label, words for the citizen and a way in; every step that speaks has its text."""

from complaints import workflow
from tests.house.tracked import ROOT


def test_every_stage_has_a_korean_label_and_sentence() -> None:
    assert all(not str(stage.label).isascii() for stage in workflow.Stage)
    assert set(workflow.SENTENCES) == set(workflow.Stage)


def test_every_stage_has_a_way_in() -> None:
    assert {stage for stage in workflow.Stage if not workflow.ways_into(stage)} == set()


def test_every_message_of_a_step_is_a_file_officials_can_read() -> None:
    folder = ROOT / "templates" / "messages" / "complaints"
    wanted = {step.message for step in workflow.STEPS if step.message}

    assert {name for name in wanted if not (folder / f"{name}.txt").exists()} == set()
