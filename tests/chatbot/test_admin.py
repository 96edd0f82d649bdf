"""The officials' pages of answers: list, editor, what a change does, past states; a few queries however many rows."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chatbot.admin.showing import look_of
from chatbot.drawing import answer_cards
from chatbot.models import Conversation, Faq, Handover, UnansweredCluster
from chatbot.queries import board
from chatbot.services.publishing import content_of
from portal.accounts.models import AuditEntry
from tests.chatbot.officials import NOW, Office, answer, asked, html, office, phrase, signed_in

__all__ = ["office"]

LIST = reverse("admin:chatbot_faq_changelist")


def edit_url(faq: Faq) -> str:
    return reverse("admin:chatbot_faq_edit", args=[faq.pk])


def filled(faq: Faq, **changes: str) -> dict[str, str]:
    return {
        "seen": str(faq.version), "faq": str(faq.pk), "question": faq.question, "answer": faq.answer,
        "category": faq.category, "department": str(faq.department_id), "kind": "answer", "map_kind": "none",
        "tags": ", ".join(faq.tags), "phrasings": "\n".join(faq.phrasings.values_list("text", flat=True)),
        "reason": "시험", **changes,
    }  # fmt: skip


def leads_to(response: Any) -> str:
    return str(response.url)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_the_list_takes_the_same_few_queries_however_many_answers(office: Office) -> None:
    client = signed_in(office.editor)
    queries(client, LIST)
    few = queries(client, LIST)
    for number in range(8):
        phrase(answer(f"more-{number}", f"물음 {number}?", office.clean), f"말 {number}번이요")

    assert queries(client, LIST) == few <= 20


def test_a_row_leads_to_the_editor_and_an_add_to_a_new_one(office: Office) -> None:
    client = signed_in(office.editor)

    assert leads_to(client.get(reverse("admin:chatbot_faq_change", args=[office.sofa.pk]))) == edit_url(office.sofa)
    assert leads_to(client.get(reverse("admin:chatbot_faq_add"))) == reverse("admin:chatbot_faq_new")
    assert html(client.get(reverse("admin:chatbot_faq_new"), {"phrasing": "드론 날려요"})).count("드론 날려요") == 1


def test_an_official_publishes_from_the_editor_and_restores_from_the_past(office: Office) -> None:
    client = signed_in(office.editor)

    sent = client.post(edit_url(office.sofa), {**filled(office.sofa, answer="스티커를 붙입니다."), "do": "publish"})
    past = html(client.get(reverse("admin:chatbot_faq_revisions", args=[office.sofa.pk])))
    restored = html(client.get(edit_url(office.sofa), {"version": "1"}))

    office.sofa.refresh_from_db()
    assert leads_to(sent) == edit_url(office.sofa)
    assert office.sofa.answer == "스티커를 붙입니다."
    assert ">스티커를 붙입니다.</ins>" in past.replace("더함: </span>", "더함: </span>").replace(
        '<span class="sr-only">더함: </span>', ""
    )
    assert "그렇게 합니다." in restored


def test_a_foreign_answer_is_read_only_and_refused_when_sent(office: Office) -> None:
    client = signed_in(office.other)

    page = html(client.get(edit_url(office.sofa)))
    sent = client.post(edit_url(office.sofa), {**filled(office.sofa), "department": "", "do": "publish"})

    assert "읽기만 할 수 있습니다" in page
    assert sent.status_code == 422
    assert "다른 부서의 답변입니다" in html(sent)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": ""}, "질문: 적어 주세요."),
        ({"link_label_1": "안내"}, "이름과 주소를 함께"),
        ({"link_label_1": "안내", "link_url_1": "http://a.kr"}, "https://로 시작하는"),
        ({"kind": "referral"}, "기관 이름과 전화"),
        ({"valid_from": "2026-12-02", "valid_to": "2026-12-01"}, "마지막 날이 시작하는 날보다"),
        ({"map_kind": "place"}, "위도와 경도"),
        ({"phrasings": "여권 새로 만들래요"}, "이미 ‘여권은 어디서 만드나요?’"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_kept(
    office: Office, changes: dict[str, str], words: str
) -> None:
    sent = signed_in(office.editor).post(edit_url(office.sofa), {**filled(office.sofa, **changes), "do": "publish"})

    assert sent.status_code == 422
    assert words in html(sent)
    assert Faq.objects.get(pk=office.sofa.pk).version == 1


def test_the_editor_shows_the_cards_that_citizens_are_shown(office: Office) -> None:
    Faq.objects.filter(pk=office.sofa.pk).update(
        answer="붙입니다.", petition_code="bulky_waste", map_kind="place", place_name="대형폐기물 창구", lat=37.5, lon=127.0,
        agency_name="한국환경공단", agency_url="https://keco.example/", has_sample_facts=True,
    )  # fmt: skip
    office.sofa.links.create(label="배출 안내", url="https://www.example.go.kr/", position=1)
    faq = Faq.objects.get(pk=office.sofa.pk)

    shown = look_of(content_of(faq), now=NOW)["cards"]
    page = html(signed_in(office.editor).get(edit_url(faq)))

    assert [card for _, card in shown] == list(answer_cards(faq, now=NOW))
    assert [name for name, _ in shown] == ["text", "place", "links", "form", "phone"]
    words = ("붙입니다.", "대형폐기물 창구", "한국환경공단 누리집", "배출 안내", "대형폐기물 배출 신청<", "02-120-0100")
    card = page.partition("시민이 보는 카드")[2].partition("</article>")[0]
    assert [one for one in words if one not in card] == []
    assert sorted(words, key=card.find) == list(words)


def test_a_half_written_draft_asks_for_the_rest(office: Office) -> None:
    shown = html(signed_in(office.editor).post(reverse("admin:chatbot_faq_effect"), {"question": "음"}))

    assert "적으면 미리 볼 수 있습니다" in shown


def test_confirming_and_retiring_from_the_page(office: Office) -> None:
    Faq.objects.filter(pk=office.sofa.pk).update(checked_on="2026-01-01")
    client = signed_in(office.editor)

    client.post(reverse("admin:chatbot_faq_confirm", args=[office.sofa.pk]))
    office.sofa.refresh_from_db()
    assert office.sofa.checked_by == office.editor

    client.post(
        reverse("admin:chatbot_faq_retire", args=[office.sofa.pk]), {"reason": "사업 끝", "seen": office.sofa.version}
    )
    office.sofa.refresh_from_db()
    assert office.sofa.status == Faq.Status.RETIRED


def test_what_another_department_was_given_is_hers_to_read(office: Office) -> None:
    turn, loose = asked("여권 사진 규격"), asked("드론 날려도 되나요")
    bundle = UnansweredCluster.objects.create(label="여권", department=office.passports, first_at=NOW, last_at=NOW)
    bundle.members.create(turn=turn)
    answered = asked("이름은 홍길동이에요", decision="empty")
    pages = [reverse("admin:chatbot_unanswered_conversation", args=[one.conversation_id]) for one in (turn, loose)]
    hidden = reverse("admin:chatbot_unanswered_conversation", args=[answered.conversation_id])
    rows = reverse("admin:chatbot_unanswered_changelist")

    for user, codes in ((office.editor, [404, 200]), (office.other, [200, 200]), (office.root, [200, 200])):
        client = signed_in(user)
        assert [client.get(page).status_code for page in pages] == codes
        assert ("여권 사진" in html(client.get(rows))) is (codes[0] == 200)
        assert client.get(hidden).status_code == 404
        assert board(user, now=NOW).unanswered_count == codes.count(200)


def test_an_inbox_without_anybody_says_so_and_offers_only_what_leads_on(office: Office) -> None:
    client, waiting = signed_in(office.editor), reverse("admin:chatbot_handover_changelist")

    empty, filtered = html(client.get(waiting)), html(client.get(waiting, {"state__exact": "waiting"}))

    assert "지금 기다리는 시민이 없습니다." in empty
    assert "거르기 지우기" not in empty
    assert "찾는 조건에 맞는 것이 없습니다." in filtered
    assert "거르기 지우기" in filtered
    assert "추가해 주세요" not in empty + filtered


def test_to_answer_somebody_takes_more_than_the_right_to_look(office: Office) -> None:
    conversation = Conversation.objects.create(started_at=NOW, last_at=NOW)
    waiting = Handover.objects.create(conversation=conversation, asked_at=NOW, department=office.clean)
    page = reverse("admin:chatbot_handover_talk", args=[waiting.pk])
    Group.objects.get(name="head").permissions.remove(Permission.objects.get(codename="change_handover"))
    client = signed_in(office.editor)

    assert client.get(page).status_code == 200
    assert client.post(page, {"text": "네", "answer": "1"}).status_code == 403
    assert not conversation.turns.exists()


def test_an_answer_that_was_mended_after_going_back_is_sent_too(office: Office) -> None:
    conversation = Conversation.objects.create(started_at=NOW, last_at=NOW)
    waiting = Handover.objects.create(conversation=conversation, asked_at=NOW, department=office.clean)
    page = reverse("admin:chatbot_handover_talk", args=[waiting.pk])
    client, key = signed_in(office.editor), str(uuid4())

    client.post(page, {"text": "내일 오세요", "answer": "1", "request_key": key})
    client.post(page, {"text": "내일 오세요", "answer": "1", "request_key": key})
    client.post(page, {"text": "모레 오세요", "answer_close": "1", "request_key": key})

    said = [str(turn.reply) for turn in conversation.turns.order_by("seq")]
    assert ["내일" in said[0], "모레" in said[1], len(said)] == [True, True, 2]
    waiting.refresh_from_db()
    assert waiting.state == Handover.State.CLOSED


def test_each_look_at_a_conversation_is_written_down(office: Office) -> None:
    turn = asked("드론 날려도 되나요", shown=(office.sofa,))
    for words, decision in (("[slot]", "dialogue"), ("", "person"), ("", "empty")):
        asked(words, decision=decision, conversation=turn.conversation)
    client = signed_in(office.editor)

    moved = client.get(reverse("admin:chatbot_unanswered_change", args=[turn.pk]))
    shown = html(client.get(leads_to(moved)))

    assert "드론 날려도 되나요" in shown
    assert "[slot]" not in shown
    assert shown.count("신청서에 적은 답: 보이지 않습니다") == shown.count("(내용 없음)") == 1
    assert shown.count('class="asked"') == 3  # a person of ours spoke without being asked
    entry = AuditEntry.objects.get(subject_kind="chatbot.conversation")
    assert entry.subject_ids == [turn.conversation_id]
