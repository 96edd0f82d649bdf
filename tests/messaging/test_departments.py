"""Whose messages and replies officials see: their department's; the desk what nobody asked; administrators all."""

from datetime import timedelta

import pytest
from django.urls import reverse

from messaging import conversations, delivery, queries, services
from messaging.models import (
    Attempt,
    Dispatch,
    LegStatus,
    Message,
    Reply,
    TriageDecision,
)
from messaging.permissions import NotYours
from messaging.settling import Change, settle
from portal.accounts.models import AuditEntry
from portal.core import clock
from tests.messaging.departments import PARKS_SAID, ROADS_SAID, House, hear, house, list_of, page_of, read, said
from tests.messaging.making import leg_of, make_template, queue

pytestmark = pytest.mark.usefixtures("office", "daytime")
__all__ = ["house", "said"]


def _unresolved(message: Message) -> Attempt:
    moment = clock.now()
    call = Dispatch.objects.create(
        carrier="main", channel="sms", stream=message.stream, lane=1, size=1, status="held", submitted_at=moment,
        lease_until=moment,
    )  # fmt: skip
    leg = leg_of(message)
    Attempt.objects.filter(pk=leg.pk).update(status="submitting", dispatch=call)
    settle([Change(leg.pk, LegStatus.UNRESOLVED)], cause="test")
    return leg_of(message)


def test_the_list_the_search_and_the_page_of_messages_are_the_department_s(
    house: House, said: dict[str, Message]
) -> None:
    mine, admin = house.browser("roads"), house.browser("admin")

    assert mine.get(page_of("message", said["roads"].pk)).status_code == 200
    for foreign in (said["parks"], said["nobody"]):
        assert mine.get(page_of("message", foreign.pk)).status_code == 404
        assert admin.get(page_of("message", foreign.pk)).status_code == 200
    listed = mine.get(list_of("message")).content.decode()
    assert "010-****-5678" in listed
    assert "010-****-8888" not in listed
    assert "010-****-6666" not in listed
    assert "010-****-8888" not in mine.get(list_of("message"), {"q": "010-9999-8888"}).content.decode()
    assert "010-****-8888" in admin.get(list_of("message"), {"q": "010-9999-8888"}).content.decode()


def test_a_search_for_a_foreign_number_leaves_no_trace_of_rows_it_did_not_show(
    house: House, said: dict[str, Message]
) -> None:
    house.browser("roads").get(list_of("message"), {"q": "010-9999-8888"})

    assert AuditEntry.objects.get(action="search").subject_ids == []


def test_each_call_with_an_unknown_outcome_is_settled_by_its_own_department(
    house: House, said: dict[str, Message]
) -> None:
    make_template("portal.self_test", body="[#{기관}] 안내")
    leg = _unresolved(queue("unclear", template="portal.self_test", context={}, department=house.roads))
    mine, theirs = house.browser("roads"), house.browser("parks")

    assert "010-****-5678" in mine.get(list_of("attempt")).content.decode()
    assert "010-****" not in theirs.get(list_of("attempt")).content.decode()
    assert "010-****-5678" not in theirs.get(list_of("attempt"), {"show": "all"}).content.decode()
    act = {"decision": "again", "reason": "통신사에 물어봄"}
    assert theirs.post(page_of("attempt", leg.pk), act).status_code == 404
    with pytest.raises(NotYours):
        services.settle_unresolved(
            attempt=leg, send_again=True, reason="확인", by=house.people["parks"], now=clock.now()
        )
    assert queries.board(house.people["parks"]).unresolved_leg_count == 0
    assert queries.board(house.people["roads"]).unresolved_leg_count == 1
    assert mine.post(page_of("attempt", leg.pk), act).status_code == 302


def test_an_answer_is_read_where_the_question_came_from(house: House, said: dict[str, Message]) -> None:
    answer = hear("도로가 패였어요", "a")
    inbox = {who: house.browser(who).get(list_of("reply"), {"show": "all"}).content.decode() for who in house.people}

    assert answer.department == house.roads
    assert {who for who, page in inbox.items() if "도로가 패였어요" in page} == {"roads", "admin"}
    for who in ("parks", "intake", "examiner"):
        browser = house.browser(who)
        assert browser.get(page_of("reply", answer.pk)).status_code == 404
        assert browser.get(reverse("admin:messaging_reply_live_one", args=[answer.pk])).status_code == 404
        live = browser.get(reverse("admin:messaging_reply_live"), {"show": "all"}).content.decode()
        assert "도로가 패였어요" not in live


