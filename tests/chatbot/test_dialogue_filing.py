"""A petition from its first word to its number, through the database: filed once, and nothing lost on the way."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from chatbot import services
from chatbot.cards import Progress, Safety
from chatbot.engine.safety import card_of
from chatbot.models import Conversation, Draft, DraftAnswer, Turn
from chatbot.services import answering, handover
from chatbot.services.drafts import DraftGone
from complaints.models import Complaint
from messaging.models import Message
from portal.accounts import proofs
from portal.accounts.models import CalendarDay, User
from portal.core.workdays import CalendarMissing
from portal.site import keeping
from tests.chatbot.district import E164, MONDAY, PHONE, Chat, chat, code_sent, district

__all__ = ["chat", "district"]
pytestmark = pytest.mark.django_db


def fill(chat: Chat) -> None:
    """As far as the summary."""
    chat.say("연희동 12-3 앞 불법주차 신고할래요")
    chat.tap("소화전")
    chat.say("34나 7788")
    chat.tap("건너뛰기")
    chat.say("그저께 밤 9시")
    chat.say("매일 그래요")


def test_a_petition_is_begun_filled_proven_and_filed(chat: Chat) -> None:
    fill(chat)
    assert "장소: 연희동 12-3 앞 (확인해 주세요)" in chat.words
    chat.tap("확인")
    chat.prove()

    complaint = Complaint.objects.get()
    assert complaint.number in chat.words
    assert complaint.phone == E164
    assert complaint.channel == "chatbot"
    assert complaint.category is not None
    assert complaint.category.code == "parking.illegal"
    assert complaint.address == "연희동 12-3 앞"
    assert "차량 번호: 34나 7788" in complaint.body
    assert "덧붙인 말: 매일 그래요" in complaint.body
    assert json.loads(complaint.extra)["title"] == "불법주정차 신고"
    assert chat.links[0].startswith("/c/")
    assert Message.objects.filter(reference=complaint.number).exists()
    assert not DraftAnswer.objects.exists()


def test_two_tabs_and_double_taps_file_once(chat: Chat) -> None:
    fill(chat)
    token = next(token for label, token in chat.buttons() if label == "확인")
    chat.tap("확인")
    chat.prove()
    for _ in range(2):
        again = services.tap(conversation=chat.conversation, token=token, request_key=uuid4(), now=chat.now)
        assert Complaint.objects.get().number in json.dumps(again.reply, ensure_ascii=False)
    assert Complaint.objects.count() == 1


def test_the_same_request_is_one_step(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    key = uuid4()
    for _ in range(2):
        services.say(conversation=chat.conversation, text="새빛초 정문 앞", request_key=key, now=chat.now)

    assert chat.draft.current_slot == "photos"


def test_nothing_that_was_answered_stands_in_the_log(chat: Chat) -> None:
    fill(chat)
    chat.tap("확인")
    chat.prove()

    stored = " ".join(
        f"{turn.text_masked} {json.dumps(turn.reply, ensure_ascii=False)}" for turn in Turn.objects.order_by("pk")[1:]
    )
    for private in ("34나 7788", "매일 그래요", "1234-5678", "5678", "그저께"):
        assert private not in stored
    assert "[slot]" in stored


def test_answers_lie_sealed(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    chat.say("새빛초등학교 정문 앞")

    row = DraftAnswer.objects.get(slot="place")
    assert "새빛초" in row.value
    assert "새빛초".encode() not in bytes(row.value_sealed)


def test_a_question_in_between_is_answered_and_the_same_slot_stands(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    for _ in range(3):
        turn = chat.say("여권은 어디서 만드나요?")
        assert turn.faq is not None
        assert turn.faq.slug == "passport"
        assert Progress(1, 5, "가로등·보안등 고장 신고") in chat.cards
        assert chat.draft.current_slot == "place"


def test_danger_in_a_form_shows_the_card_and_keeps_the_frame(chat: Chat) -> None:
    chat.say("민원 접수할래요")
    turn = chat.say("옆집에 불이 났어요 살려주세요")

    assert turn.decision == Turn.Decision.SAFETY
    assert any(isinstance(card, Safety) for card in chat.cards)
    assert turn.text_masked == "[slot]"
    assert "불이 났어요" in DraftAnswer.objects.get(slot="story").value
    chat.tap("이어서 작성")
    assert chat.draft.current_slot == "place"


def test_another_petition_is_pushed_and_the_first_comes_back(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    chat.say("불법주차 신고할래요")
    assert "불법주정차 신고" in chat.words
    chat.tap("시작할게요")
    assert chat.draft.petition_code == "illegal_parking"
    chat.say("취소")
    chat.tap("그만둘게요")

    assert "가로등·보안등 고장 신고" in chat.words
    chat.say("새빛초 정문 앞")
    assert DraftAnswer.objects.get(slot="place").draft.petition_code == "streetlight"


def test_a_wrong_code_is_counted_and_another_phone_can_be_given(chat: Chat) -> None:
    fill(chat)
    chat.tap("확인")
    chat.say(PHONE)
    right = code_sent()
    chat.say("000000" if right != "000000" else "111111")
    assert "번 더 해 볼 수 있습니다" in chat.words
    chat.say(right)
    assert Complaint.objects.count() == 1


def test_too_many_wrong_codes_from_one_client_are_told_in_the_thread(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "WRONG_PER_ADDRESS", 1)
    fill(chat)
    chat.tap("확인")
    chat.say(PHONE)
    right = code_sent()
    for _ in range(2):
        chat.say("000000" if right != "000000" else "111111")

    assert "인증번호를 여러 번 틀렸습니다" in chat.words
    assert not Complaint.objects.exists()


def test_whoever_leaves_takes_what_she_asked_with_her(chat: Chat) -> None:
    citizen = User.objects.create(username="c-1", phone=E164)
    services.open_conversation(public_id=chat.conversation.public_id, citizen=citizen, now=chat.now)
    fill(chat)

    keeping.leave(citizen, address="127.0.0.1", now=chat.now)

    assert not Conversation.objects.exists()
    assert not Draft.objects.exists()


def test_a_week_later_the_form_is_gone_and_a_day_earlier_it_is_not(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    chat.say("새빛초 정문 앞")
    begun = chat.now

    assert services.expire_drafts(now=begun + timedelta(days=7) - timedelta(minutes=1)) == 0
    assert services.expire_drafts(now=begun + timedelta(days=7)) == 1
    assert services.expire_drafts(now=begun + timedelta(days=7)) == 0
    assert Draft.objects.get().state == Draft.State.EXPIRED
    assert not DraftAnswer.objects.exists()
    chat.now = begun + timedelta(days=8)
    chat.say("이어서 작성")
    assert "이어 갈게요" not in chat.words


def test_what_is_put_off_is_gone_on_with_in_the_same_place(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    chat.say("새빛초 정문 앞")
    chat.say("나중에")
    assert Conversation.objects.get().stack == []
    chat.now += timedelta(days=6)
    chat.say("이어서 작성")

    assert chat.draft.current_slot == "photos"
    assert "사진이 있으면" in chat.words


def test_another_citizens_form_cannot_be_reached(chat: Chat) -> None:
    fill(chat)
    token = next(token for label, token in chat.buttons() if label == "확인")
    stranger = services.open_conversation(public_id=None, now=MONDAY)

    with pytest.raises(DraftGone):
        services.tap(conversation=stranger, token=token, request_key=uuid4(), now=chat.now)


def test_what_is_prepared_never_says_that_it_is_filed(chat: Chat) -> None:
    chat.say("전입신고 미리 작성할래요")
    for answer in ("김하늘", "새빛로 12", "어제", "3", "네"):
        if chat.draft.state == Draft.State.FILLING:
            chat.say(answer)
    chat.tap("확인")

    assert "아직 접수된 것이 아닙니다" in chat.words
    assert "접수번호" not in chat.words
    assert not Complaint.objects.exists()
    assert Draft.objects.get().state == Draft.State.PREPARED


def test_a_petition_that_names_nobody_is_filed_without_a_phone(chat: Chat) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("새빛빌라 2층 끝집")
    chat.say("1, 2")
    chat.say("건너뛰기")
    chat.tap("확인")

    assert Complaint.objects.get().phone == ""


def test_a_changed_specification_keeps_what_still_holds(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    chat.say("새빛초 정문 앞")
    Draft.objects.update(spec_version="old")
    draft = Draft.objects.get()
    services.drafts.put(draft, "colour", "blue")
    chat.say("나중에")
    Draft.objects.update(spec_version="old")
    chat.say("이어서 작성")

    assert "바뀌었습니다" in chat.words
    assert set(DraftAnswer.objects.values_list("slot", flat=True)) == {"place"}


def test_what_only_sounded_like_danger_still_answers_the_question(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.say("가로등 고장 신고할래요")
    card = card_of("fire")
    assert card is not None
    monkeypatch.setattr(answering, "emergency_in", lambda text: replace(card, is_sure=False))
    turn = chat.say("불난 집 앞 전봇대 옆")

    assert turn.decision == Turn.Decision.SAFETY
    assert turn.text_masked == "[slot]"
    assert isinstance(chat.cards[0], Safety)
    assert "사진이 있으면" in chat.words
    assert chat.draft.current_slot == "photos"


def test_signs_that_no_letter_holds_do_not_keep_a_form_from_being_filed(chat: Chat) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("새빛빌라 2층\x00 끝집")
    chat.say("1, 2")
    chat.say("며칠째\x00 불이 꺼져 있어요\n걱정됩니다")
    chat.say("확인")

    complaint = Complaint.objects.get()
    assert complaint.address == "새빛빌라 2층 끝집"
    assert "며칠째 불이 꺼져 있어요\n걱정됩니다" in complaint.body


def test_beyond_the_calendar_nothing_is_lost_and_nobody_reads_of_a_calendar(chat: Chat) -> None:
    CalendarDay.objects.filter(on__gt=MONDAY.date()).delete()
    chat.now = MONDAY + timedelta(hours=12)
    chat.say("상담사")
    assert "다음 근무일에 전화드리겠습니다" in chat.words
    for text in ("여권 사진 규격이 궁금해요", "오전", "확인"):
        chat.say(text)
    chat.prove()

    assert "지금은 접수가 되지 않습니다" in chat.words
    assert chat.draft.state == Draft.State.CONFIRMING


def test_a_refusal_after_filing_takes_the_filing_back(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise CalendarMissing(MONDAY.date())

    chat.now = MONDAY + timedelta(hours=12)
    chat.say("상담사")
    with monkeypatch.context() as broken:
        broken.setattr(handover, "promise_for", refuse)
        for text in ("여권 사진 규격이 궁금해요", "오전", "확인"):
            chat.say(text)
        chat.prove()
    assert chat.draft.state == Draft.State.CONFIRMING
    assert not Complaint.objects.exists()

    chat.say("확인")
    assert Complaint.objects.get().number in chat.words
