"""회신함 and 회신 분류 in the browser's eyes: threads, masks, looks on record, keys as plain forms, live parts."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from messaging import conversations, delivery, receiving, services, topics
from messaging.admin.triage import pieces
from messaging.models import AnswerPhrase, Message, Reply, SenderNumber, Stream, TemplateVersion, TriageDecision
from messaging.understanding import Reading
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.messaging.making import make_official, make_template, queue, reply, told
from tests.messaging.test_replies import CONSENT

pytestmark = pytest.mark.usefixtures("office", "daytime", "handlers")
INBOX = reverse("admin:messaging_reply_changelist")
TRIAGE = reverse("admin:messaging_triagedecision_changelist")
ENDLESS = "9" * 4500  # more digits than Python reads as a number


@pytest.fixture
def client() -> Client:
    """A browser of 최팀장."""
    SenderNumber.objects.update(inbox="")
    browser = Client()
    browser.force_login(make_official("head", "head"))
    return browser


def _say(text: str, key: str, **changes: str) -> Reply:
    services.record_replies(carrier="main", events=[reply(text, key, **changes)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=key)


def _page(found: Reply) -> str:
    return reverse("admin:messaging_reply_change", args=[found.pk])


def _approve() -> None:
    services.load_templates(now=clock.now())
    TemplateVersion.objects.update(review_state="approved", approved_at=clock.now())


def _unclear(text: str = "동의하면 뭐가 좋아요?", key: str = "u1") -> Reply:
    """A reply for the triage list, of a topic whose owner lets everybody decide."""

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        services.ask_for_decision(reply=reply)

    def check(*, reply: Reply, by: User) -> None:
        """Everybody may."""

    def decided(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
        """Nothing follows."""

    if topics.reply_handler("notices.consent") is None:
        topics.on_reply("notices.consent", question=lambda message: CONSENT)(handler)
        topics.on_decision("notices.consent", check=check)(decided)
        make_template()
        queue(topic="notices.consent", reply_for=timedelta(days=3))
        delivery.drain(seconds=5)
    return _say(text, key)


def test_the_list_shows_each_citizen_once_by_her_latest_text(client: Client) -> None:
    _say("첫째 말", "a")
    _say("다른 사람", "b", sender="01099998888")
    _say("둘째 말", "c")

    html = client.get(INBOX).content.decode()

    assert "둘째 말" in html
    assert "첫째 말" not in html
    assert html.index("둘째 말") < html.index("다른 사람")
    assert "010-****-5678" in html
    assert "12345678" not in html


def test_the_list_is_paged_by_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        _say(f"문자 {number}", f"k{number}", sender=f"0109999000{number}")

    user = make_official()

    first, key = conversations.threads(conversations.WAITING, user, at_most=2)
    second, rest = conversations.threads(conversations.WAITING, user, before=key, at_most=2)

    assert [one.text for one in first + second] == ["문자 4", "문자 3", "문자 2", "문자 1"]
    assert rest is not None
    assert "문자 0" in client.get(INBOX, {"before": str(rest)}).content.decode()
    assert client.get(INBOX, {"before": "x' or 1"}).status_code == 200


def test_texts_to_a_number_that_is_not_ours_have_a_list_of_their_own(client: Client) -> None:
    _say("여보세요", "a", to="0299999999")
    _say("우리 번호로", "b")

    html = client.get(INBOX, {"show": "unknown"}).content.decode()

    assert "여보세요" in html
    assert "우리 번호로" not in html


def test_a_thread_is_found_by_the_whole_number_only(client: Client) -> None:
    _say("찾는 말", "a")

    assert "찾는 말" in client.get(INBOX, {"q": "010-1234-5678"}).content.decode()
    assert "찾는 말" not in client.get(INBOX, {"q": "5678"}).content.decode()
    assert 'role="alert"' in client.get(INBOX, {"q": "5678"}).content.decode()


def test_a_conversation_shows_both_sides_with_the_state_of_ours(client: Client) -> None:
    make_template(route="alimtalk_then_text", buttons=[{"label": "진행 보기", "url": "https://example.go.kr/"}])
    queue("card")
    delivery.drain(seconds=5)
    found = _say("고맙습니다", "a")

    html = client.get(_page(found)).content.decode()

    assert "고맙습니다" in html
    assert "알림톡" in html
    assert "진행 보기" in html
    assert "발송" in html


def test_a_long_conversation_goes_back_page_by_page_and_loses_nothing() -> None:
    make_template()
    for number in range(7):
        queue(f"ours {number}")
        found = _say(f"theirs {number}", f"t{number}")

    user = make_official()
    seen: list[str] = []
    before = ""
    while True:
        page = conversations.conversation(bytes(found.phone_index), user, before=before, at_most=4)
        seen = [f"{one.message}/{one.reply}" for one in page.bubbles] + seen
        if not page.before:
            break
        before = page.before

    assert len(seen) == len(set(seen)) == 14


def test_every_look_is_on_record_and_shown(client: Client) -> None:
    found = _say("여권 문의", "a")

    client.get(INBOX)
    client.get(_page(found))
    html = client.get(_page(found)).content.decode()

    actions = AuditEntry.objects.filter(subject_kind="messaging.reply").values_list("action", flat=True)
    assert sorted(actions) == ["list", "view", "view"]
    assert "목록에서 봄" in html
    assert "대화를 봄" in html


def test_what_we_wrote_to_her_is_on_record_too(client: Client) -> None:
    make_template()
    message = queue()
    found = _say("고맙습니다", "a")

    client.get(_page(found))

    assert AuditEntry.objects.get(subject_kind="messaging.message").subject_ids == [message.pk]


def test_the_whole_number_is_shown_only_for_a_reason(client: Client) -> None:
    found = _say("전화 주세요", "a")

    without = client.post(_page(found), {"act": "unmask", "reason": " "}).content.decode()
    shown = client.post(_page(found), {"act": "unmask", "reason": "전화 안내"}).content.decode()

    assert "010-1234-5678" not in without
    assert "010-1234-5678" in shown
    assert AuditEntry.objects.get(action="unmask").reason == "전화 안내"
    assert "010-1234-5678" not in client.get(_page(found)).content.decode()


def test_a_phrase_answers_where_nothing_was_typed(client: Client) -> None:
    _approve()
    found = _say("여권 어디서", "a")
    phrase = AnswerPhrase.objects.create(title="여권", text="구청 1층입니다.")

    client.post(_page(found), {"act": "answer", "text": "", "phrase": phrase.pk})
    empty = client.post(_page(found), {"act": "answer", "text": " "}).content.decode()
    delivery.drain(seconds=5)

    assert [leg.text for leg in told().taken] == ["[새빛구] 구청 1층입니다."]
    assert "답장을 적거나" in empty


def test_an_answer_too_long_for_any_text_is_refused_in_words(client: Client) -> None:
    _approve()
    found = _say("여권 어디서", "a")

    html = client.post(_page(found), {"act": "answer", "text": "가" * 1000}).content.decode()

    assert "너무 깁니다" in html
    assert not Message.objects.filter(topic="messaging.answer").exists()


def test_seen_is_the_whole_thread_up_to_the_last_text_that_was_shown(client: Client) -> None:
    first, second = _say("하나", "a"), _say("둘", "b")
    late = _say("셋", "c")

    client.post(_page(first), {"act": "close", "up_to": second.pk})

    waiting = Reply.objects.filter(handled_by=None).values_list("pk", flat=True)
    assert list(waiting) == [late.pk]


def test_the_live_part_answers_304_until_something_is_said(client: Client) -> None:
    found = _say("하나", "a")
    address = reverse("admin:messaging_reply_live_one", args=[found.pk])
    first = client.get(address)

    again = client.get(address, headers={"if-none-match": first["ETag"]})
    _say("둘", "b")
    fresh = client.get(address, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, fresh.status_code) == (304, 200)
    assert "둘" in fresh.content.decode()
    assert client.get(reverse("admin:messaging_reply_live")).status_code == 200


@pytest.mark.parametrize("address", [INBOX, TRIAGE, f"{INBOX}live/", f"{INBOX}1/live/", f"{TRIAGE}live/"])
def test_an_official_without_the_role_sees_none_of_it(address: str) -> None:
    user = make_official("plain")
    User.objects.filter(pk=user.pk).update(is_superuser=False)
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk))

    assert browser.get(address).status_code in (302, 403, 404)


@pytest.mark.parametrize("act", ["answer", "close", "unmask"])
def test_an_examiner_reads_and_writes_to_nobody(act: str) -> None:
    reply = _say("안녕하세요", "a")
    browser = Client()
    browser.force_login(make_official("examiner", "examiner"))

    shown = browser.get(_page(reply))
    done = browser.post(_page(reply), {"act": act, "text": "답장입니다", "reason": "궁금해서"})

    assert "답장 없이 확인함" not in shown.content.decode()
    assert done.status_code == 403
    assert not Message.objects.filter(topic="messaging.answer").exists()


@pytest.mark.parametrize("model", ["message", "attempt", "stream", "carrierstate", "apikey", "reply", "hookreject"])
@pytest.mark.parametrize("number", ["abc", ENDLESS, "²", "9" * 30])
def test_an_address_with_no_number_of_ours_is_no_error(client: Client, model: str, number: str) -> None:
    address = f"{reverse(f'admin:messaging_{model}_changelist')}{number}/change/"

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("before", [f"{ENDLESS}.1", f"1.{ENDLESS}", "1.", "-1.2"])
def test_a_strange_place_in_a_conversation_is_no_error(client: Client, before: str) -> None:
    assert client.get(f"{_page(_say('안녕하세요', 'a'))}?before={before}").status_code == 200


def test_a_look_at_an_unreadable_webhook_is_on_record(client: Client) -> None:
    reject = services.keep_unreadable(alias="main", kind="replies", body="010", reason="no", now=clock.now())

    client.get(reverse("admin:messaging_hookreject_change", args=[reject.pk]))

    look = AuditEntry.objects.get(subject_kind="messaging.hookreject")
    assert look.subject_ids == [reject.pk]


def test_the_words_a_reading_rests_on_are_marked() -> None:
    assert pieces("동의하면 1번", [(0, 2), (5, 6)]) == [
        ("동의", True),
        ("하면 ", False),
        ("1", True),
        ("번", False),
    ]
    assert pieces("", [(0, 4)]) == []


def test_an_unclear_reply_is_listed_with_its_reason_and_decided_by_one_button(client: Client) -> None:
    unclear = _unclear()
    html = client.get(TRIAGE).content.decode()
    assert '<mark class="ib-mark">동의</mark>' in html
    assert "묻는 말이 있습니다." in html
    assert "doubt." in html

    answer = client.post(TRIAGE, {"reply": unclear.pk, "verdict": "refuse"}, follow=True).content.decode()

    assert TriageDecision.objects.get().by == User.objects.get(username="head")
    assert "되돌리기" in answer
    assert "판단할 회신이 없습니다" in answer
    assert AuditEntry.objects.filter(action="decide", reason="미동의").exists()


def test_a_decision_is_taken_back_from_the_same_page(client: Client) -> None:
    unclear = _unclear()
    client.post(TRIAGE, {"reply": unclear.pk, "verdict": "opt_out"})

    client.post(TRIAGE, {"undo": TriageDecision.objects.get().pk})

    unclear.refresh_from_db()
    assert unclear.needs_triage
    assert list(TriageDecision.objects.order_by("pk").values_list("verdict", flat=True)) == ["opt_out", "undone"]
    assert "앞선 판단" in client.get(TRIAGE).content.decode()


@pytest.mark.parametrize(
    "wanted", [{"reply": "x"}, {"reply": "1"}, {"undo": "9"}, {}, {"undo": ENDLESS}, {"reply": ENDLESS}, {"undo": "²"}]
)
def test_strange_decisions_are_no_errors(client: Client, wanted: dict[str, str]) -> None:
    assert client.post(TRIAGE, {**wanted, "verdict": "consent"}).status_code in (302, 404)


def test_the_triage_list_takes_no_more_queries_when_it_grows(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _unclear()
    client.get(TRIAGE)
    for number in range(12):
        _unclear(key=f"more {number}")

    with django_assert_max_num_queries(16):
        client.get(TRIAGE)


def test_the_stream_page_shows_replies_live(client: Client) -> None:
    _unclear("1", "yes")
    stream = Stream.objects.get(name="notices.consent")
    address = reverse("admin:messaging_stream_live", args=[stream.pk])
    first = client.get(address)

    _unclear("2", "no")
    fresh = client.get(address, headers={"if-none-match": first["ETag"]})

    assert "회신한 사람" in first.content.decode()
    assert fresh.status_code == 200
    assert client.get(address, headers={"if-none-match": fresh["ETag"]}).status_code == 304