def test_what_nobody_asked_for_is_the_intake_desk_s(house: House, said: dict[str, Message]) -> None:
    question = hear("여권은 어디서 만들어요?", "a", sender="01055554444")

    seen = {who for who in house.people if "여권은 어디서" in house.browser(who).get(list_of("reply")).content.decode()}

    assert question.department is None
    assert seen == {"intake", "admin"}
    assert queries.board(house.people["intake"]).waiting_reply_count == 1
    assert queries.board(house.people["roads"]).waiting_reply_count == 0


def test_an_answer_that_comes_too_late_is_still_read_by_who_asked(house: House, said: dict[str, Message]) -> None:
    Message.objects.filter(key="roads").update(reply_until=clock.now() - timedelta(hours=1))

    late = hear("이제 봤어요", "a")

    assert late.message is None
    assert late.department == house.roads
    assert "이제 봤어요" in house.browser("roads").get(list_of("reply")).content.decode()


def test_a_conversation_shows_the_own_department_s_half(house: House, said: dict[str, Message]) -> None:
    queue("parks_too", context={"이름": PARKS_SAID}, department=house.parks)
    delivery.drain(seconds=5)
    hear("도로과에 드리는 말", "a")
    mine = Reply.objects.get(event_key="a")
    phone = bytes(mine.phone_index)

    def spoken(who: str) -> str:
        return " ".join(one.text for one in conversations.conversation(phone, house.people[who]).bubbles)

    page = house.browser("roads").get(page_of("reply", mine.pk)).content.decode()
    assert ROADS_SAID in page
    assert PARKS_SAID not in page
    assert PARKS_SAID in spoken("parks")
    assert "도로과에 드리는 말" not in spoken("parks")
    assert spoken("intake") == ""
    assert all(words in spoken("admin") for words in (ROADS_SAID, PARKS_SAID, "도로과에 드리는 말"))


def test_the_desk_reads_what_an_unclaimed_text_answers(house: House) -> None:
    make_template(body="[#{기관}] #{이름}")
    queue("nobody", context={"이름": "모두의 질문"}, reply_for=timedelta(days=1))
    queue("roads", context={"이름": ROADS_SAID}, department=house.roads)
    delivery.drain(seconds=5)
    phone = bytes(hear("네", "a").phone_index)

    shown = [one.text for one in conversations.conversation(phone, house.people["intake"]).bubbles]

    assert any("모두의 질문" in text for text in shown)
    assert not any(ROADS_SAID in text for text in shown)


def test_nobody_answers_or_puts_away_what_another_department_was_told(house: House, said: dict[str, Message]) -> None:
    answer = hear("도로가 패였어요", "a")
    by, now = house.people["parks"], clock.now()

    with pytest.raises(NotYours):
        services.answer_reply(reply=answer, text="네", by=by, now=now)
    with pytest.raises(NotYours):
        services.close_reply(reply=answer, by=by, now=now)
    posted = house.browser("parks").post(page_of("reply", answer.pk), {"act": "unmask", "reason": "확인"})

    assert posted.status_code == 404
    services.close_reply(reply=answer, by=house.people["roads"], now=now)


def test_putting_a_thread_away_leaves_the_other_department_s_texts_waiting(
    house: House, said: dict[str, Message]
) -> None:
    to_roads = hear("도로 이야기", "a")
    to_the_desk = hear("다른 이야기", "b")
    Reply.objects.filter(pk=to_the_desk.pk).update(department=None, message=None)

    services.close_reply(reply=to_roads, by=house.people["roads"], now=clock.now(), up_to=to_the_desk.pk)

    assert Reply.objects.get(pk=to_the_desk.pk).handled_by is None


def test_unclear_texts_and_what_was_decided_are_the_department_s(house: House, said: dict[str, Message]) -> None:
    answer = hear("글쎄요", "a")
    Reply.objects.filter(pk=answer.pk).update(needs_triage=True, topic="notices.consent")
    earlier = TriageDecision.objects.create(reply=answer, verdict="consent", by=house.people["roads"], at=clock.now())
    triage, live = list_of("triagedecision"), reverse("admin:messaging_triagedecision_live")

    seen = {who for who in ("roads", "parks", "examiner", "admin") if "글쎄요" in read(house, who, triage)}
    lived = {who for who in ("roads", "parks", "examiner", "admin") if "글쎄요" in read(house, who, live)}

    assert seen == lived == {"roads", "admin"}
    assert conversations.to_decide_count(house.people["parks"]) == 0
    assert conversations.decisions_so_far(house.people["parks"]) == []
    assert conversations.decisions_so_far(house.people["roads"]) == [earlier]
    foreign = house.browser("parks")
    assert foreign.post(triage, {"reply": str(answer.pk), "verdict": "consent"}).status_code == 404
    assert foreign.post(triage, {"undo": str(earlier.pk)}).status_code == 404
