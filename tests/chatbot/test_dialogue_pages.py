"""The secret address of a draft: what it shows, whom it lets go on, what files it takes."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from chatbot import services
from chatbot.models import Conversation, Draft, DraftAnswer, Handover
from chatbot.resuming import intake_key_of, token_of
from chatbot.services.drafts import DraftGone
from complaints import pending
from complaints.models import Complaint
from messaging.models import Message
from portal.accounts.models import Department
from portal.accounts.proofs import PER_ADDRESS
from portal.accounts.services import take_token
from portal.core.clock import now
from tests.chatbot.district import E164, PHONE, Chat, chat, district, make_official

__all__ = ["chat", "district"]
pytestmark = pytest.mark.django_db


def picture(colour: int = 90) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), (colour, 100, 120)).save(content, "JPEG")
    return SimpleUploadedFile("a.jpg", content.getvalue(), "image/jpeg")


@pytest.fixture
def today(chat: Chat) -> Chat:
    """A form begun now: the pages read the clock themselves."""
    chat.now = now() - timedelta(minutes=5)
    chat.say("가로등 고장 신고할래요")
    chat.say("새빛초 정문 앞")
    return chat


def address(draft: Draft) -> str:
    return f"/chat/resume/{token_of(draft)}/"


def test_looking_changes_nothing_and_shows_no_answers(today: Chat, client: Client) -> None:
    page = client.get(address(today.draft))

    assert page.status_code == 200
    assert "새빛초" not in page.content.decode()
    assert today.draft.conversation == today.conversation


def test_the_form_goes_on_on_another_device(today: Chat, client: Client) -> None:
    client.post(address(today.draft), {"go": "1"})
    page = client.get("/chat/").content.decode()

    assert "사진이 있으면 올려 주세요" in page
    assert today.draft.conversation != today.conversation
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize("token", ["x", "0" * 64])
def test_a_forged_address_leads_nowhere(today: Chat, client: Client, token: str) -> None:
    assert client.get(f"/chat/resume/{token}/").status_code == 404


def test_an_address_ends_with_its_week_and_with_the_form(today: Chat, client: Client) -> None:
    path = address(today.draft)
    Draft.objects.update(expires_at=now())
    assert client.get(path).status_code == 404
    Draft.objects.update(expires_at=now() + timedelta(days=1), state=Draft.State.ABANDONED)
    assert client.post(path, {"go": "1"}).status_code == 404


def test_whoever_comes_too_late_reads_how_long_forms_are_kept(client: Client, settings: Settings) -> None:
    settings.CHATBOT_DRAFT_DAYS = 12

    page = client.get("/chat/resume/x/").content.decode()
    client.cookies["language"] = "en"
    english = client.get("/chat/resume/x/").content.decode()

    assert "쓰다 만 신청서는 12일이 지나면 지웁니다." in page
    assert "deleted after 12 days" in english


def test_files_answer_their_question_and_go_with_the_complaint(today: Chat, client: Client) -> None:
    client.post(address(today.draft), {"chosen": [picture(), picture(200)]})
    assert today.draft.current_slot == "memo"
    assert DraftAnswer.objects.get(slot="photos").value == "2"
    pending.forget_old(now=now() + timedelta(days=5))
    assert len(pending.sizes(intake_key_of(today.draft))) == 2
    today.now = now()
    for text in ("건너뛰기", "건너뛰기", "1번", "확인"):
        today.say(text)
    today.prove()

    assert Complaint.objects.get().attachments.count() == 2


def test_a_wrong_file_is_named_and_a_good_one_beside_it_stays(today: Chat, client: Client) -> None:
    wrong = SimpleUploadedFile("virus.exe", b"MZ", "application/octet-stream")
    page = client.post(address(today.draft), {"chosen": [wrong, picture()]})

    assert page.status_code == 422
    assert "virus.exe" in page.content.decode()
    assert len(pending.sizes(intake_key_of(today.draft))) == 1


def test_files_that_are_gone_are_asked_for_again_and_nothing_is_filed_without_them(today: Chat, client: Client) -> None:
    client.post(address(today.draft), {"chosen": [picture()]})
    pending.discard(intake_key_of(today.draft))
    for text in ("건너뛰기", "건너뛰기", "1번", "확인"):
        today.say(text)
    today.prove()

    assert "다시 올려 주세요" in today.words
    assert today.draft.state == Draft.State.CONFIRMING
    assert not Complaint.objects.exists()


def test_files_live_as_long_as_their_form(today: Chat, client: Client) -> None:
    client.post(address(today.draft), {"chosen": [picture()]})
    today.now = now() + timedelta(days=6)
    today.say("건너뛰기")
    pending.forget_old(now=now() + timedelta(days=12))

    assert len(pending.sizes(intake_key_of(today.draft))) == 1


def test_the_public_number_of_a_form_opens_neither_its_files_nor_its_case(today: Chat, client: Client) -> None:
    client.post(address(today.draft), {"chosen": [picture()]})
    assert pending.sizes(today.draft.public_id) == []
    for text in ("건너뛰기", "건너뛰기", "1번", "확인"):
        today.say(text)
    today.prove()

    assert Complaint.objects.get().intake_key == intake_key_of(today.draft) != today.draft.public_id


def test_a_form_that_was_filed_meanwhile_is_neither_uploaded_to_nor_gone_on_with(today: Chat) -> None:
    stale = today.draft
    for text in ("건너뛰기", "건너뛰기", "건너뛰기", "1번", "확인"):
        today.say(text)
    today.prove()
    stranger = services.open_conversation(public_id=None, now=today.now)

    with pytest.raises(DraftGone):
        services.uploaded(conversation=today.conversation, draft=stale, slot="photos", now=today.now)
    with pytest.raises(DraftGone):
        services.resume(conversation=stranger, draft=stale, now=today.now)
    assert today.draft.state == Draft.State.FILED
    assert today.draft.conversation == today.conversation


def test_whoever_opens_the_address_must_show_who_she_is(today: Chat) -> None:
    from portal.accounts.models import User

    owner = User.objects.create(username="haneul", phone=E164)
    conversation = services.open_conversation(public_id=today.conversation.public_id, citizen=owner, now=now())
    services.drafts.put(today.draft, services.drafts.PROVEN, E164)
    finder = Chat(services.open_conversation(public_id=None, now=today.now), today.now)

    services.resume(conversation=finder.conversation, draft=today.draft, now=finder.now)
    assert conversation.citizen == owner
    assert today.draft.citizen is None
    for text in ("건너뛰기", "건너뛰기", "건너뛰기", "1번", "확인"):
        finder.say(text)
    assert "휴대전화 번호를 적어" in finder.words
    assert not Complaint.objects.exists()


def test_the_citizens_other_device_keeps_who_she_is(today: Chat) -> None:
    from portal.accounts.models import User

    owner = User.objects.create(username="haneul", phone=E164)
    services.open_conversation(public_id=today.conversation.public_id, citizen=owner, now=now())
    other = services.open_conversation(public_id=None, citizen=owner, now=now())

    services.resume(conversation=other, draft=today.draft, now=today.now)
    assert today.draft.citizen == owner
    assert today.draft.conversation == other


def test_the_address_of_a_petition_nobody_offers_any_more_says_so(today: Chat, client: Client) -> None:
    path = address(today.draft)
    Draft.objects.update(petition_code="long_gone")

    for page in (client.get(path), client.post(path, {"go": "1"}), client.post(path, {"chosen": [picture()]})):
        assert page.status_code == 404
        assert "없는 신청서" in page.content.decode()


def test_a_new_conversation_buys_no_more_codes_for_one_address(today: Chat) -> None:
    for text in ("건너뛰기", "건너뛰기", "건너뛰기", "1번", "확인"):
        today.say(text)
    for _ in range(PER_ADDRESS):
        assert take_token(key="codes:address:192.0.2.7", capacity=PER_ADDRESS, per_seconds=60, now=now())
    visitor = Client(REMOTE_ADDR="192.0.2.7")
    visitor.post(address(today.draft), {"go": "1"})
    for text in ("확인", PHONE):
        visitor.post("/chat/turns/", {"request_key": str(uuid4()), "text": text})

    assert "너무 자주" in visitor.get("/chat/").content.decode()
    assert not Message.objects.exists()


def test_danger_is_heard_on_the_page_however_long_the_text_is(today: Chat, client: Client) -> None:
    calm, danger = "가로등이 어두워요 " * 5_000, "불이 났어요 " + "가나다라" * 10_000
    refused = client.post("/chat/turns/", {"request_key": str(uuid4()), "text": calm})
    client.post("/chat/turns/", {"request_key": str(uuid4()), "text": danger})

    assert refused.status_code == 422
    assert "민원으로 접수해 주세요" in refused.content.decode()
    assert "119" in client.get("/chat/").content.decode()


def test_a_citizen_who_signs_in_keeps_the_thread_and_nobody_else_reads_it(today: Chat) -> None:
    from portal.accounts.models import User

    haneul, bada = User.objects.create(username="haneul"), User.objects.create(username="bada")
    known = services.open_conversation(public_id=today.conversation.public_id, citizen=haneul, now=now())

    assert known == today.conversation
    assert today.draft.citizen == haneul
    assert services.open_conversation(public_id=known.public_id, citizen=bada, now=now()) != known
    assert services.open_conversation(public_id=known.public_id, now=now()) != known
    assert services.drafts.open_drafts(known, now=now()).count() == 1


def test_an_official_answers_on_the_page_and_sees_no_private_answers(today: Chat) -> None:
    user = make_official("desk", Department.objects.order_by("pk")[0], "intake", "administrator")
    user.is_superuser = True
    user.save()
    waiting = Handover.objects.create(
        conversation=today.conversation, state=Handover.State.WAITING, asked_at=now(), reason="asked"
    )
    client = Client()
    client.force_login(user)

    page = client.get(f"/admin/chatbot/handover/{waiting.pk}/talk/")
    assert page.status_code in (200, 302)
    if page.status_code == 200:
        assert "새빛초" not in page.content.decode()
        client.post(f"/admin/chatbot/handover/{waiting.pk}/talk/", {"text": "도와드릴게요", "answer_close": "1"})
        waiting.refresh_from_db()
        assert waiting.state == Handover.State.CLOSED
    assert uuid4()
