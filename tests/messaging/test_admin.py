"""Officials' pages: masked, counted in constant queries, every look written down, decisions only with a reason."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from messaging import delivery, receiving, services
from messaging.models import Attempt, Dispatch, LegStatus, Message, OptOut, Reply, SenderNumber, Stream
from messaging.settling import Change, settle
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.messaging.making import (
    PHONE,
    leg_of,
    make_official,
    make_template,
    outgoing,
    queue,
    receipt,
    reply,
    status_of,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")


@pytest.fixture
def client() -> Client:
    """A browser of 최팀장, who may decide."""
    browser = Client()
    browser.force_login(make_official("head", "head"))
    return browser


def _list(name: str) -> str:
    return reverse(f"admin:messaging_{name}_changelist")


def _page(name: str, pk: object) -> str:
    return reverse(f"admin:messaging_{name}_change", args=[pk])


def _unresolved() -> Attempt:
    message = queue("unclear")
    dispatch = Dispatch.objects.create(
        carrier="main",
        channel="sms",
        stream=message.stream,
        lane=1,
        size=1,
        status="held",
        submitted_at=clock.now(),
        lease_until=clock.now(),
    )
    leg = leg_of(message)
    Attempt.objects.filter(pk=leg.pk).update(status="submitting", dispatch=dispatch)
    settle([Change(leg.pk, LegStatus.UNRESOLVED)], cause="test")
    return leg_of(message)


def _fill(count: int, prefix: str) -> None:
    SenderNumber.objects.update(inbox="")
    rows = [outgoing(f"{prefix}{number}", to=f"0101234{number:04}") for number in range(count)]
    services.send_many(rows, by=None, now=clock.now())
    delivery.drain(seconds=10)
    services.record_receipts(
        carrier="main",
        events=[receipt(leg, f"{prefix}{leg.pk}") for leg in Attempt.objects.filter(message__key__startswith=prefix)],
        now=clock.now(),
    )
    events = [reply("문의합니다", f"{prefix}{number}", sender=f"0101234{number:04}") for number in range(count)]
    services.record_replies(carrier="main", events=events, now=clock.now())
    receiving.handle_pending(now=clock.now())


@pytest.mark.parametrize(
    "name", ["message", "attempt", "stream", "receipt", "reply", "template", "sendernumber", "optout"]
)
def test_a_longer_list_takes_no_more_queries(
    name: str, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_template()
    _fill(3, "few")
    address = _list(name) + ("?show=all" if name in ("attempt", "reply") else "")
    assert client.get(address).status_code == 200
    _fill(25, "many")

    with django_assert_max_num_queries(14):
        page = client.get(address)

    assert page.status_code == 200


@pytest.mark.parametrize("name", ["message", "attempt", "reply", "receipt"])
def test_lists_mask_the_number(name: str, client: Client) -> None:
    make_template()
    _fill(2, "few")

    page = client.get(_list(name) + ("?show=all" if name in ("attempt", "reply") else "")).content.decode()

    assert "01012340001" not in page
    assert "1234-0001" not in page
    if name != "receipt":
        assert "010-****-0001" in page


def test_a_message_shows_its_words_its_legs_and_its_history_and_leaves_a_line_in_the_book(client: Client) -> None:
    make_template()
    message = queue()
    delivery.drain(seconds=5)

    page = client.get(_page("message", message.pk))

    html = page.content.decode()
    assert message.body in html
    assert "통신사 접수" in html
    assert "010-****-5678" in html
    assert PHONE not in html
    assert "no-store" in page["Cache-Control"]
    entry = AuditEntry.objects.get(subject_kind="messaging.message")
    assert (entry.action, entry.subject_ids) == ("view", [message.pk])


def test_a_message_is_found_by_its_exact_number_only_and_the_search_is_written_down(client: Client) -> None:
    make_template()
    ours = queue("one")
    queue("two", to="01099998888")

    found = client.get(_list("message"), {"q": "010-1234-5678"}).content.decode()
    part = client.get(_list("message"), {"q": "5678"}).content.decode()

    assert "010-****-5678" in found
    assert "010-****-8888" not in found
    assert "010-****" not in part
    assert AuditEntry.objects.get(action="search").subject_ids == [ours.pk]


def test_a_message_is_found_by_what_it_is_about(client: Client) -> None:
    make_template()
    queue("one")
    queue("two", to="01099998888", reference="다른 번호")

    found = client.get(_list("message"), {"q": "M2611-000001-1"}).content.decode()

    assert "010-****-5678" in found
    assert "010-****-8888" not in found


def test_an_unresolved_leg_is_listed_and_sent_again_with_a_reason(client: Client) -> None:
    make_template()
    leg = _unresolved()
    assert "010-****-5678" in client.get(_list("attempt")).content.decode()

    without = client.post(_page("attempt", leg.pk), {"decision": "again", "reason": ""})
    assert without.status_code == 200
    assert leg_of(leg.message).status == "unresolved"
    client.post(_page("attempt", leg.pk), {"decision": "again", "reason": "통신사 확인"})

    assert leg_of(leg.message).status == "queued"
    assert "통신사 확인" in leg.events.latest("pk").cause


def test_an_unresolved_leg_is_counted_as_accepted(client: Client) -> None:
    make_template()
    leg = _unresolved()

    client.post(_page("attempt", leg.pk), {"decision": "accepted", "reason": "시민 통화"})

    assert status_of(leg.message) == "sent"
    assert told().taken == []


def test_an_officer_without_the_role_may_look_and_not_decide() -> None:
    make_template()
    leg = _unresolved()
    browser = Client()
    browser.force_login(make_official("officer", "officer"))

    page = browser.get(_page("attempt", leg.pk)).content.decode()
    browser.post(_page("attempt", leg.pk), {"decision": "again", "reason": "몰래"})

    assert "다시 보내기" not in page
    assert leg_of(leg.message).status == "unresolved"


def test_a_stream_is_paused_resumed_and_cancelled_with_a_reason(client: Client) -> None:
    make_template()
    message = queue()
    stream = Stream.objects.get(name="portal.test")

    client.post(_page("stream", stream.pk), {"act": "pause", "reason": "문구 확인"})
    stream.refresh_from_db()
    assert stream.pause_reason == "문구 확인"
    assert "문구 확인" in client.get(_page("stream", stream.pk)).content.decode()
    client.post(_page("stream", stream.pk), {"act": "resume", "reason": "확인 끝"})
    stream.refresh_from_db()
    assert stream.paused_at is None
    client.post(_page("stream", stream.pk), {"act": "cancel", "reason": "취소"})

    assert status_of(message) == "cancelled"
    reasons = AuditEntry.objects.filter(subject_kind="messaging.stream").values_list("reason", flat=True)
    assert set(reasons) == {"문구 확인", "확인 끝", "취소"}


def _text_in(text: str = "여권 문의합니다") -> Reply:
    SenderNumber.objects.update(inbox="")
    services.record_replies(carrier="main", events=[reply(text)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get()


def test_a_text_nobody_claimed_is_answered_from_the_number_it_came_to(client: Client) -> None:
    services.load_templates(now=clock.now())
    type(make_template()).objects.filter(template__code="messaging.answer").update(
        review_state="approved", approved_at=clock.now()
    )
    found = _text_in()
    assert "여권 문의합니다" in client.get(_list("reply")).content.decode()

    for _ in range(2):
        client.post(_page("reply", found.pk), {"act": "answer", "text": "구청 1층\n여권 창구로 오세요."})
    delivery.drain(seconds=5)

    found.refresh_from_db()
    assert [leg.text for leg in told().taken] == ["[새빛구] 구청 1층 여권 창구로 오세요."]
    assert found.handled_by is not None
    assert "여권 문의합니다" not in client.get(_list("reply")).content.decode()
    page = client.get(_page("reply", found.pk)).content.decode()
    assert "여권 창구로 오세요." in page
    assert "010-****-5678" in page


def test_an_answer_with_a_link_is_refused_in_words(client: Client) -> None:
    services.load_templates(now=clock.now())
    found = _text_in()

    page = client.post(_page("reply", found.pk), {"act": "answer", "text": "https://example.com 보세요"})

    assert "인터넷 주소" in page.content.decode()
    assert not Message.objects.filter(topic="messaging.answer").exists()


def test_a_text_is_counted_as_seen_without_an_answer(client: Client) -> None:
    found = _text_in()

    client.post(_page("reply", found.pk), {"act": "close"})

    found.refresh_from_db()
    assert found.handled_by == User.objects.get(username="head")


def test_every_look_at_the_inbox_is_one_line_with_all_ids(client: Client) -> None:
    make_template()
    _fill(3, "few")

    client.get(_list("reply"))

    entry = AuditEntry.objects.get(subject_kind="messaging.reply")
    assert sorted(entry.subject_ids) == sorted(Reply.objects.values_list("pk", flat=True))


def test_a_template_shows_every_version_with_its_bytes(client: Client) -> None:
    version = make_template(body="[#{기관}] 처음 #{이름}")
    make_template(body="[#{기관}] 다음 #{이름}")

    page = client.get(_page("template", version.template_id)).content.decode()

    assert "처음" in page
    assert "다음" in page
    assert "바이트" in page
    assert client.get(_list("template")).status_code == 200


def test_a_number_is_registered_only_with_proof_and_expiry(client: Client) -> None:
    number = SenderNumber.objects.get()
    today = clock.day_in_korea(clock.now())
    fields = {
        "number": number.number,
        "name": number.name,
        "status": "registered",
        "evidence": "",
        "registered_on": today.isoformat(),
        "expires_on": "",
        "is_default": "on",
    }

    refused = client.post(_page("sendernumber", number.pk), fields)
    assert refused.status_code == 200
    assert "증명" in refused.content.decode()
    until = (today + timedelta(days=30)).isoformat()
    client.post(_page("sendernumber", number.pk), fields | {"evidence": "증-1", "expires_on": until})

    number.refresh_from_db()
    assert number.evidence == "증-1"
    assert AuditEntry.objects.filter(subject_kind="messaging.sendernumber", action="change").exists()


def test_a_mobile_number_cannot_become_a_sender(client: Client) -> None:
    page = client.post(
        reverse("admin:messaging_sendernumber_add"), {"number": "01012345678", "name": "개인", "status": "draft"}
    )

    assert page.status_code == 200
    assert not SenderNumber.objects.filter(number="01012345678").exists()


def test_an_opt_out_at_the_counter_stops_what_waits_and_can_be_lifted(client: Client) -> None:
    make_template()
    message = queue()

    client.post(reverse("admin:messaging_optout_add"), {"phone": "010-1234-5678", "scope": "all", "value": ""})
    assert status_of(message) == "suppressed"
    wish = OptOut.objects.get()
    client.post(_list("optout"), {"action": "lift", "_selected_action": [wish.pk]})

    wish.refresh_from_db()
    assert wish.lifted_at is not None
    assert "5678" not in client.get(_list("optout")).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "02-123-4567", "scope": "all", "value": ""},
        {"phone": "010-1234-5678", "scope": "topic", "value": ""},
        {"phone": "010-1234-5678", "scope": "all", "value": "x"},
    ],
)
def test_a_strange_opt_out_is_refused(client: Client, fields: dict[str, str]) -> None:
    assert client.post(reverse("admin:messaging_optout_add"), fields).status_code == 200
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(
    "name", ["message", "attempt", "stream", "reply", "receipt", "template", "hookreject", "optout"]
)
def test_citizens_see_none_of_it(name: str) -> None:
    browser = Client()
    browser.force_login(User.objects.create(username="citizen"))

    assert browser.get(_list(name)).status_code in (302, 403, 404)
