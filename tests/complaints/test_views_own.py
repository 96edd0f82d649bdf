"""One's own case: it opens only to whoever it belongs to, and takes messages, supplements, scores and doubts."""

import pytest
from django.test import Client
from django.urls import reverse

from complaints import services
from complaints.models import Complaint
from complaints.workflow import Stage
from portal.core import clock
from tests.complaints.conftest import World
from tests.complaints.pages import NEW, TRACK, html, jpeg, send, upload


@pytest.fixture
def filed(world: World, client: Client) -> Complaint:
    """A complaint from this very browser."""
    send(client)
    return Complaint.objects.get()


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
