"""The page behind a link: what robots see, the lock, who is let in, and when a notice counts as opened."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from notices.models import Campaign, Notice, NoticeLink, Opening, PaperBatch, PaperItem, Recipient, RecipientChange
from notices.opening import LOCKED_FOR, VISIT, fingerprint
from notices.services import opening
from notices.services.opening import NoSecondFactor, link_for, links_for, record_opening, unlock
from notices.views.link import COOKIE
from notices.workflow import NotAllowed
from portal.accounts.models import AuditEntry
from portal.accounts.services import destroy_data_key
from tests.notices.reading import Reader, delivered
from tests.notices.world import World


@pytest.fixture
def now(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Views live at the world's time."""
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    return world


@pytest.fixture
def campaign(now: World) -> Campaign:
    return now.checking()


@pytest.fixture
def haneul(now: World, campaign: Campaign) -> Reader:
    return delivered(campaign, now)


def enter(client: Client, reader: Reader, **typed: str) -> Any:
    return client.post(reader.path, {"birth": reader.birth, **typed})


def fail(client: Client, reader: Reader, world: World, *, times: int) -> Any:
    for _ in range(times):
        world.tick(minutes=2)
        answer = enter(client, reader, birth=reader.wrong_birth)
    return answer


def main_of(answer: Any) -> str:
    """What the reader reads."""
    text: str = answer.content.decode()
    return text[text.index("<main") : text.index("</main>")]


# --- robots that look ahead -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_preview_reads_nothing_and_leaves_nothing(client: Client, haneul: Reader, method: str) -> None:
    answer = getattr(client, method)(
        haneul.path, headers={"user-agent": "facebookexternalhit/1.1; kakaotalk-scrap/1.0"}
    )

    assert answer.status_code == 200
    assert not answer.cookies
    assert not Opening.objects.exists()
    assert not Session.objects.exists()
    text = answer.content.decode()
    assert "환경과" in text or method == "head"
    for secret in (haneul.recipient.name, haneul.recipient.key, haneul.recipient.campaign.title, "5678"):
        assert secret not in text


def test_pages_of_a_link_are_kept_nowhere_and_named_nowhere(client: Client, haneul: Reader) -> None:
    answer = client.get(haneul.path)

    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert (
        "script-src" in answer["Content-Security-Policy"] or "default-src 'self'" in answer["Content-Security-Policy"]
    )


def test_a_picture_needs_more_than_the_address(client: Client, haneul: Reader) -> None:
    assert client.get(f"{haneul.path}pages/1/").status_code == 404
    assert client.get(f"{haneul.path}document/").status_code == 404
    assert not Opening.objects.exists()


# --- the lock -------------------------------------------------------------------------------------------------------


def test_the_right_answer_lets_in_for_this_address_only(client: Client, haneul: Reader) -> None:
    answer = enter(client, haneul)

    assert answer.status_code == 303
    cookie = answer.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (haneul.path, True, "Lax")
    assert haneul.recipient.name in client.get(haneul.path).content.decode()
    assert not Opening.objects.exists()  # she is in, but has seen nothing yet


def test_five_wrong_answers_lock_for_half_an_hour(client: Client, now: World, haneul: Reader) -> None:
    fail(client, haneul, now, times=5)

    assert enter(client, haneul).status_code == 422
    now.tick(seconds=LOCKED_FOR.total_seconds())
    assert enter(client, haneul).status_code == 303
    assert haneul.link.failed_count == 0


def test_ten_wrong_answers_need_an_official(client: Client, now: World, haneul: Reader) -> None:
    fail(client, haneul, now, times=5)
    now.tick(hours=1)
    fail(client, haneul, now, times=5)
    now.tick(days=1)
    assert enter(client, haneul).status_code == 422

    with pytest.raises(NotAllowed):
        unlock(haneul.link, by=now.stranger, address="10.0.0.1", reason="전화함", now=now.now)
    unlock(haneul.link, by=now.drafter, address="10.0.0.1", reason="전화함", now=now.now)

    assert enter(client, haneul).status_code == 303
    entry = AuditEntry.objects.get(action="unlock_link")
    assert (entry.actor, entry.subject_ids, entry.reason) == (now.drafter, [haneul.recipient.pk], "전화함")


def test_wrong_locked_and_blocked_are_told_in_the_same_words(client: Client, now: World, haneul: Reader) -> None:
    wrong = fail(client, haneul, now, times=1)
    locked = fail(client, haneul, now, times=5)
    now.tick(hours=1)
    fail(client, haneul, now, times=5)
    now.tick(hours=1)
    blocked = fail(client, haneul, now, times=1)

    assert haneul.link.blocked_at is not None
    assert main_of(wrong) == main_of(locked) == main_of(blocked)
    assert wrong.status_code == locked.status_code == blocked.status_code == 422


