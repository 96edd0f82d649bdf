"""Carriers that are asked for their news: stored and committed before it is confirmed, by any number of pollers."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from messaging import services
from messaging.carriers import registry
from messaging.carriers.base import News as Told
from messaging.carriers.base import NotSent, OutcomeUnknown, UnsubscribeEvent
from messaging.models import HookReject, OptOut, PollCursor, Reply
from messaging.services.hooks import Event
from portal.core import clock
from tests.messaging.making import Told as Carrier
from tests.messaging.making import reply

pytestmark = [pytest.mark.usefixtures("office", "handlers"), pytest.mark.django_db(transaction=True)]


class Asked(Carrier):
    """A carrier with a list of pages; the cursor is the number of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[Sequence[Event]] = []
        self.cursors: list[str] = []
        self.confirmed: list[int] = []
        self.watch: Callable[[], None] = lambda: None
        self.error: Exception | None = None

    def poll(self, cursor: str) -> Told:
        self.cursors.append(cursor)
        if self.error is not None:
            raise self.error
        place = int(cursor or 0)
        events = self.pages[place] if place < len(self.pages) else ()
        return Told(events, str(place + 1) if events else cursor, self._confirm)

    def _confirm(self) -> None:
        self.watch()
        self.confirmed.append(Reply.objects.count())


@pytest.fixture
def carrier(settings: Settings) -> Asked:
    """The first of two carriers; the second is not asked for news."""
    backend = {"BACKEND": "tests.messaging.test_polling.Asked", "OPTIONS": {}}
    settings.MESSAGING_CARRIERS = {"main": backend, "spare": {"BACKEND": "tests.messaging.making.Told", "OPTIONS": {}}}
    found = registry.carrier("main")
    assert isinstance(found, Asked)
    return found


def test_news_is_stored_page_by_page_and_read_on_from_there(carrier: Asked) -> None:
    now = clock.now()
    carrier.pages = [[reply("1", "a")], [reply("2", "b")]]

    services.poll_carriers(now=now)
    carrier.pages.append([reply("3", "c")])
    services.poll_carriers(now=now + timedelta(seconds=5))

    assert carrier.cursors == ["", "1", "2", "2", "3"]
    assert Reply.objects.count() == 3
    assert PollCursor.objects.get().cursor == "3"


def test_news_is_confirmed_only_after_our_commit(carrier: Asked) -> None:
    def nothing_is_open() -> None:
        assert not connection.in_atomic_block

    carrier.watch = nothing_is_open
    carrier.pages = [[reply("1", "a")]]

    services.poll_carriers(now=clock.now())

    assert carrier.confirmed == [1, 1]  # the page, and the empty one behind it


def test_a_page_told_again_after_a_crash_before_the_confirmation_changes_nothing(carrier: Asked) -> None:
    now = clock.now()
    carrier.pages = [[reply("1", "a")]]

    services.poll_carriers(now=now)
    PollCursor.objects.update(cursor="")
    services.poll_carriers(now=now + timedelta(seconds=5))

    assert Reply.objects.count() == 1


def test_a_second_poller_at_once_asks_nothing(carrier: Asked) -> None:
    now = clock.now()
    carrier.pages = [[reply("1", "a")]]

    services.poll_carriers(now=now)
    asked = len(carrier.cursors)
    services.poll_carriers(now=now + timedelta(seconds=1))

    assert len(carrier.cursors) == asked


@pytest.mark.parametrize("error", [NotSent("401"), OutcomeUnknown("reset")])
def test_a_carrier_that_fails_is_asked_again_from_the_same_place(carrier: Asked, error: Exception) -> None:
    now = clock.now()
    carrier.pages = [[reply("1", "a")]]
    carrier.error = error
    services.poll_carriers(now=now)
    carrier.error = None

    services.poll_carriers(now=now + timedelta(seconds=5))

    assert Reply.objects.count() == 1


def test_an_event_that_cannot_be_is_kept_for_a_person_and_the_others_are_stored(carrier: Asked) -> None:
    carrier.pages = [[reply("1", "x" * 300), reply("2", "fine"), reply("3", "")]]

    services.poll_carriers(now=clock.now())

    assert [one.event_key for one in Reply.objects.all()] == ["fine"]
    assert HookReject.objects.filter(kind="news").count() == 2


def test_the_lists_of_refusals_are_fetched_from_the_beginning_and_move_no_cursor(
    carrier: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    rang_at = clock.now() - timedelta(days=900)
    carrier.pages = [[UnsubscribeEvent("u1", "01012345678", "0801234567", rang_at)]]
    services.poll_carriers(now=clock.now())
    OptOut.objects.all().delete()

    call_command("sync_opt_outs")

    assert "main: 소식 1건" in capsys.readouterr().out
    assert OptOut.objects.get().source == "080"
    assert PollCursor.objects.get().cursor == "1"


def test_the_daily_work_is_done_once_whoever_rings(carrier: Asked) -> None:
    now = clock.now()

    for minutes in (0, 1, 60):
        services.keep_house(now=now + timedelta(minutes=minutes))

    assert carrier.cursors == [""]
