"""The calendar: a secret address, dates that follow what they tell of, and nothing personal unless wanted."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from complaints.workflow import Stage
from notices.models import Bill, Recipient
from notices.services import billing
from portal.site.models import CalendarFeed, Favourite, PushEndpoint
from tests.complaints.conftest import World
from tests.notices.world import NOON
from tests.notices.world import World as Notices
from tests.site.test_mine import arrived, client, office, page, user, world  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def address() -> str:
    return f"/calendar/{CalendarFeed.objects.get(revoked_at=None).token}.ics"


def read(**headers: str) -> str:
    answer = Client().get(address(), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "")


def event(words: str, uid: str) -> dict[str, str]:
    block = next(one for one in words.split("BEGIN:VEVENT") if f"UID:{uid}" in one)
    return dict(line.split(":", 1) for line in block.split("\r\n") if ":" in line)


@pytest.fixture
def bill(client: Client, world: World, office: Notices) -> Bill:  # noqa: F811  (the fixtures above)
    found = arrived(office, world)
    client.post("/me/calendar/", {"act": "open"})
    return found


def test_the_address_is_hashed_and_shown_to_her_with_three_ways_to_use_it(client: Client) -> None:  # noqa: F811
    client.post("/me/calendar/", {"act": "open"})

    feed, words = CalendarFeed.objects.get(), page(client, "/me/calendar/")

    assert feed.token not in feed.token_hash
    assert len(bytes.fromhex(feed.token)) == 16
    assert f"http://localhost:8000/calendar/{feed.token}.ics" in words
    assert f'href="webcal://localhost:8000/calendar/{feed.token}.ics"' in words
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F" in words


def test_dates_say_nothing_personal_until_she_wants_them_to(bill: Bill, client: Client, world: World) -> None:  # noqa: F811
    case = world.file(body="가로등이 꺼졌어요, 빨리요", by=user())
    plain = read()
    client.post("/me/calendar/", {"act": "more"})
    full = read()

    for secret in (bill.title, "32,000", case.number, "가로등", "김하늘", "5678"):
        assert secret not in plain
    assert f"{bill.title}\r\n" in full  # what it costs is told after the date of birth
    assert "32\\,000" not in full
    assert "가로등이 꺼졌어요\\, 빨리요" in full
    assert "BEGIN:VALARM" in plain


def test_a_bill_is_there_until_it_is_settled_and_cancelled_for_thirty_days(
    bill: Bill,
    world: World,  # noqa: F811
    office: Notices,  # noqa: F811
) -> None:
    uid = f"bill-{bill.pk}@localhost"
    before = event(read(), uid)
    billing.cancel_bill(bill, reason="잘못 고지함", by=office.drafter, now=world.now)
    after = event(read(), uid)

    assert (before["DTSTART;VALUE=DATE"], before["STATUS"], before["SEQUENCE"]) == ("20261130", "CONFIRMED", "0")
    assert (after["STATUS"], after["SEQUENCE"]) == ("CANCELLED", "1")
    with time_machine.travel(world.now + timedelta(days=29), tick=False):
        assert uid in read()
    with time_machine.travel(world.now + timedelta(days=31), tick=False):
        assert uid not in read()


def test_a_case_and_its_supplement_follow_their_days(client: Client, world: World) -> None:  # noqa: F811
    client.post("/me/calendar/", {"act": "open"})
    case = world.at(Stage.REVIEWING, by=user())
    running = event(read(), f"case-{case.pk}@")
    world.ask(case)
    asked = case.supplements.get()
    paused, supplement = event(read(), f"case-{case.pk}@"), event(read(), f"supplement-{asked.pk}@")

    assert (running["STATUS"], paused["STATUS"]) == ("CONFIRMED", "TENTATIVE")
    assert int(paused["SEQUENCE"]) > int(running["SEQUENCE"])
    assert supplement["DTSTART;VALUE=DATE"] == f"{asked.due_on:%Y%m%d}"


def test_a_campaign_s_deadline_is_there_until_the_notice_is_opened(
    bill: Bill,
    world: World,  # noqa: F811
) -> None:
    line = Recipient.objects.get(bills=bill)
    line.campaign.unopened_until = world.now + timedelta(days=14)
    line.campaign.save(update_fields=["unopened_until"])
    uid = f"notice-{line.pk}@"
    waiting = event(read(), uid)
    Recipient.objects.filter(pk=line.pk).update(opened_at=world.now)

    assert (waiting["SUMMARY"], waiting["DTSTART;VALUE=DATE"]) == ("[새빛구] 통지서 열람 기한", "20261116")
    assert event(read(), uid)["STATUS"] == "CANCELLED"


def test_nothing_is_sent_twice_while_nothing_changes(bill: Bill, world: World) -> None:  # noqa: F811
    first = Client().get(address())
    with time_machine.travel(world.now + timedelta(hours=5), tick=False):
        second = Client().get(address(), headers={"if-none-match": first.headers["ETag"]})
    world.file(by=user())
    third = Client().get(address(), headers={"if-none-match": first.headers["ETag"]})

    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (first.headers["Cache-Control"], first.cookies) == ("private, no-cache", {})
    assert (second.status_code, second.content) == (304, b"")
    assert third.status_code == 200


def test_an_address_taken_away_is_gone_and_one_that_never_was_is_not_found(bill: Bill, client: Client) -> None:  # noqa: F811
    old = address()
    client.post("/me/calendar/", {"act": "more"})
    client.post("/me/calendar/", {"act": "renew"})
    new = address()

    assert old != new
    assert CalendarFeed.objects.get(revoked_at=None).with_details
    assert (Client().get(old).status_code, Client().get(new).status_code) == (410, 200)
    client.post("/me/calendar/", {"act": "close"})
    assert Client().get(new).status_code == 410
    assert Client().get("/calendar/" + "0" * 32 + ".ics").status_code == 404


def test_whoever_leaves_takes_all_she_kept_along(bill: Bill, client: Client) -> None:  # noqa: F811
    path, owner = address(), user()
    Favourite.objects.create(user=owner, path="/chat/", label="챗봇", position=1)
    PushEndpoint.objects.create(user=owner, address_hash="0" * 64, told_until=NOON, created_at=NOON)

    client.post("/me/leave/")

    assert Client().get(path).status_code == 410
    assert not Favourite.objects.exists()
    assert not PushEndpoint.objects.exists()


def test_a_look_changes_nothing_and_a_crafted_press_is_not_found(bill: Bill, client: Client) -> None:  # noqa: F811
    before = list(CalendarFeed.objects.values())
    client.get("/me/calendar/?act=close")
    Client().get(address())
    Client().head(address())

    assert list(CalendarFeed.objects.values()) == before
    assert client.post("/me/calendar/", {"act": "explode"}).status_code == 404
    assert Client().post(address()).status_code == 405


def test_a_calendar_speaks_the_language_of_the_page_it_was_made_on(client: Client, world: World) -> None:  # noqa: F811
    case = world.at(Stage.REVIEWING, by=user())
    client.cookies["language"] = "en"
    client.post("/me/calendar/", {"act": "open"})

    words = read()
    english = event(words, f"case-{case.pk}@")
    client.cookies["language"] = "ko"
    offered = "캘린더도 한국어로 적기" in page(client, "/me/calendar/")
    client.post("/me/calendar/", {"act": "speak"})
    korean = event(read(), f"case-{case.pk}@")

    assert english["SUMMARY"] == "[Saebit-gu] Your report is due to be answered"
    assert "DESCRIPTION:See My page on Saebit-gu Sotong. Questions: 02-120-0000\r\n" in words
    assert offered
    assert (korean["SUMMARY"], korean["UID"]) == ("[새빛구] 민원 처리 예정일", english["UID"])
    assert "캘린더도 한국어로 적기" not in page(client, "/me/calendar/")
    client.post("/me/calendar/", {"act": "close"})


def test_another_language_leaves_what_the_calendar_says(client: Client) -> None:  # noqa: F811
    client.post("/me/calendar/", {"act": "open"})
    client.post("/me/calendar/", {"act": "more"})
    client.cookies["language"] = "en"

    client.post("/me/calendar/", {"act": "speak"})

    feed = CalendarFeed.objects.get()
    assert (feed.with_details, feed.language) == (True, "en")
    assert "X-WR-CALNAME:Saebit-gu Sotong" in read()
