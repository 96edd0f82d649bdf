"""A person takes over, or a call is promised and kept in sight; and what is looked up in the chat."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot import services
from chatbot.cards import Phone
from chatbot.models import Handover, Turn
from chatbot.services.handover import NothingSaid, NotWaiting, waiting_for
from complaints.models import Complaint
from messaging.models import Message
from portal.accounts.models import Department, User
from portal.core.workdays import KST
from tests.chatbot.district import E164, MONDAY, Chat, chat, district, make_faq, make_official

__all__ = ["chat", "district"]
pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 2, 22, 0, tzinfo=KST)
SATURDAY = datetime(2026, 11, 7, 11, 0, tzinfo=KST)


@pytest.fixture
def clerk(district: None) -> User:
    return make_official("desk", Department.objects.order_by("pk")[0], "intake")


def test_somebody_on_duty_is_waited_for_and_answers_in_the_thread(chat: Chat, clerk: User) -> None:
    turn = chat.say("상담사 연결해 주세요")
    waiting = Handover.objects.get()
    answer = services.answer_handover(waiting, text="네, 도와드릴게요.", by=clerk, now=chat.now)

    assert turn.decision == Turn.Decision.PERSON
    assert waiting.state == Handover.State.WAITING
    assert "1번째" in str(turn.reply)
    assert answer.decision == Turn.Decision.PERSON
    assert "도와드릴게요" in chat.words
    assert not Message.objects.filter(topic="chatbot.answer").exists()
    chat.say("상담사")
    assert Handover.objects.count() == 1


def test_the_same_press_of_an_official_says_it_once(chat: Chat, clerk: User) -> None:
    chat.say("상담사 연결해 주세요")
    key = uuid4()
    waiting = Handover.objects.get()

    first = services.answer_handover(waiting, text="네.", by=clerk, now=chat.now, request_key=key)
    again = services.answer_handover(waiting, text="네.", by=clerk, now=chat.now, request_key=key)
    another = services.answer_handover(waiting, text="네.", by=clerk, now=chat.now, request_key=uuid4())

    assert first == again != another


def test_the_answer_goes_to_the_phone_of_somebody_who_left(chat: Chat, clerk: User) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("상담사")
    services.drafts.put(chat.draft, services.drafts.PROVEN, E164)
    services.answer_handover(
        Handover.objects.get(), text="확인했습니다.", by=clerk, now=chat.now + timedelta(hours=1), closes=True
    )

    message = Message.objects.get(topic="chatbot.answer")
    assert message.phone == E164
    assert "확인했습니다" in message.body
    with pytest.raises(NotWaiting):
        services.answer_handover(Handover.objects.get(), text="또", by=clerk, now=chat.now)


def test_a_number_that_was_only_typed_is_never_texted(chat: Chat, clerk: User) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("상담사")
    services.drafts.put(chat.draft, services.drafts.PHONE, E164)
    services.answer_handover(Handover.objects.get(), text="확인했습니다.", by=clerk, now=chat.now + timedelta(hours=1))

    assert not Message.objects.filter(topic="chatbot.answer").exists()


@pytest.mark.parametrize(("words", "phone", "count"), [("가" * 1000, E164, 1), ("네, 됩니다.", "+82212345678", 0)])
def test_what_one_text_cannot_hold_stands_in_the_thread_all_the_same(
    chat: Chat, clerk: User, words: str, phone: str, count: int
) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("상담사")
    services.drafts.put(chat.draft, services.drafts.PROVEN, phone)
    services.answer_handover(Handover.objects.get(), text=words, by=clerk, now=chat.now + timedelta(hours=1))

    assert words[:200] in chat.words
    assert Message.objects.filter(topic="chatbot.answer").count() == count


def test_an_answer_does_not_wait_for_a_row_the_citizen_holds(chat: Chat, clerk: User) -> None:
    chat.say("상담사")
    with CaptureQueriesContext(connection) as found:
        services.answer_handover(Handover.objects.get(), text="네", by=clerk, now=chat.now)
    locked = [query["sql"].split('FROM "')[1].split('"')[0] for query in found if "FOR UPDATE" in query["sql"]]

    assert locked[:2] == ["chatbot_conversation", "chatbot_handover"]
    with CaptureQueriesContext(connection) as found:
        chat.say("상담사")
    locked = [query["sql"].split('FROM "')[1].split('"')[0] for query in found if "FOR UPDATE" in query["sql"]]
    assert locked[:2] == ["chatbot_conversation", "chatbot_handover"]
    assert Handover.objects.get().state == Handover.State.TALKING


def test_who_waits_too_long_is_offered_a_call_and_officials_hear_once(chat: Chat, clerk: User) -> None:
    clerk.phone = "+821099990000"
    clerk.save()
    chat.say("상담사")

    assert services.tell_of_waiting(now=chat.now + timedelta(minutes=9)) == 0
    assert services.tell_of_waiting(now=chat.now + timedelta(minutes=11)) == 1
    assert services.tell_of_waiting(now=chat.now + timedelta(hours=1)) == 0
    assert Message.objects.filter(template_version__template__code="chatbot.waiting").count() == 1
    assert "전화드리겠습니다" in chat.words
    chat.tap("상담 전화")
    assert chat.draft.petition_code == "callback"


def test_nobody_is_left_in_line_when_the_office_closes(chat: Chat, clerk: User) -> None:
    chat.now = datetime(2026, 11, 6, 17, 58, tzinfo=KST)
    chat.say("상담사")

    assert services.tell_of_waiting(now=chat.now + timedelta(minutes=1)) == 0
    assert services.tell_of_waiting(now=chat.now + timedelta(minutes=3)) == 1


def test_an_empty_answer_helps_nobody(chat: Chat, clerk: User) -> None:
    chat.say("상담사")

    with pytest.raises(NothingSaid):
        services.answer_handover(Handover.objects.get(), text="  ", by=clerk, now=chat.now)


@pytest.mark.parametrize("moment", [NIGHT, SATURDAY])
def test_at_night_and_on_holidays_a_time_is_promised_with_a_case_behind_it(
    chat: Chat, clerk: User, moment: datetime
) -> None:
    chat.now = moment
    chat.say("상담사")
    assert Handover.objects.get().state == Handover.State.OFFERED
    assert "전화드리겠습니다" in chat.words
    chat.say("여권 사진 규격이 궁금해요")
    chat.say("오전")
    chat.say("확인")
    chat.prove()

    promised = Handover.objects.get()
    assert promised.state == Handover.State.PROMISED
    assert promised.complaint == Complaint.objects.get()
    assert promised.complaint is not None
    assert promised.complaint.kind == "inquiry"
    assert promised.promised_at is not None
    local = promised.promised_at.astimezone(KST)
    assert (local.weekday(), local.hour) == ((1, 11) if moment is NIGHT else (0, 11))
    assert "11시 00분까지 전화드리겠습니다" in chat.words


def test_a_missed_promise_reaches_the_head_once(chat: Chat, clerk: User) -> None:
    test_at_night_and_on_holidays_a_time_is_promised_with_a_case_behind_it(chat, clerk, NIGHT)
    promised = Handover.objects.get()
    assert promised.complaint is not None
    assert promised.complaint.department is not None
    assert promised.promised_at is not None
    head = make_official("head", promised.complaint.department, "head")
    User.objects.filter(pk=head.pk).update(phone_sealed=b"")
    head.phone = "+821099990000"
    head.save()

    assert services.escalate_promises(now=promised.promised_at - timedelta(minutes=1)) == 0
    assert services.escalate_promises(now=promised.promised_at + timedelta(minutes=1)) == 1
    assert services.escalate_promises(now=promised.promised_at + timedelta(hours=1)) == 0
    assert Message.objects.filter(template_version__template__code="chatbot.promise_missed").count() == 1


def test_a_head_who_cannot_be_texted_keeps_nobody_else_from_hearing(chat: Chat, clerk: User) -> None:
    test_at_night_and_on_holidays_a_time_is_promised_with_a_case_behind_it(chat, clerk, NIGHT)
    promised = Handover.objects.select_related("complaint__department").get()
    assert promised.complaint is not None
    assert promised.complaint.department is not None
    assert promised.promised_at is not None
    for name, phone in (("ahead", "+82212345678"), ("head", "+821099990000")):
        head = make_official(name, promised.complaint.department, "head")
        head.phone = phone
        head.save()

    assert services.escalate_promises(now=promised.promised_at + timedelta(minutes=1)) == 1
    assert Message.objects.filter(template_version__template__code="chatbot.promise_missed").count() >= 1


def test_a_second_call_in_the_same_thread_is_watched_like_the_first(chat: Chat, clerk: User) -> None:
    test_at_night_and_on_holidays_a_time_is_promised_with_a_case_behind_it(chat, clerk, NIGHT)
    first = Handover.objects.get()
    assert first.promised_at is not None
    services.escalate_promises(now=first.promised_at + timedelta(minutes=1))
    chat.now = first.promised_at + timedelta(days=1)
    chat.say("상담 전화 부탁해요")
    chat.say("주차 요금이 궁금해요")
    chat.say("오전")
    chat.say("확인")
    chat.prove()

    again = Handover.objects.get()
    assert again.complaint_id != first.complaint_id
    assert again.escalated_at is None


def test_another_departments_official_sees_nobodys_wait_but_her_own(chat: Chat, clerk: User) -> None:
    chat.say("상담사")
    other = make_official("other", Department.objects.order_by("pk")[1], "officer")
    assert list(waiting_for(other)) == [Handover.objects.get()]
    Handover.objects.update(department=Department.objects.order_by("pk")[0])

    assert list(waiting_for(other)) == []
    assert list(waiting_for(clerk)) == [Handover.objects.get()]


def test_the_second_thumb_down_offers_a_person(chat: Chat) -> None:
    for _ in range(2):
        turn = chat.say("여권은 어디서 만드나요?")
        services.rate(turn=turn, value=-1, reason="different", now=chat.now)

    assert ("상담사 연결", chat.buttons()[-1][1]) == chat.buttons()[-1]
    assert "사람에게" in chat.words


def test_a_case_is_tracked_by_its_number_and_four_digits(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    for text in ("새빛초 정문 앞", "건너뛰기", "건너뛰기", "건너뛰기", "1번", "확인"):
        chat.say(text)
    chat.prove()
    number = Complaint.objects.get().number
    stranger = Chat(services.open_conversation(public_id=None, now=MONDAY))

    stranger.say("민원 진행 조회할래요")
    stranger.say(number)
    stranger.say("9999")
    assert "찾지 못했습니다" in stranger.words
    stranger.say(number)
    stranger.say("5678")
    assert number in stranger.words
    chat.say("민원 진행 조회할래요")
    chat.say(number)
    chat.say("0000")
    assert number in chat.words


def test_digits_cannot_be_guessed_without_end(chat: Chat) -> None:
    chat.say("민원 진행 조회할래요")
    for digits in range(6):
        chat.say("M2611-000001-8")
        chat.say(f"{digits:04}")
    assert not Complaint.objects.exists()


def test_nor_by_beginning_a_new_conversation_each_time(chat: Chat) -> None:
    chat.say("가로등 고장 신고할래요")
    for text in ("새빛초 정문 앞", "건너뛰기", "건너뛰기", "건너뛰기", "1번", "확인"):
        chat.say(text)
    chat.prove()
    number = Complaint.objects.get().number
    for digits in ("0000", "0001", "0002", "0003", "0004", "5678"):
        stranger = Chat(services.open_conversation(public_id=None, now=MONDAY))
        stranger.say("민원 진행 조회할래요")
        stranger.say(number)
        stranger.say(digits)

    assert "15분" in stranger.words


def test_an_officer_is_found_by_the_matter(chat: Chat) -> None:
    chat.say("담당자 찾고 싶어요")
    chat.say("가로등")

    assert any(isinstance(card, Phone) and card.number for card in chat.cards)


def test_alert_settings_open_on_her_own_page_and_no_secret_address_stays(chat: Chat) -> None:
    chat.say("위기가구 알림 신고할래요")
    chat.say("취소")
    chat.tap("그만둘게요")
    chat.say("알림 설정하고 싶어요")

    assert chat.links == ["/me/alerts/"]


def test_the_menu_counts_its_kinds(chat: Chat) -> None:
    chat.say("무엇을 신고할 수 있나요?")
    assert "85가지" in chat.words
    chat.tap("불편·신고")
    assert any(label == "불법주정차 신고" for label, _ in chat.buttons())
    chat.tap("불법주정차 신고")
    assert chat.draft.petition_code == "illegal_parking"


def test_an_answer_with_a_form_begins_it(chat: Chat) -> None:
    chat.say("대형폐기물은 어떻게 버리나요?")
    chat.tap("대형폐기물 배출 신청")

    assert chat.draft.petition_code == "bulky_waste"


def test_the_topic_of_the_last_answer_is_remembered(chat: Chat) -> None:
    chat.say("여권은 어디서 만드나요?")
    chat.conversation.refresh_from_db()

    assert chat.conversation.last_faq is not None
    assert chat.conversation.last_faq.slug == "passport"
    assert chat.conversation.last_answered_at == chat.now


def test_a_referral_to_a_person_leaves_the_form_where_it_was(chat: Chat, clerk: User) -> None:
    make_official("lamps", Department.objects.get(name="도로과"), "officer")
    chat.say("가로등 고장 신고할래요")
    chat.say("상담사")
    chat.say("새빛초 정문 앞")

    assert chat.draft.current_slot == "photos"
    assert make_faq("later", "나중 질문", "나중 답").pk
    assert services.open_conversation(public_id=uuid4(), now=MONDAY) != chat.conversation
