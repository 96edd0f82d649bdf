"""The town of the benchmark is one that the rooms could have made, and its questions are asked both ways."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from time_machine import TimeMachineFixture

from complaints.benchmarks import looking, population, stage
from complaints.models import Assignment, Complaint
from complaints.search_queries import search
from tests.complaints.conftest import MONDAY, build_world

SIZE, OPEN = 3200, 300


@pytest.fixture
def town(
    transactional_db: None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    time_machine: TimeMachineFixture,
) -> Iterator[stage.Town]:
    """The benchmark's own making, a few hundred times smaller."""
    settings.MEDIA_DIR = tmp_path
    time_machine.move_to(MONDAY)
    build_world()
    for name, value in {"OPEN": OPEN, "NUMBERED": 20, "OWN": 2, "CLOCKS": 40}.items():
        monkeypatch.setattr(population, name, value)
    monkeypatch.setattr(stage, "LOOKS", 3)
    stage.town.cache_clear()
    yield stage.town(SIZE)
    stage.town.cache_clear()


def test_the_town_has_its_cases_and_their_indexes_again(town: stage.Town) -> None:
    assert Complaint.objects.count() == SIZE + 1  # and the model of all
    assert Complaint.objects.open().count() == OPEN + 1
    assert Assignment.objects.exclude(officer=None).values("complaint").distinct().count() == SIZE + 1
    assert town.sample(3).phone.startswith("+8210")
    assert len(search(Complaint.objects.all(), town.word).pks) == pytest.approx(SIZE / 1530, abs=1)


def test_a_question_is_timed_with_its_index_and_by_reading_the_table(town: stage.Town) -> None:
    found = looking.number(SIZE)

    assert set(found) == {"p95_ms", "database_p95_ms", "scan_ms", "scan_over_index", "queries"}
    assert looking.mine(SIZE)["queries"] == 1
    assert looking.worklist(SIZE)["p95_ms"] > 0
