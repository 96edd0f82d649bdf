"""Messages, notes and scores."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import Channel, Complaint, Satisfaction
from complaints.workflow import Stage
from tests.complaints.conftest import World


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.MERGED])
def test_a_citizen_can_always_say_something(stage: Stage, world: World) -> None:
    complaint = world.at(stage)

    services.write(complaint, text="덧붙입니다", by=None, now=world.now)

    assert (complaint.stage, complaint.unread_count) == (stage, 1)
    assert complaint.changes.latest("seq").public_text == "덧붙입니다"


def test_a_message_lands_even_if_the_case_moved_meanwhile(world: World) -> None:
    seen = world.file()
    services.review(Complaint.objects.get(pk=seen.pk), by=world.officer, now=world.now)

    services.write(seen, text="덧붙입니다", by=None, now=world.now)

    assert (seen.stage, seen.unread_count) == (Stage.REVIEWING, 1)


def test_an_empty_message_is_refused_and_a_resident_number_masked(world: World) -> None:
    complaint = world.file()

    with pytest.raises(services.Missing):
        services.write(complaint, text=" ", by=None, now=world.now)
    services.write(complaint, text="제 번호는 900101-1234567", by=None, now=world.now)

    assert "1234567" not in complaint.changes.latest("seq").public_text


def test_reading_empties_the_mark_but_not_for_what_came_later(world: World) -> None:
    complaint = world.file()
    services.write(complaint, text="하나", by=None, now=world.now)
    seen = complaint.version
    services.write(complaint, text="둘", by=None, now=world.now)

    services.mark_read(complaint, by=world.officer, seen_version=seen)
    complaint.refresh_from_db()
    assert complaint.unread_count == 1
    services.mark_read(complaint, by=world.officer, seen_version=complaint.version)

    complaint.refresh_from_db()
    assert complaint.unread_count == 0


def test_only_officials_who_see_the_case_mark_and_note(world: World) -> None:
    complaint = world.file(by=world.haneul)

    for stranger in (world.haneul, world.parks_officer):
        with pytest.raises(services.NotAnOfficial):
            services.mark_read(complaint, by=stranger, seen_version=9)
        with pytest.raises(services.NotAnOfficial):
            services.note(complaint, text="메모", by=stranger, now=world.now)
    note = services.note(complaint, text="현장 사진 있음", by=world.officer, now=world.now)
    with pytest.raises(services.Missing):
        services.note(complaint, text=" ", by=world.officer, now=world.now)

    assert complaint.notes.get() == note
    assert "현장" not in bytes(note.text_sealed).decode("latin-1")


def test_a_score_may_be_changed_for_a_day(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    services.rate(complaint, score=2, comment="느려요", by=None, now=world.now)

    services.rate(complaint, score=4, channel=Channel.SMS, by=None, now=world.tick(hours=23))

    assert (Satisfaction.objects.get().score, Satisfaction.objects.get().channel) == (4, "sms")
    with pytest.raises(services.ScoreRefused):
        services.rate(complaint, score=1, by=None, now=world.now + timedelta(hours=2))


@pytest.mark.parametrize("score", [0, 6, -1])
def test_other_scores_are_refused(score: int, world: World) -> None:
    with pytest.raises(services.ScoreRefused):
        services.rate(world.at(Stage.RESOLVED), score=score, by=None, now=world.now)


def test_each_round_has_its_own_score(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    services.rate(complaint, score=1, by=None, now=world.now)
    services.reopen(complaint, reason="또", by=None, now=world.now)
    services.accept_reopening(complaint, by=world.head, now=world.now)
    world.resolve(complaint)

    services.rate(complaint, score=5, by=None, now=world.now)

    assert list(complaint.satisfactions.order_by("round").values_list("round", "score")) == [(1, 1), (2, 5)]