def test_unknown_ended_and_void_are_told_in_the_same_words(client: Client, now: World, campaign: Campaign) -> None:
    ended, void = delivered(campaign, now), delivered(campaign, now, at=1)
    NoticeLink.objects.filter(notice=ended.notice).update(created_at=now.now - timedelta(days=2), expires_at=now.now)
    Notice.objects.filter(pk=void.notice.pk).update(state="void")
    unknown = f"/notices/{'A' * 22}/"

    answers = [client.get(path) for path in (unknown, ended.path, void.path)]
    answers += [client.post(path, {"birth": "900101"}) for path in (unknown, ended.path, void.path)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({main_of(answer) for answer in answers}) == 1


def test_a_locked_link_takes_the_same_steps_for_the_right_answer(client: Client, now: World, haneul: Reader) -> None:
    def steps(birth: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            enter(client, haneul, birth=birth)
        return len(queries)

    fail(client, haneul, now, times=5)
    locked_right, locked_wrong = steps(haneul.birth), steps(haneul.wrong_birth)

    assert locked_right == locked_wrong


def test_tries_without_the_shape_of_an_answer_do_not_count(client: Client, haneul: Reader) -> None:
    for typed in ("", "abc", "5003", "1234567"):
        assert enter(client, haneul, birth=typed).status_code == 422

    assert haneul.link.failed_count == 0


def test_a_resident_number_is_refused_and_not_handed_back(client: Client, haneul: Reader) -> None:
    answer = enter(client, haneul, birth="900101-1234567")

    assert "주민등록번호 뒷자리는 적지 마세요" in main_of(answer)
    assert "1234567" not in answer.content.decode()
    assert haneul.link.failed_count == 0


def test_one_address_may_not_try_for_ever(client: Client, now: World, campaign: Campaign) -> None:
    readers = [delivered(campaign, now, at=at) for at in range(3)]
    opening_limit = opening.TRIES_PER_ADDRESS

    answers = [enter(client, readers[at % 3], birth="000000").status_code for at in range(opening_limit + 1)]

    assert answers[-1] == 429
    now.tick(minutes=11)
    assert enter(client, readers[0], birth="000000").status_code == 422


def test_many_failing_links_sound_an_alarm_without_names(
    client: Client, now: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MANY_LINKS", 2)
    readers = [delivered(campaign, now, at=at) for at in range(2)]

    with capture_logs() as logs:
        for reader in (*readers, *readers):
            enter(client, reader, birth=reader.wrong_birth)

    alarms = [line for line in logs if line["event"] == "many_links_fail"]
    assert [line["links"] for line in alarms] == [2]


def test_the_phone_is_asked_for_where_the_campaign_says_so(client: Client, now: World) -> None:
    campaign = now.checking()
    Campaign.objects.filter(pk=campaign.pk).update(identity="both")
    reader = delivered(campaign, now)

    assert "휴대전화 번호 끝 4자리" in client.get(reader.path).content.decode()
    assert enter(client, reader).status_code == 422
    assert enter(client, reader, phone_tail="0000").status_code == 422
    assert enter(client, reader, phone_tail=reader.recipient.phone[-4:]).status_code == 303


# --- the visit ------------------------------------------------------------------------------------------------------


def test_a_visit_ends_after_ten_minutes_and_can_be_prolonged(client: Client, now: World, haneul: Reader) -> None:
    enter(client, haneul)
    now.tick(minutes=9)
    assert client.post(haneul.path, {"act": "prolong"}).status_code == 303
    now.tick(minutes=9)
    assert haneul.recipient.name in client.get(haneul.path).content.decode()

    now.tick(seconds=VISIT.total_seconds())

    assert haneul.recipient.name not in client.get(haneul.path).content.decode()
    answer = client.post(haneul.path, {"act": "acknowledge"})
    assert answer.status_code == 422
    assert "10분이 지나" in main_of(answer)
    assert not Opening.objects.exists()


def test_closing_takes_the_cookie_away(client: Client, haneul: Reader) -> None:
    enter(client, haneul)

    answer = client.post(haneul.path, {"act": "close"})

    assert answer.cookies[COOKIE].value == ""
    assert haneul.recipient.name not in client.get(haneul.path).content.decode()


def test_nobody_reads_with_the_visit_of_another(client: Client, now: World, campaign: Campaign, haneul: Reader) -> None:
    bada = delivered(campaign, now, at=1)
    cookie = enter(client, haneul).cookies[COOKIE].value
    thief = Client()
    thief.cookies[COOKIE] = cookie

    assert haneul.recipient.name in thief.get(haneul.path).content.decode()
    answer = thief.get(bada.path)
    assert bada.recipient.name not in answer.content.decode()
    assert thief.get(f"{bada.path}pages/1/").status_code == 404
    assert thief.post(bada.path, {"act": "acknowledge"}).status_code == 422


@pytest.mark.parametrize(
    "cookie", ["", "1:2", "1:00000000000000000000000000000000:birth:9999999999:forged", "x" * 5000]
)
def test_a_forged_visit_is_none(client: Client, haneul: Reader, cookie: str) -> None:
    client.cookies[COOKIE] = cookie

    assert haneul.recipient.name not in client.get(haneul.path).content.decode()


def test_a_link_blocked_meanwhile_shows_nothing_more(client: Client, now: World, haneul: Reader) -> None:
    enter(client, haneul)
    NoticeLink.objects.filter(notice=haneul.notice).update(blocked_at=now.now)

    assert haneul.recipient.name not in client.get(haneul.path).content.decode()


def test_a_notice_made_void_or_destroyed_meanwhile_is_gone(client: Client, now: World, haneul: Reader) -> None:
    enter(client, haneul)
    destroy_data_key(purpose="notices.campaign", object_ref=haneul.recipient.campaign.number, now=now.now)
    assert client.get(haneul.path).status_code == 404

    Notice.objects.filter(pk=haneul.notice.pk).update(state="void")
    assert client.get(haneul.path).status_code == 404


# --- the address ----------------------------------------------------------------------------------------------------


def test_a_reminder_carries_the_same_address_and_makes_it_live_longer(now: World, haneul: Reader) -> None:
    before = haneul.link.expires_at
    later: datetime = now.tick(days=3)

    assert link_for(haneul.notice, now=later) == haneul.path
    assert haneul.link.expires_at == before + timedelta(days=3)
    assert link_for(haneul.notice, now=later - timedelta(days=2)) == haneul.path
    assert haneul.link.expires_at == before + timedelta(days=3)


def test_only_a_hash_of_the_token_is_kept(haneul: Reader) -> None:
    row = NoticeLink.objects.filter(notice=haneul.notice).values().get()

    assert row["token_sha256"] == fingerprint(haneul.token)
    assert haneul.token not in str(row)


def test_two_notices_never_share_an_address(now: World, campaign: Campaign) -> None:
    readers = [delivered(campaign, now, at=at) for at in range(3)]

    assert len({reader.path for reader in readers}) == 3
    assert not any(reader.recipient.key in reader.path for reader in readers)


def test_a_wave_gets_its_addresses_with_a_handful_of_queries(
    now: World, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    notices = list(Notice.objects.filter(recipient__campaign=campaign).select_related("recipient__campaign"))

    with django_assert_max_num_queries(8):
        paths = links_for(notices, now=now.now)

    assert paths == {notice.pk: link_for(notice, now=now.now) for notice in notices}
    assert len(set(paths.values())) == 3


def test_without_a_birth_date_there_is_no_address(now: World, campaign: Campaign) -> None:
    recipient = Recipient.objects.filter(campaign=campaign).order_by("pk")[0]
    recipient.birth_text = ""
    recipient.save(update_fields=["birth_sealed"])

    with pytest.raises(NoSecondFactor):
        link_for(Notice.objects.get(recipient=recipient), now=now.now)


# --- openings -------------------------------------------------------------------------------------------------------


def test_her_own_word_opens_the_notice_and_is_kept(client: Client, haneul: Reader) -> None:
    enter(client, haneul)

    assert client.post(haneul.path, {"act": "acknowledge"}).status_code == 303

    assert Opening.objects.get().evidence == "acknowledged"
    assert "확인하셨습니다" in client.get(haneul.path).content.decode()


def test_a_reply_is_an_opening_once(now: World, haneul: Reader) -> None:
    first = record_opening(haneul.recipient, factor="reply", evidence="reply:7", now=now.now)
    again = record_opening(haneul.recipient, factor="reply", evidence="reply:7", now=now.tick(minutes=1))

    assert (first, again) == (True, False)
    recipient = Recipient.objects.get(pk=haneul.recipient.pk)
    assert (recipient.state, recipient.bucket) == ("opened", "electronic")
    change = RecipientChange.objects.filter(recipient=recipient).latest("pk")
    assert (change.before, change.after, change.cause) == ("delivered", "opened", "opened")


def test_the_first_opening_stays_the_first(now: World, haneul: Reader) -> None:
    first = now.now
    record_opening(haneul.recipient, factor="reply", evidence="reply:7", now=first)
    record_opening(haneul.recipient, factor="relay", evidence="event:1", now=now.tick(days=1))

    assert Recipient.objects.get(pk=haneul.recipient.pk).opened_at == first
    assert Opening.objects.count() == 2


def test_an_opening_after_the_letter_is_listed_is_kept_as_both_ways(now: World, haneul: Reader) -> None:
    batch = PaperBatch.objects.create(
        campaign=haneul.recipient.campaign, number=1, row_count=1, reason="우편", made_by=now.drafter, made_at=now.now
    )
    Recipient.objects.filter(pk=haneul.recipient.pk).update(state="undelivered", bucket="paper")
    PaperItem.objects.create(
        recipient=haneul.recipient, batch=batch, place=1, reason="send_failed", state="exported", listed_at=now.now
    )

    record_opening(haneul.recipient, factor="reply", evidence="reply:7", now=now.now)

    recipient = Recipient.objects.get(pk=haneul.recipient.pk)
    assert (recipient.state, recipient.bucket) == ("undelivered", "paper")
    assert recipient.opened_at == now.now


def test_nobody_opens_a_void_notice(now: World, haneul: Reader) -> None:
    Notice.objects.filter(pk=haneul.notice.pk).update(state="void")

    assert not record_opening(haneul.recipient, factor="reply", evidence="reply:7", now=now.now)
    assert not Opening.objects.exists()
