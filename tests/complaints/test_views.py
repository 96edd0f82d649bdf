"""Citizens' pages: filing keeps what was typed, and a case opens only to whoever it belongs to."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from complaints import pending, services
from complaints.models import Attachment, Complaint
from complaints.workflow import Stage
from portal.core import clock
from tests.complaints.conftest import HANEUL, World

NEW = reverse("complaints:new")
TRACK = reverse("complaints:track")
RESIDENT_NUMBER = "900101-1234567"


def jpeg(side: int = 40) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "orange").save(buffer, "JPEG")
    return buffer.getvalue()


def upload(content: bytes, name: str = "사진.jpg") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def send(client: Client, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "body": "우리집 앞 가로등이 안 켜져요",
        "place": "새빛초등학교 정문 앞",
        "phone": "010-1234-5678",
        "name": "김하늘",
        "intake_key": str(uuid4()),
        **changes,
    }
    return client.post(NEW, {name: value for name, value in values.items() if value is not None})


def html(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def filed(world: World, client: Client) -> Complaint:
    """A complaint from this very browser."""
    send(client)
    return Complaint.objects.get()


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
        ({"photos": [upload(b"%PDF-1.7", "문서.pdf")]}, "‘문서.pdf’는 사진이 아닙니다"),
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


def test_a_case_opens_only_after_proof(world: World, client: Client, filed: Complaint) -> None:
    stranger = Client()
    pages = [reverse(f"complaints:{name}", args=[filed.number]) for name in ("detail", "due")]

    for page in pages:
        assert client.get(page).status_code == 200
        answer = stranger.get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith(TRACK)
    unknown = stranger.get(reverse("complaints:detail", args=["M2611-000999-0"]))
    assert unknown["Location"].startswith(TRACK)


def test_number_and_phone_prove_a_case(world: World, filed: Complaint) -> None:
    other_device = Client()

    response = other_device.post(TRACK, {"number": filed.number.lower(), "phone": "+82 10 1234 5678"})

    assert response["Location"] == reverse("complaints:detail", args=[filed.number])
    assert "우리집 앞 가로등이 안 켜져요" in html(other_device.get(response["Location"]))
    assert filed.number in html(other_device.get(TRACK)) or filed.title in html(other_device.get(TRACK))


def test_wrong_number_and_wrong_phone_look_the_same(world: World, filed: Complaint) -> None:
    other = world.file(phone="+821099998888", name="")

    wrong_phone = Client(REMOTE_ADDR="10.0.0.1").post(TRACK, {"number": filed.number, "phone": "01099998888"})
    wrong_number = Client(REMOTE_ADDR="10.0.0.2").post(TRACK, {"number": other.number, "phone": "01012345678"})

    assert wrong_phone.status_code == wrong_number.status_code == 422
    assert "맞는 민원을 찾지 못했습니다" in html(wrong_phone)
    assert "맞는 민원을 찾지 못했습니다" in html(wrong_number)


def test_the_sixth_try_is_refused_by_address_and_by_number(world: World, filed: Complaint) -> None:
    for _ in range(5):
        Client().post(TRACK, {"number": filed.number, "phone": "01099998888"})

    same_address = Client().post(TRACK, {"number": filed.number, "phone": "01012345678"})
    same_number = Client(REMOTE_ADDR="10.0.0.9").post(TRACK, {"number": filed.number, "phone": "01012345678"})

    assert same_address.status_code == same_number.status_code == 429
    assert "몇 분 뒤에 다시" in html(same_number)


def test_a_misread_number_is_named_before_anything_is_looked_up(client: Client, db: None) -> None:
    response = client.post(TRACK, {"number": "M2611-000123-9", "phone": "01012345678"})

    assert response.status_code == 422
    assert "접수번호를 다시 확인해 주세요" in html(response)


def test_a_link_shows_stages_and_officer_but_no_words_and_no_photo(world: World, client: Client) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    response = Client().get(reverse("complaints:link", args=[complaint.token]))

    page = html(response)
    assert "이담당 주무관" in page
    assert "보완 요청" in page
    assert "가로등" not in page
    assert "/photos/" not in page
    assert response["Cache-Control"] == "private, no-store"
    assert (
        response["Referrer-Policy"] == "same-origin"
    )  # nothing goes to another house; ours needs it for its own forms


def test_a_made_up_link_is_not_found(client: Client, db: None) -> None:
    assert client.get(reverse("complaints:link", args=["x" * 22])).status_code == 404


def test_a_look_changes_nothing(world: World, client: Client, filed: Complaint) -> None:
    before = Complaint.objects.values().get()

    for page in (
        reverse("complaints:link", args=[filed.token]),
        reverse("complaints:detail", args=[filed.number]),
        reverse("complaints:due", args=[filed.number]),
    ):
        client.get(page)

    assert Complaint.objects.values().get() == before


def test_the_due_date_is_explained_day_by_day(world: World, client: Client, filed: Complaint) -> None:
    page = html(client.get(reverse("complaints:due", args=[filed.number])))

    assert "1일째" in page
    assert "7일째" in page
    assert "토요일" in page
    assert "처리 기한" in page


def test_a_message_reaches_the_officer(world: World, client: Client, filed: Complaint) -> None:
    page = reverse("complaints:detail", args=[filed.number])

    response = client.post(page, {"act": "write", "write-text": "옆 가로등도 꺼졌어요"})

    assert response.status_code == 302
    filed.refresh_from_db()
    assert filed.unread_count == 1
    assert "담당자에게 전했습니다" in html(client.get(page))


def test_an_empty_message_is_refused_beside_its_field(world: World, client: Client, filed: Complaint) -> None:
    response = client.post(reverse("complaints:detail", args=[filed.number]), {"act": "write", "write-text": " "})

    assert response.status_code == 422
    assert "내용을 적어 주세요." in html(response)


def test_a_supplement_resumes_the_case(world: World, client: Client, filed: Complaint) -> None:
    world.now = clock.now()
    filed.refresh_from_db()
    world.ask(filed)
    page = reverse("complaints:detail", args=[filed.number])
    assert "보완이 필요합니다" in html(client.get(page))

    client.post(page, {"act": "supplement", "supplement-text": "가로등 번호는 12-3입니다"})

    filed.refresh_from_db()
    assert filed.stage == Stage.ASSIGNED


def test_an_answer_is_shown_rated_and_questioned(world: World, client: Client, filed: Complaint) -> None:
    world.now = clock.now()
    filed.refresh_from_db()
    world.resolve(filed, outcome="refused", refusal_reason="개인 땅입니다.", remedy="행정심판을 청구할 수 있습니다.")
    page = reverse("complaints:detail", args=[filed.number])
    shown = html(client.get(page))
    assert "개인 땅입니다." in shown
    assert "행정심판" in shown

    rated = client.post(page, {"act": "rate", "rate-score": "2", "rate-comment": ""})
    reopened = client.post(page, {"act": "reopen", "reopen-reason": "구청 땅이 맞습니다"})

    assert rated.status_code == reopened.status_code == 302
    filed.refresh_from_db()
    assert filed.stage == Stage.REOPENING
    assert filed.satisfactions.get().score == 2


def test_an_act_nobody_offered_is_not_found(world: World, client: Client, filed: Complaint) -> None:
    assert client.post(reverse("complaints:detail", args=[filed.number]), {"act": "resolve"}).status_code == 404


def test_a_case_that_moved_on_refuses_the_old_form_in_words(world: World, client: Client, filed: Complaint) -> None:
    page = reverse("complaints:detail", args=[filed.number])

    response = client.post(page, {"act": "rate", "rate-score": "5", "rate-comment": "좋아요"})

    assert response.status_code == 422
    assert "할 수 없습니다" in html(response)


def test_own_photos_are_shown_cleaned_and_only_to_their_sender(world: World, client: Client) -> None:
    send(client, photos=[upload(jpeg())])
    complaint = Complaint.objects.get()
    address = reverse("complaints:photo", args=[complaint.number, 1, "view"])
    assert client.get(address).status_code == 404  # still in quarantine
    services.process_photos(now=clock.now())

    response = client.get(address)

    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert Client().get(address).status_code == 404
    assert "사진 1" in html(client.get(reverse("complaints:detail", args=[complaint.number])))


def test_signed_in_citizens_open_their_own_cases_without_proof(world: World) -> None:
    complaint = world.file(by=world.haneul)
    her, him = Client(), Client()
    her.force_login(world.haneul)
    him.force_login(world.bada)
    page = reverse("complaints:detail", args=[complaint.number])

    assert her.get(page).status_code == 200
    assert him.get(page).status_code == 302
    assert "010" in html(her.get(NEW))
