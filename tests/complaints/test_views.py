"""민원 신청: filing keeps what was typed, and refuses in plain sentences."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from complaints import pending, services
from complaints.models import Attachment, Complaint
from portal.core import clock
from tests.complaints.conftest import HANEUL, World
from tests.complaints.pages import NEW, html, jpeg, send, upload

RESIDENT_NUMBER = "900101-1234567"


def test_the_form_is_one_page_with_one_primary_button(client: Client, db: None) -> None:
    response = client.get(NEW)

    assert response.status_code == 200
    assert html(response).count('class="btn"') == 1
    assert "보내기" in html(response)
    assert html(response).count("<h1") == 1


def test_a_report_is_filed_and_the_receipt_says_number_and_date(world: World, client: Client) -> None:
    response = send(client)

    complaint = Complaint.objects.get()
    assert response.status_code == 303
    receipt = html(client.get(response.url))
    assert complaint.number in receipt
    assert "왜 이 날짜인가요?" in receipt
    assert "도로과 이담당 주무관" in receipt
    assert complaint.phone == HANEUL
    assert complaint.address == "새빛초등학교 정문 앞"
    assert complaint.location_source == "text"


def test_two_presses_of_one_form_make_one_case(world: World, client: Client) -> None:
    key = str(uuid4())

    first, second = send(client, intake_key=key), send(client, intake_key=key)

    assert first.url == second.url
    assert Complaint.objects.count() == 1


def test_a_photo_alone_is_a_report(world: World, client: Client) -> None:
    response = send(client, body="", phone="", name="", photos=[upload(jpeg())])

    complaint = Complaint.objects.get()
    assert response.status_code == 303
    assert complaint.attachments.get().state == Attachment.State.QUARANTINED
    receipt = html(client.get(response.url))
    assert "알림을 보내 드릴 수 없습니다" in receipt
    assert f"/c/{complaint.token}/" in receipt


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body": "  ", "place": ""}, "무슨 일인지 적거나 사진을 올려 주세요."),
        ({"phone": "02-123-4567"}, "휴대전화"),
        ({"phone": "1234"}, "010-1234-5678처럼"),
        ({"body": "가" * 5001}, "내용은 5,000자까지"),
        ({"body": f"제 번호는 {RESIDENT_NUMBER}"}, "주민등록번호는 적지 마세요"),
        ({"lat": "35.68", "lon": "139.76"}, "국내 위치만"),
        ({"photos": [upload(b"MZ\x90", "문서.exe")]}, "‘문서.exe’ 파일은 보낼 수 없는 형식입니다"),
        ({"photos": [upload(b"", "빈.jpg")]}, "빈 파일"),
        ({"photos": [upload(b"\xff\xd8\xff" + b"0" * (21 * 1024 * 1024), "큰.jpg")]}, "20MB보다 커서"),
    ],
)
def test_a_refusal_is_a_plain_sentence_and_keeps_what_was_typed(
    world: World, client: Client, changes: dict[str, Any], sentence: str
) -> None:
    response = send(client, **changes)

    assert response.status_code == 422
    page = html(response)
    assert sentence in page
    assert "error-summary" in page
    assert "<title>오류: " in page
    assert Complaint.objects.count() == 0
    if "body" not in changes:
        assert "우리집 앞 가로등이 안 켜져요" in page


def test_a_resident_number_is_not_handed_back(world: World, client: Client) -> None:
    page = html(send(client, body=f"제 번호는 {RESIDENT_NUMBER}"))

    assert RESIDENT_NUMBER not in page
    assert "900101-*******" in page


def test_good_photos_of_a_refused_form_are_kept_and_sent_with_the_next_try(world: World, client: Client) -> None:
    key = uuid4()
    photos = [upload(jpeg(), "하나.jpg"), upload(b"text", "둘.txt")]

    refused = send(client, intake_key=str(key), photos=photos)
    assert "사진 1장은 이미 받아 두었습니다" in html(refused)
    accepted = send(client, intake_key=str(key))

    assert accepted.status_code == 303
    assert Complaint.objects.get().attachments.count() == 1
    assert pending.sizes(key) == []


def test_a_kept_photo_can_be_taken_out_again(world: World, client: Client) -> None:
    key = uuid4()
    send(client, intake_key=str(key), phone="1", photos=[upload(jpeg(), "하나.jpg"), upload(jpeg(50), "둘.jpg")])

    send(client, intake_key=str(key), drop=["1"])

    assert Complaint.objects.get().attachments.count() == 1


def test_more_than_ten_photos_are_refused_by_number(world: World, client: Client) -> None:
    photos = [upload(jpeg(20 + side), f"{side}.jpg") for side in range(11)]

    response = send(client, photos=photos)

    assert response.status_code == 422
    assert "사진은 10장까지" in html(response)


def test_kept_photos_are_sealed_and_forgotten_after_a_day(world: World) -> None:
    key, now = uuid4(), clock.now()
    pending.keep(key, [services.Photo("하나.jpg", jpeg())], now=now)
    (file,) = pending._folder(key).iterdir()

    assert b"\xff\xd8\xff" not in file.read_bytes()[:40]
    assert pending.photos(key)[0].content == jpeg()
    pending.forget_old(now=now + timedelta(hours=25))
    assert pending.sizes(key) == []


@pytest.mark.parametrize("text", ["담이 무너질 것 같아요", "지하에서 가스 냄새가 나요"])
def test_danger_names_119_first_and_never_blocks(world: World, client: Client, text: str) -> None:
    while_typing = html(client.post(NEW, {"danger": "1", "body": text}))
    refused = html(send(client, body=text, phone="1"))
    receipt = html(client.get(send(client, body=text).url))

    for page in (while_typing, refused, receipt):
        assert 'href="tel:119"' in page
    assert Complaint.objects.get().priority == 1


def test_ordinary_words_show_no_danger(client: Client, db: None) -> None:
    assert "tel:119" not in html(client.post(NEW, {"danger": "1", "body": "통행이 불편해요"}))


def test_the_chat_hands_its_words_over_without_filing(world: World, client: Client) -> None:
    response = client.post(NEW, {"prefill": "chatbot", "body": "가로등이 꺼졌어요"})

    assert response.status_code == 200
    assert "가로등이 꺼졌어요" in html(response)
    assert "가로등 불빛" in html(client.get(NEW, {"text": "가로등 불빛"}))
    assert Complaint.objects.count() == 0


def test_a_machine_is_slowed_down_and_keeps_its_text(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.views.filing.HOURLY_PER_ADDRESS", 1)
    send(client)

    response = send(client, body="두 번째 글입니다")

    assert response.status_code == 429
    assert "두 번째 글입니다" in html(response)
    assert Complaint.objects.count() == 1


def test_a_lost_key_is_replaced_and_nothing_is_lost(world: World, client: Client) -> None:
    response = send(client, intake_key="nonsense")

    assert response.status_code == 422
    assert "우리집 앞 가로등이 안 켜져요" in html(response)
    assert "nonsense" not in html(response)


def test_an_official_who_reports_something_is_a_citizen(world: World, client: Client) -> None:
    client.force_login(world.clerk)

    send(client)

    assert Complaint.objects.get().citizen is None
