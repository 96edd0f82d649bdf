"""Bills and notices looked up in the chat: of the phone that was proven, and nothing personal is kept in the thread."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from chatbot import queries, services, shelf, views
from chatbot.channels import kakao
from chatbot.draft_queries import PROOF_OVER
from chatbot.drawing import cards_of
from chatbot.models import Conversation
from chatbot.services.lookups import NO_BILLS, NO_NOTICES
from notices.models import Bill, Campaign, Notice, NoticeLink, Opening, Recipient
from notices.services.opening import link_for
from portal.accounts.models import User
from portal.core.sealing import blind_phone
from tests.chatbot.district import E164, Chat
from tests.notices.billed import bill_of, billed, sent
from tests.notices.conftest import world
from tests.notices.world import BADA, HANEUL, NOON, World

__all__ = ["world"]  # a department that bills people, and the wordings of a code
pytestmark = pytest.mark.django_db


@pytest.fixture
def chat(world: World, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """A citizen with nothing open."""
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    shelf.forget()
    return Chat(services.open_conversation(public_id=None, now=NOON), now=NOON)


@pytest.fixture
def haneul() -> User:
    """The account that 김하늘 has had for a while."""
    return User.objects.create(
        username="haneul", phone=E164, phone_index=blind_phone(E164), date_joined=NOON - timedelta(days=30)
    )


@pytest.fixture
def told(world: World) -> Campaign:
    """김하늘 was sent a bill, and her notice with it, yesterday."""
    campaign = billed(world)
    sent(campaign, at=NOON - timedelta(days=1))
    Recipient.objects.filter(campaign=campaign).update(
        state=Recipient.State.DELIVERED, bucket="electronic", ground="reply",
        asked_at=NOON, identified_at=NOON, verified_at=NOON, delivered_at=NOON,
    )  # fmt: skip
    return campaign


def signed_in(user: User) -> Chat:
    return Chat(services.open_conversation(public_id=None, now=NOON, citizen=user), now=NOON)


def shown(chat: Chat) -> dict[str, str]:
    """Labels and addresses of the last reply's links."""
    cards = [card for card in chat.cards if hasattr(card, "links")]
    return {link.label: link.url for card in cards for link in card.links}


def test_who_proves_a_phone_learns_how_many_bills_there_are_and_no_more(chat: Chat, told: Campaign) -> None:
    bill = bill_of(told, HANEUL)

    chat.say("고지서 조회하고 싶어요")
    assert "1건" not in chat.words
    chat.prove()

    assert f"1건 있습니다. ({told.department.name} 1건)" in chat.words
    assert shown(chat) == {"내 고지서 모두 보기": "/me/bills/"}
    drawn = f"{chat.cards} {chat.turns[-1].reply}"
    assert not [word for word in (bill.title, "32,000", bill.token, f"bill:{bill.pk}") if word in drawn]


def test_a_bill_that_is_hers_for_sure_is_listed_with_sum_and_day(haneul: User, told: Campaign) -> None:
    bill = bill_of(told, HANEUL)
    Bill.objects.filter(pk=bill.pk).update(user=haneul)
    chat = signed_in(haneul)

    chat.say("고지서 조회하고 싶어요")

    assert shown(chat)[f"{bill.title} 32,000원, 11월 30일까지"] == f"/pay/{bill.token}/"
    stored = str(chat.turns[-1].reply)
    assert "32,000" not in stored
    assert bill.token not in stored
    assert bill_of(told, BADA).token not in str(shown(chat))


def test_a_bill_that_is_settled_since_is_not_shown_again(haneul: User, told: Campaign) -> None:
    Bill.objects.filter(pk=bill_of(told, HANEUL).pk).update(user=haneul)
    chat = signed_in(haneul)
    chat.say("고지서 조회하고 싶어요")
    assert any("32,000" in label for label in shown(chat))

    Bill.objects.filter(campaign=told).update(status=Bill.Status.CANCELLED)

    assert not any("32,000" in label for label in shown(chat))


def test_what_the_number_was_sent_before_her_account_began_is_not_hers(haneul: User, told: Campaign) -> None:
    User.objects.filter(pk=haneul.pk).update(date_joined=NOON + timedelta(days=1))
    Recipient.objects.filter(campaign=told).update(asked_at=None)
    haneul.refresh_from_db()
    chat = signed_in(haneul)

    chat.say("고지서 조회하고 싶어요")
    assert NO_BILLS in chat.words
    chat.say("내 통지서 보여 주세요")
    assert NO_NOTICES in chat.words


