"""Every stage of a complaint has a label, words for the citizen and a way in."""

from complaints import announcements, workflow


def test_every_stage_has_a_korean_label() -> None:
    assert all(stage.label and not str(stage.label).isascii() for stage in workflow.Stage)


def test_every_stage_has_a_way_in() -> None:
    reached = {step.after for step in workflow.STEPS if step.after}

    assert {stage for stage in workflow.Stage if stage not in reached} == set()


def test_every_stage_has_words() -> None:
    assert {stage for stage in workflow.Stage if not announcements.words_for(stage)} == set()
