"""The free 080 line: everything stops, exactly once, and a list that repeats itself undoes nobody's change of mind."""

from datetime import datetime, timedelta

import pytest

from messaging import delivery, services
from messaging.carriers.base import UnsubscribeEvent
from messaging.models import OptOut, PreferenceChange
from messaging.preference_history import Origin
from portal.core import clock
from tests.messaging.making import make_template, queue, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime")


def _call(at: datetime, *, number: str = "01012345678", key: str = "u1") -> UnsubscribeEvent:
    return UnsubscribeEvent(key, number, "0801234567", at)


def _ring(*events: UnsubscribeEvent, now: datetime) -> None:
    services.store_events(alias="main", events=events, now=now)


def test_a_call_refuses_everything_and_holds_back_what_waits() -> None:
    make_template()
    waiting = queue()
    now = clock.now()

    _ring(_call(now), now=now)
    delivery.drain(seconds=2)

    wish = OptOut.objects.get()
    assert (wish.scope, wish.source) == ("all", "080")
    assert status_of(waiting) == "suppressed"
    assert told().taken == []


def test_a_call_reported_many_times_is_one_refusal() -> None:
    now = clock.now()

    for _ in range(3):
        _ring(_call(now), _call(now, key="u2"), now=now)

    assert OptOut.objects.count() == 1
    assert PreferenceChange.objects.count() == 1


def test_what_the_citizen_took_back_is_not_refused_again_by_an_old_list_but_by_a_new_call() -> None:
    now = clock.now()
    _ring(_call(now - timedelta(days=2)), now=now)
    services.lift_opt_out(wish=OptOut.objects.get(), now=now, origin=Origin("link", None))  # type: ignore[arg-type]

    _ring(_call(now - timedelta(days=2)), now=now + timedelta(minutes=1))
    assert not OptOut.objects.filter(lifted_at=None).exists()
    _ring(_call(now + timedelta(minutes=5)), now=now + timedelta(minutes=5))

    assert OptOut.objects.filter(lifted_at=None).count() == 1


def test_a_landline_on_the_list_is_nobody_we_could_text() -> None:
    now = clock.now()

    _ring(_call(now, number="0212345678"), now=now)

    assert not OptOut.objects.exists()