def test_a_thread_in_which_somebody_proved_her_phone_goes_to_no_other_account(chat: Chat, told: Campaign) -> None:
    bada = User.objects.create(username="bada")
    chat.say("고지서 조회하고 싶어요")
    chat.prove()
    hers = chat.draft.citizen
    assert hers is not None

    theirs = services.open_conversation(public_id=chat.conversation.public_id, now=NOON, citizen=bada)
    assert theirs != chat.conversation
    mine = services.open_conversation(public_id=chat.conversation.public_id, now=NOON, citizen=hers)
    assert mine == chat.conversation


@pytest.mark.parametrize(("minutes", "is_drawn"), [(29, True), (31, False)])
def test_what_a_proven_phone_was_told_fades_from_the_thread_of_a_device(
    client: Client, chat: Chat, told: Campaign, monkeypatch: pytest.MonkeyPatch, minutes: int, *, is_drawn: bool
) -> None:
    chat.say("고지서 조회하고 싶어요")
    chat.prove()
    session = client.session
    session["chat"] = str(chat.conversation.public_id)
    session.save()
    asked_at = chat.turns[-1].asked_at
    monkeypatch.setattr(views, "now", lambda: asked_at + timedelta(minutes=minutes))

    page = client.get("/chat/").content.decode()

    assert ("1건 있습니다" in page) == is_drawn
    assert (PROOF_OVER in page) != is_drawn


def test_it_stays_with_who_is_signed_in_and_in_kakaotalk(haneul: User, told: Campaign) -> None:
    own = signed_in(haneul)
    own.say("고지서 조회하고 싶어요")
    talk = Chat(services.conversation_of(channel=Conversation.Channel.KAKAO, key="kakao-user", now=NOON), now=NOON)
    talk.say("고지서 조회하고 싶어요")
    talk.prove()

    for thread in (own, talk):
        last = queries.thread_of(thread.conversation)[-1]
        said = str(cards_of(last, now=last.asked_at + timedelta(days=1)).cards)
        assert "1건 있습니다" in said


def test_a_signed_in_thread_is_not_drawn_for_who_is_not(client: Client, haneul: User, told: Campaign) -> None:
    chat = signed_in(haneul)
    chat.say("고지서 조회하고 싶어요")
    session = client.session
    session["chat"] = str(chat.conversation.public_id)
    session.save()

    assert "1건 있습니다" not in client.get("/chat/").content.decode()
    client.force_login(haneul)
    session = client.session
    session["chat"] = str(chat.conversation.public_id)
    session.save()
    assert "1건 있습니다" in client.get("/chat/").content.decode()


def test_kakaotalk_drops_none_of_the_ways(world: World, told: Campaign) -> None:
    thread = services.conversation_of(channel=Conversation.Channel.KAKAO, key="kakao-user", now=NOON)
    chat = Chat(thread, now=NOON)
    chat.say("고지서 조회하고 싶어요")
    chat.prove()

    reply = cards_of(queries.thread_of(thread)[-1])
    buttons = str(kakao.response(reply)["template"]["outputs"])
    assert "/me/bills/" in buttons
    assert "내 고지서 모두 보기" in buttons


def test_whoever_owes_nothing_is_told_so(chat: Chat, world: World) -> None:
    chat.say("고지서 조회하고 싶어요")
    chat.prove()

    assert NO_BILLS in chat.words


def test_who_proves_a_phone_learns_how_many_notices_there_are_and_no_more(chat: Chat, told: Campaign) -> None:
    chat.say("내 통지서 보여 주세요")
    chat.prove()

    assert f"1건 있습니다. ({told.department.name} 1건)" in chat.words
    assert shown(chat) == {"내 통지서 모두 보기": "/me/notices/", "통지서 확인하기": "/verify/"}
    assert "과태료" not in f"{chat.cards} {chat.turns[-1].reply}"


def test_a_notice_she_opened_with_her_date_of_birth_is_named(haneul: User, told: Campaign) -> None:
    recipient = bill_of(told, HANEUL).recipient
    assert recipient is not None
    notice = Notice.objects.get(recipient=recipient)
    link_for(notice, now=NOON)
    link = NoticeLink.objects.get(notice=notice)
    Opening.objects.create(notice=notice, link=link, visit=uuid4(), at=NOON, factor="birth", evidence="notices.reading")
    chat = signed_in(haneul)

    chat.say("내 통지서 보여 주세요")

    assert shown(chat)["주정차 위반 과태료 (11월 2일)"] == "/me/notices/"
    assert "과태료" not in str(chat.turns[-1].reply)


def test_a_notice_that_was_wiped_is_not_counted(chat: Chat, told: Campaign) -> None:
    Campaign.objects.filter(pk=told.pk).update(state=Campaign.State.PURGED)

    chat.say("내 통지서 보여 주세요")
    chat.prove()

    assert NO_NOTICES in chat.words
