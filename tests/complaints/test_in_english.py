"""A citizen who reads English: her pages are English, what is kept and sent about her case is Korean."""

import re

import pytest
from django.test import Client
from django.utils.translation import override

from complaints import announcements, wording
from complaints.models import Complaint, StageChange
from messaging.models import Message
from tests.complaints.conftest import World
from tests.complaints.pages import NEW, TRACK, html, send, upload

ENGLISH = re.compile(r"[A-Za-z]{4,}")


@pytest.fixture
def reader(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def test_her_report_is_announced_and_recorded_in_korean(world: World, reader: Client) -> None:
    response = send(reader)

    assert response.status_code == 303
    complaint = Complaint.objects.get()
    said = [message.body for message in Message.objects.all()]
    assert said
    assert not any(ENGLISH.search(re.sub(r"https?://\S+", "", text)) for text in said)
    written = [change.public_text for change in StageChange.objects.filter(complaint=complaint)]
    assert not any(ENGLISH.search(text) for text in written)
    assert not ENGLISH.search(complaint.title)


def test_her_receipt_and_tracking_bar_are_english(world: World, reader: Client) -> None:
    receipt = html(reader.get(send(reader).url))
    page = html(reader.get(f"/complaints/{Complaint.objects.get().number}/"))

    assert "Your report has been sent" in receipt
    assert "Why this date?" in receipt
    assert "Officer assigned" in page
    assert '<span lang="ko">도로과</span>' in page
    assert "처리 완료" not in page


def test_refusals_of_forms_and_services_are_english(db: None, reader: Client) -> None:
    empty = html(reader.post(NEW, {"intake_key": "d3a2b5f0-0000-4000-8000-000000000000"}))
    track = html(reader.post(TRACK, {"number": "x", "phone": "02-123-4567"}))

    assert "Please say what is the matter or add a photo." in empty
    assert "Please check the report number." in track
    assert "Text messages cannot be sent to a landline." in track


def test_a_file_is_refused_by_name_in_english(world: World, reader: Client) -> None:
    page = html(send(reader, photos=[upload(b"", "empty.jpg"), upload(b"<svg/>", "drawing.svg")]))

    assert "‘empty.jpg’ is an empty file" in page
    assert "‘drawing.svg’ is not a kind of file that can be sent" in page


def test_date_on_a_page_follows_the_reader_and_the_date_in_a_text_does_not(world: World) -> None:
    complaint = world.file()

    korean = wording.due_words(complaint)
    with override("en"):
        assert re.match(r"(Mon|Tue|Wed|Thu|Fri) \d{1,2} [A-Z][a-z]{2}", wording.due_words(complaint))
        assert announcements.due_words(complaint) == korean


def test_first_words_of_a_menu_are_the_readers(db: None, client: Client) -> None:
    link = {"text": "가로등이 고장 났습니다. "}

    assert "가로등이 고장 났습니다." in html(client.get(NEW, link))
    client.cookies["language"] = "en"
    assert "The street light is broken." in html(client.get(NEW, link))
    assert "말하신 그대로" in html(client.get(NEW, {"text": "말하신 그대로"}))
