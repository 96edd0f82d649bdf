"""Many rings within a moment are one at its beginning and one at its end."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from portal.core import bells

pytestmark = pytest.mark.django_db(transaction=True)


class Moments:
    """A clock that only a test moves on, and the timers that go off by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def timer(self, wait: float, work: Callable[..., None], given: tuple[object, ...]) -> SimpleNamespace:
        at = self.now + wait
        return SimpleNamespace(start=lambda: self.timers.append((at, lambda: work(*given))))

    def pass_by(self, seconds: float) -> None:
        until = self.now + seconds
        for timer in sorted(self.timers, key=lambda one: one[0]):
            if timer[0] <= until:
                self.timers.remove(timer)
                self.now = timer[0]
                timer[1]()
        self.now = until


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    made = Moments()
    monkeypatch.setattr(bells, "time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr(bells, "threading", SimpleNamespace(Timer=made.timer))
    monkeypatch.setattr(bells, "_quiet_until", {})
    return made


class Task:
    """Notes when it was rung; `broken` as when the broker is away."""

    def __init__(self, name: str, *, moments: Moments | None = None, broken: bool = False) -> None:
        self.name, self.moments, self.broken = name, moments or Moments(), broken
        self.rings: list[tuple[float, dict[str, object]]] = []

    def apply_async(self, *, kwargs: dict[str, object], expires: int, retry: bool) -> None:
        self.rings.append((self.moments.now, kwargs))
        if self.broken:
            raise OperationalError("away")


def test_a_burst_rings_at_once_and_once_more_when_it_is_over(moments: Moments) -> None:
    task = Task("burst", moments=moments)

    began = moments.now
    for _ in range(50):
        bells.ring(task)
        moments.pass_by(bells.MOMENT / 100)
    last = moments.now
    moments.pass_by(bells.MOMENT * 2)

    assert len(task.rings) == 2
    assert task.rings[0][0] == began
    assert task.rings[1][0] >= last


def test_a_stream_of_rings_is_heard_five_times_a_second_and_to_its_end(moments: Moments) -> None:
    task = Task("stream", moments=moments)

    for _ in range(200):  # five moments
        bells.ring(task)
        moments.pass_by(bells.MOMENT / 40)
    last = moments.now
    moments.pass_by(bells.MOMENT * 2)

    assert 5 <= len(task.rings) <= 7
    assert task.rings[-1][0] >= last - bells.MOMENT


def test_single_rings_far_apart_are_all_heard_at_once(moments: Moments) -> None:
    task = Task("single", moments=moments)

    for _ in range(2):
        bells.ring(task)
        assert task.rings[-1][0] == moments.now
        moments.pass_by(bells.MOMENT * 1.5)

    assert len(task.rings) == 2


def test_a_ring_that_names_something_is_never_merged() -> None:
    task = Task("named")

    for number in range(5):
        bells.ring(task, number=number)

    assert [kwargs["number"] for _, kwargs in task.rings] == [0, 1, 2, 3, 4]


def test_a_broker_that_is_away_stops_nobody() -> None:
    bells.ring(Task("away", broken=True))
