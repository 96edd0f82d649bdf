"""What we show of ourselves: the feed, how punctual we are, and pairs of menus in which nobody can be seen."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from messaging import queries as messaging
from messaging.models import Dispatch, Message
from portal.accounts.models import User
from portal.accounts.services import beat_heart
from portal.core import clock
from portal.core.clock import KST, day_in_korea
from portal.site import open_views, pairs, punctuality, tasks
from portal.site.models import MenuPair, PunctualDay
from tests.complaints.conftest import World, world
from tests.site.test_posts import make_post, writer

__all__ = ["world", "writer"]
pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=KST).astimezone(UTC)
PARKING, PASSPORT = "/complaints/parking/", "/services/passport-apply/"


def note(client: Client, *, first: str = PARKING, second: str = PASSPORT) -> Any:
    return client.post("/visits/", json.dumps({"first": first, "second": second}), content_type="text/plain")


def seen(count: int, *, days_ago: int = 1, first: str = PARKING, second: str = PASSPORT) -> None:
    on = day_in_korea(clock.now()) - timedelta(days=days_ago)
    MenuPair.objects.create(first=first, second=second, seen_on=on, visit_count=count)


# --- the feed -------------------------------------------------------------------------------------------------------


def test_the_feed_is_atom_and_holds_the_news_and_nothing_unpublished(client: Client, writer: User) -> None:
    make_post(writer, title="눈 & 얼음 <주의>", slug="snow")
    make_post(writer, title="작성 중", slug="draft", published_on=None)

    answer = client.get("/feed.xml")

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  (our own page)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["눈 & 얼음 <주의>"]
    assert feed.findtext(f"{ATOM}updated")
    entry = next(feed.iter(f"{ATOM}entry"))
    assert str(entry.findtext(f"{ATOM}id")).endswith("/news/snow/")


def test_an_empty_feed_is_still_one_and_the_news_page_names_it(client: Client) -> None:
    feed = ElementTree.fromstring(client.get("/feed.xml").content)  # noqa: S314  (our own page)

    assert feed.findtext(f"{ATOM}updated")
    assert 'rel="alternate" type="application/atom+xml" href="/feed.xml"' in client.get("/news/").content.decode()
    assert "feed.xml" not in client.get("/jobs/").content.decode()


# --- how punctual we are --------------------------------------------------------------------------------------------


def due_at_once(world: World) -> list[Message]:
    """The texts of a filing, as if none had waited for another one."""
    Message.objects.update(due_at=world.now)
    return list(Message.objects.order_by("pk"))


def sent(message: Message, *, after: timedelta) -> None:
    """At the carrier that long after it was due."""
    leg = message.attempts.get()
    due_at = max(message.due_at, message.created_at)
    call = Dispatch.objects.create(
        carrier=leg.carrier,
        channel=leg.channel,
        stream=leg.stream,
        lane=leg.lane,
        size=1,
        submitted_at=due_at + after,
        lease_until=due_at + after,
    )
    message.attempts.update(dispatch=call, status="accepted", accepted_at=due_at + after)


def test_texts_that_were_late_or_never_left_lower_the_figure_of_their_day(world: World) -> None:
    for number in range(3):
        world.file(phone=f"+8210555500{number:02d}")
    texts = due_at_once(world)
    sent(texts[0], after=timedelta(seconds=9))
    sent(texts[1], after=timedelta(seconds=11))
    day = day_in_korea(world.now)

    assert messaging.punctuality_of(day, within=punctuality.WITHIN) == (len(texts), 1)
    assert messaging.punctuality_of(day - timedelta(days=1), within=punctuality.WITHIN) == (0, 0)


def test_a_text_kept_until_morning_counts_from_then(world: World) -> None:
    world.file()
    message = due_at_once(world)[0]
    morning = message.due_at + timedelta(hours=8)
    message.attempts.update(due_at=morning)
    sent(message, after=timedelta(hours=8, seconds=5))

    assert messaging.punctuality_of(day_in_korea(world.now), within=punctuality.WITHIN)[1] == 1


def test_the_nights_count_is_harmless_twice_and_the_page_rounds_down(client: Client, world: World) -> None:
    beat_heart(process="worker", now=clock.now())
    tasks.count_days()
    tasks.count_days()
    today = day_in_korea(clock.now())
    PunctualDay.objects.filter(on=today - timedelta(days=1)).update(due_count=10_000, in_time_count=9_996)

    page = client.get("/status/").content.decode()

    assert PunctualDay.objects.count() == 2
    assert "<td>10000</td><td>99.9%</td>" in page.replace(",", "")
    assert "<td>0</td><td>–</td>" in page
    assert page.count("정상이에요.") == 2


def test_a_silent_worker_is_not_called_fine(client: Client) -> None:
    never = client.get("/status/").content.decode()
    beat_heart(process="worker", now=clock.now() - timedelta(minutes=3))
    late = client.get("/status/").content.decode()

    assert "발송 장치의 상태를 아직 확인하지 못했어요" in never
    assert "늦어지고 있어요" in late


# --- pairs of menus -------------------------------------------------------------------------------------------------


def test_a_pair_is_added_to_the_day_and_the_row_knows_nobody(client: Client) -> None:
    assert [note(client).status_code for _ in range(2)] == [204, 204]

    pair = MenuPair.objects.get()
    assert (pair.first, pair.second, pair.visit_count) == (PARKING, PASSPORT, 2)
    assert pair.seen_on == day_in_korea(clock.now())
    assert {field.name for field in MenuPair._meta.get_fields()} == {"id", "first", "second", "seen_on", "visit_count"}
    assert not client.cookies


@pytest.mark.parametrize("words", ["", "[]", "{}", '{"first": "/me/", "second": "/complaints/M2611-000001-3/"}', "\0"])
def test_what_is_no_pair_of_the_menu_is_not_counted(client: Client, words: str) -> None:
    assert client.post("/visits/", words, content_type="text/plain").status_code == 422
    assert note(client, second=PARKING).status_code == 422
    assert not MenuPair.objects.exists()


@pytest.mark.parametrize("words", ["[" * 1999, '{"first":' * 400])
def test_brackets_without_end_are_refused_like_any_other_nonsense(client: Client, words: str) -> None:
    assert client.post("/visits/", words, content_type="text/plain").status_code == 422


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::{minute:x}"])
def test_no_connection_alone_makes_a_pair_seen_however_long_it_sends(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for minute in range(0, 24 * 60, 5):
        monkeypatch.setattr(open_views, "now", lambda at=NOON + timedelta(minutes=minute): at)
        client.defaults["REMOTE_ADDR"] = address.format(minute=minute)
        note(client)

    assert 0 < sum(MenuPair.objects.values_list("visit_count", flat=True)) <= pairs.FEWEST / 5


def test_a_pair_of_few_or_of_today_says_nothing(client: Client) -> None:
    seen(pairs.FEWEST - 1)
    seen(500, days_ago=0)
    seen(500, days_ago=29, second="/chat/")

    assert client.get("/visits/").json() == {}


def test_the_noise_of_a_day_is_drawn_once_and_hides_a_single_visit() -> None:
    on = day_in_korea(NOON)
    drawn = [pairs._noise(PARKING, PASSPORT, on - timedelta(days=day)) for day in range(4000)]

    assert pairs._noise(PARKING, PASSPORT, on) == drawn[0]
    assert abs(sum(drawn) / len(drawn)) < 0.15
    assert 0.85 < sum(map(abs, drawn)) / len(drawn) < 1.15  # a Laplace of scale 1 lies one from the middle on average


def test_what_follows_most_comes_first_and_old_counts_go(client: Client) -> None:
    seen(200)
    seen(900, second="/chat/", days_ago=2)
    seen(140, days_ago=40)
    tasks.forget_pairs()

    answer = client.get("/visits/")

    assert answer.json() == {PARKING: ["/chat/", PASSPORT]}
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert not MenuPair.objects.filter(visit_count=140).exists()
