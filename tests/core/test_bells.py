"""Many rings within a moment are one at its beginning and one at its end."""

import time

import pytest
from kombu.exceptions import OperationalError

from portal.core import bells

pytestmark = pytest.mark.django_db(transaction=True)


class Task:
    """Counts its rings; `broken` as when the broker is away."""

    def __init__(self, name: str, *, broken: bool = False) -> None:
        self.name, self.broken = name, broken
        self.rings: list[tuple[float, dict[str, object]]] = []

    def apply_async(self, *, kwargs: dict[str, object], expires: int, retry: bool) -> None:
        self.rings.append((time.monotonic(), kwargs))
        if self.broken:
            raise OperationalError("away")


def test_a_burst_rings_at_once_and_once_more_when_it_is_over() -> None:
    task = Task("burst")

    began = time.monotonic()
    for _ in range(50):
        bells.ring(task)
    last = time.monotonic()
    time.sleep(bells.MOMENT * 2)

    assert len(task.rings) == 2
    assert task.rings[0][0] - began < bells.MOMENT
    assert task.rings[1][0] >= last


def test_a_stream_of_rings_is_heard_five_times_a_second_and_to_its_end() -> None:
    task = Task("stream")

    began = time.monotonic()
    while time.monotonic() - began < bells.MOMENT * 5:
        bells.ring(task)
        time.sleep(0.005)
    last = time.monotonic()
    time.sleep(bells.MOMENT * 2)

    assert 3 <= len(task.rings) <= 8
    assert task.rings[-1][0] >= last - bells.MOMENT


def test_single_rings_far_apart_are_all_heard_at_once() -> None:
    task = Task("single")

    for _ in range(2):
        bells.ring(task)
        assert time.monotonic() - task.rings[-1][0] < bells.MOMENT
        time.sleep(bells.MOMENT * 1.5)

    assert len(task.rings) == 2


def test_a_ring_that_names_something_is_never_merged() -> None:
    task = Task("named")

    for number in range(5):
        bells.ring(task, number=number)

    assert [kwargs["number"] for _, kwargs in task.rings] == [0, 1, 2, 3, 4]


def test_a_broker_that_is_away_stops_nobody() -> None:
    bells.ring(Task("away", broken=True))
