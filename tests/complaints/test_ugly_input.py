"""What nobody types by mistake: each is answered with a page or a refusal, never with an error of ours."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import pytest
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from complaints.replies import intake_key_of
from messaging.models import ApiKey, Scope
from messaging.services.keys import issue_key
from portal.accounts.models import User
from portal.core import clock
from tests.complaints.conftest import World
from tests.complaints.officials import LIST, page, signed_in
from tests.complaints.pages import html, send

FULLWIDTH, ARABIC = "５６７８", "\u0665\u0666\u0667\u0668"
ENDLESS = "9" * 5000  # more digits than Python turns into a number


@pytest.fixture
def desk(at_the_desk: None, world: World) -> Client:
    return signed_in(world.head)


@pytest.fixture
def api_key(world: World) -> str:
    made = issue_key(
        name="동네앱",
        department=world.roads,
        mode=ApiKey.Mode.LIVE,
        scopes=(Scope.OPEN311,),
        per_minute=600,
        by=world.head,
        now=clock.now(),
    )
    return made[1]


def _unlock(complaint: Complaint, digits: str) -> Any:
    return Client().post(reverse("complaints:link", args=[complaint.token]), {"digits": digits})


def test_digits_of_a_wide_keyboard_open_the_case(world: World) -> None:
    assert _unlock(world.file(), FULLWIDTH).status_code == 302


def test_digits_of_another_script_are_digits(world: World) -> None:
    assert _unlock(world.file(), ARABIC).status_code == 302


def test_a_key_that_is_none_ends_no_following(world: World) -> None:
    for chosen in (ENDLESS, "9" * 40, "x", "\0", "-1", ""):
        assert Client().post(reverse("complaints:following"), {"stop": chosen}).status_code == 404


def test_a_number_that_is_none_leads_to_the_question_for_it(world: World) -> None:
    for number in ("\0", "M" * 10_000, "M2611-000123-4\0", "9" * 40):
        assert Client().get(f"/complaints/{quote(number, safe='')}/").status_code == 302
        assert Client().get(f"/c/{quote(number, safe='')}/").status_code == 404
        assert Client().post(reverse("complaints:track"), {"number": number, "phone": number}).status_code == 422


def test_news_since_no_moment_is_no_news(desk: Client) -> None:
    for since in ("2026-13-45T99:00:00+09:00", "2026-02-30T10:00:00+09:00", "\0", ENDLESS, ""):
        answer = desk.get(reverse("admin:complaints_complaint_news"), {"since": since})
        assert answer.status_code in (200, 204, 304)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-13-01", "\0", ENDLESS])
def test_the_worklist_knows_no_day_beyond_the_calendar(desk: Client, day: str) -> None:
    for name in ("filed_from", "filed_until", "ended_from", "ended_until"):
        assert desk.get(LIST, {name: day}).status_code == 200


def test_statistics_know_no_day_beyond_the_calendar(desk: Client) -> None:
    page_of = reverse("admin:complaints_complaint_statistics")
    for first_on, last_on in (("9999-12-01", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("\0", "x")):
        assert desk.get(page_of, {"first_on": first_on, "last_on": last_on, "department": "x"}).status_code == 422


@pytest.mark.parametrize("value", ["\0", "9999-12-31T23:59:59-23:59~1", "0001-01-01T00:00:00+23:59~1", "~-1", ENDLESS])
def test_the_worklist_answers_whatever_its_address_says(desk: Client, value: str) -> None:
    for name in ("after", "before", "q", "tab", "category", "who"):
        assert desk.get(LIST, {name: value}).status_code == 200


def test_a_version_that_is_none_reads_no_messages(desk: Client, world: World) -> None:
    complaint = world.file()
    for version in (ENDLESS, "9" * 40, "x", "\0", "-1", ""):
        assert desk.post(page("read", complaint), {"version": version}).status_code == 302


def test_a_row_that_is_none_is_not_there(world: World, at_the_desk: None) -> None:
    world.head.is_superuser = True
    world.head.save()
    client = signed_in(world.head)
    for key in ("x", ENDLESS, "-1"):
        assert client.get(f"/admin/complaints/complaint/{key}/change/").status_code == 404
        assert client.get(f"/admin/complaints/outagewindow/{key}/change/").status_code == 302


def test_whoever_is_no_official_writes_no_note_and_is_told(world: World, at_the_desk: None) -> None:
    client, complaint = signed_in(User.objects.create_superuser("root")), world.file()

    note = client.post(page("note", complaint), {"note-text": "메모"})
    read = client.post(page("read", complaint), {"version": "1"})
    draft = client.post(page("draft", complaint, "resolve"), {"resolve-answer": "답"})

    assert (note.status_code, read.status_code, draft.status_code) == (422, 302, 403)
    assert "공무원만 할 수 있습니다." in html(note)


def test_other_systems_get_an_error_of_the_standard(world: World) -> None:
    for name in ("service_code", "service_request_id", "status", "start_date", "detailed_status"):
        for value in ("\0", "a\0b", ENDLESS):
            assert Client().get("/open311/v2/requests.json", {name: value}).status_code in (200, 400)


def test_other_systems_file_nothing_unreadable(world: World, api_key: str) -> None:
    given = {"api_key": api_key, "service_code": "other", "description": "가로등이 꺼졌어요", "address_string": "앞"}
    for name in ("description", "address_string", "first_name", "phone", "service_code", "lat"):
        answers = [Client().post("/open311/v2/requests.json", {**given, name: value}) for value in ("a\0b", ENDLESS)]
        assert answers[0].status_code == 400
        assert answers[1].status_code in (200, 400, 404)


def test_the_key_of_a_text_message_cannot_be_counted_up() -> None:
    """Whoever posts a form with the key of somebody's text would be shown her case."""
    once_known = UUID("6b0a7d0e-6f0c-4a53-9d5e-0d1f5a0b7c11")

    assert intake_key_of(7) == intake_key_of(7) != uuid5(once_known, "reply:7")
    assert intake_key_of(7) != intake_key_of(8)


@pytest.mark.parametrize("value", ["\0", "nan", ENDLESS, "1e999"])
def test_the_form_comes_back_whatever_was_sent(world: World, value: str) -> None:
    for name in ("intake_key", "lat", "lon", "source", "drop", "follow", "phone", "name", "body"):
        assert send(Client(), **{name: value}).status_code in (200, 302, 303, 422)


@pytest.mark.parametrize("value", ["\0", "nan", "inf", ENDLESS])
def test_looking_around_answers_whatever_was_sent(world: World, value: str) -> None:
    for name in ("lat", "lon", "text", "body"):
        given = {"lat": "37.55", "lon": "126.67", "text": "가람", "body": "가로등", name: value}
        assert Client().post(reverse("complaints:places"), given).status_code == 200
        assert Client().post(reverse("complaints:nearby"), given).status_code == 200


def test_the_map_answers_whatever_its_address_says(world: World) -> None:
    for name in ("category", "state", "days"):
        for value in ("\0", "-1", ENDLESS):
            assert Client().get(reverse("complaints:map"), {name: value}).status_code == 200
            assert Client().get(reverse("complaints:map_data"), {name: value}).status_code == 200
