"""A phone proven in the thread of a device, and of nobody's account, opens what is personal for half an hour."""

from datetime import timedelta

import pytest

from chatbot import queries
from chatbot.cards import Links
from chatbot.dialogues.petition import Sheet
from chatbot.drawing import cards_of
from chatbot.models import Draft
from chatbot.services import ending, identifying
from complaints.models import Complaint
from portal.core.errors import Refused
from tests.chatbot.district import Chat, chat, district
from tests.chatbot.test_dialogue_filing import fill

__all__ = ["chat", "district"]
pytestmark = pytest.mark.django_db
LONG_AFTER = timedelta(minutes=31)


def file(chat: Chat) -> Complaint:
    fill(chat)
    chat.tap("확인")
    chat.prove()
    return Complaint.objects.get()


def links(chat: Chat, *, later: timedelta) -> list[str]:
    last = queries.thread_of(chat.conversation)[-1]
    cards = cards_of(last, now=last.asked_at + later).cards
    return [link.url for card in cards if isinstance(card, Links) for link in card.links]


def test_the_secret_address_of_a_case_gives_way_to_the_page_that_asks_who_it_is(chat: Chat) -> None:
    complaint = file(chat)

    assert links(chat, later=timedelta(minutes=29)) == [f"/c/{complaint.token}/"]
    assert links(chat, later=LONG_AFTER) == ["/complaints/track/"]


def test_a_case_that_names_no_phone_keeps_the_only_way_to_it(chat: Chat) -> None:
    for text in ("위기가구 알림 신고할래요", "새빛빌라 2층 끝집", "1, 2", "건너뛰기"):
        chat.say(text)
    chat.tap("확인")

    assert links(chat, later=LONG_AFTER) == [f"/c/{Complaint.objects.get().token}/"]


def test_the_next_at_the_device_must_know_the_four_digits(chat: Chat) -> None:
    complaint = file(chat)
    chat.say("민원 진행 조회할래요")
    chat.say(complaint.number)
    chat.say("0000")
    assert "접수번호와 휴대전화 끝 네 자리" not in chat.words

    chat.now += LONG_AFTER
    chat.say("민원 진행 조회할래요")
    chat.say(complaint.number)
    chat.say("0000")

    assert "접수번호와 휴대전화 끝 네 자리" in chat.words


def test_a_form_is_not_sent_in_the_name_of_who_proved_her_phone_before(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NotToday(Refused):
        """For a while nothing can be filed."""

        sentence = "지금은 접수할 수 없습니다."

    def refuse(draft: Draft, sheet: Sheet, **_: object) -> None:
        raise NotToday

    fill(chat)
    chat.tap("확인")
    with monkeypatch.context() as patch:
        patch.setattr(ending, "file_draft", refuse)
        chat.prove()
    assert identifying.phone_of(chat.draft)

    chat.now += LONG_AFTER
    chat.tap("확인")

    assert not Complaint.objects.exists()
    assert identifying.phone_of(chat.draft) == ""
    assert "휴대전화 번호를 적어 주세요" in chat.words
