"""내 정보: what needs me first, everything of mine and nothing of anybody else's."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from complaints.workflow import Stage
from messaging import services as messaging
from messaging.models import Message
from notices import services as notices
from notices.models import Bill, Notice, NoticeLink, Opening, Recipient
from notices.services.opening import link_for
from portal.accounts.models import AuditEntry, Department, User
from portal.core.sealing import blind_phone
from tests.complaints.conftest import BADA, HANEUL, World, build_world
from tests.notices.billed import bill_of, billed
from tests.notices.world import World as Notices
from tests.notices.world import official
from tests.site.test_sign_in import browser, sign_in

pytestmark = pytest.mark.django_db
LONG = "가나다라마바사아자차카타파하" * 20
OFFICIALS = ("drafter", "sender", "stranger")
LISTS = ("complaints", "notices", "bills", "messages", "calendar", "alerts")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    found = build_world()
    with time_machine.travel(found.now, tick=False):
        yield found


@pytest.fixture
def client(world: World) -> Client:
    """김하늘's telephone, signed in."""
    found = browser()
    sign_in(found)
    return found


@pytest.fixture
def office(world: World, settings: Settings, tmp_path: Path) -> Notices:
    """A department that sends notices."""
    settings.MEDIA_DIR = tmp_path
    notices.load_reference(now=world.now)
    noise = Department.objects.create(code="noise", name="환경과", phone="02-120-1000")
    drafter, sender, stranger = (official(name, noise, "officer", "sender") for name in OFFICIALS)
    return Notices(noise, drafter, sender, stranger, now=world.now)


def user() -> User:
    return User.objects.get(phone_index=blind_phone(HANEUL), username__startswith="c-")


def page(client: Client, path: str = "/me/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def arrived(office: Notices, world: World) -> Bill:
    """A bill whose notice reached 김하늘 an hour ago."""
    campaign = billed(office)
    ago = world.now - timedelta(hours=1)
    User.objects.filter(phone_index=blind_phone(HANEUL)).update(date_joined=ago - timedelta(days=1))
    Recipient.objects.filter(campaign=campaign).update(
        state="delivered", ground="statute", sent_at=ago, delivered_at=ago
    )
    return bill_of(campaign)


def tell(world: World, phone: str, key: str) -> Message:
    with transaction.atomic():
        return messaging.send(
            to=phone,
            template="complaints.received",
            context={"번호": "M2611-000001-1", "예정일": "11월 30일(월)", "진행주소": "http://localhost/c/x/"},
            topic="complaints.stage",
            reference=key,
            key=f"test:{key}",
            by=None,
            now=world.now,
        )


def test_a_newcomer_sees_that_nothing_is_to_do_and_one_way_on(client: Client) -> None:
    words = page(client)

    assert "지금 하실 일이 없습니다." in words
    assert "아직 신청하신 민원이 없습니다" in words
    for name in LISTS:
        assert "<h1" in page(client, f"/me/{name}/")


@pytest.mark.parametrize("name", [*LISTS, "download", "leave", "favourites"])
def test_strangers_and_officials_are_sent_to_sign_in(name: str, world: World) -> None:
    official = browser()
    official.force_login(world.officer)

    for one in (browser(), official):
        answer = one.post(f"/me/{name}/") if name == "favourites" else one.get(f"/me/{name}/")
        assert answer.headers["Location"].startswith("/sign-in/?next=")


def test_what_needs_her_comes_first_in_the_order_of_the_page(client: Client, world: World, office: Notices) -> None:
    case = world.at(Stage.SUPPLEMENTING, by=user())
    bill = arrived(office, world)

    words = page(client)

    places = [words.index(one) for one in ("보완 요청", f"/pay/{bill.token}/", "통지서 열기", 'id="cases"')]
    assert places == sorted(places)
    assert case.number in words


def test_nothing_of_another_citizen_is_on_any_of_her_pages(client: Client, world: World, office: Notices) -> None:
    theirs = world.file(body="박바다의 민원입니다", by=world.bada, phone=BADA, name="박바다")
    bill = arrived(office, world)
    Recipient.objects.update(phone_index=blind_phone(BADA))
    tell(world, BADA, theirs.number)
    Message.objects.update(status="delivered", delivered_at=world.now)

    everything = "".join(page(client, f"/me/{name}/") for name in ("", *LISTS) if name) + page(client)

    for secret in (theirs.number, "박바다의 민원", bill.title, bill.token):
        assert secret not in everything


def test_a_notice_is_opened_by_a_tap_and_by_its_owner_only(client: Client, world: World, office: Notices) -> None:
    arrived(office, world)
    hers = Recipient.objects.get(phone_index=blind_phone(HANEUL))
    other = Recipient.objects.exclude(pk=hers.pk).filter(state="delivered").first()
    assert other is not None

    answer = client.post("/me/notices/", {"open": hers.pk})

    assert answer.headers["Location"].startswith("/notices/")
    assert client.get(answer.headers["Location"]).status_code == 200
    for wrong in (other.pk, 0, "x", "9" * 30):
        assert client.post("/me/notices/", {"open": wrong}).status_code == 404


def test_long_lists_go_on_after_the_last_row_seen(client: Client, world: World) -> None:
    for number in range(23):
        with time_machine.travel(world.tick(days=1), tick=False):
            world.file(body=f"{number}번째 민원", by=user(), intake_key=uuid4())

    first = page(client, "/me/complaints/")
    onward = first.partition('href="?before=')[2].partition('"')[0]
    second = page(client, f"/me/complaints/?before={onward}")

    assert (first.count('class="card case"'), second.count('class="card case"')) == (20, 3)
    assert "22번째" in first
    assert "0번째 민원" in second
    assert "이전 것 더 보기" not in second
    assert "22번째" in page(client, "/me/complaints/?before=x'")


def test_the_page_takes_few_queries_however_much_there_is(
    client: Client,
    world: World,
    office: Notices,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    arrived(office, world)
    for _ in range(4):
        world.file(body=LONG, by=user(), intake_key=uuid4())
    page(client)

    with django_assert_max_num_queries(12):
        page(client)
    with django_assert_max_num_queries(8):
        page(client, "/me/messages/")


def test_messages_say_how_they_went_and_never_that_they_were_read(client: Client, world: World) -> None:
    told = [tell(world, HANEUL, f"{number}") for number in range(4)]
    states = ("delivered", "sent", "failed", "queued")
    for message, status in zip(told, states, strict=True):
        at = world.now if status == "delivered" else None
        Message.objects.filter(pk=message.pk).update(status=status, delivered_at=at)

    words = page(client, "/me/messages/")

    assert [words.count(label) for label in ("전달됨</span>", "보냄</span>", "전달하지 못함</span>")] == [1, 1, 1]
    assert "읽음" not in words
    assert words.count("접수되었습니다") == 3  # what waits has not been sent; her code is not shown


def test_words_that_were_erased_are_said_to_be(client: Client, world: World) -> None:
    message = tell(world, HANEUL, "old")
    Message.objects.filter(pk=message.pk).update(
        status="delivered", delivered_at=world.now, body_sealed=b"", phone_sealed=b"", erased_at=world.now
    )

    assert "보관 기간이 지나 내용을 지웠습니다." in page(client, "/me/messages/")


def test_what_went_to_the_number_before_the_account_was_hers_stays_closed(world: World) -> None:
    earlier = tell(world, HANEUL, "somebody-elses")
    case = world.file()
    about = Message.objects.filter(reference=case.number).first()
    assert about is not None
    Message.objects.filter(pk__in=[earlier.pk, about.pk]).update(status="delivered", delivered_at=world.now)
    with time_machine.travel(world.tick(days=3), tick=False):
        client = browser()
        sign_in(client)

        words = page(client, "/me/messages/")

    assert "M2611-000001-1" not in words
    assert case.number in words


def test_alerts_of_the_office_are_not_shown_on_a_citizens_page(client: Client, world: World) -> None:
    message = tell(world, HANEUL, "duty")
    Message.objects.filter(pk=message.pk).update(topic="complaints.duty", status="delivered", delivered_at=world.now)

    assert "M2611-000001-1" not in page(client, "/me/messages/")


def test_what_was_sent_to_the_number_before_it_was_hers_is_on_none_of_her_pages(
    client: Client, world: World, office: Notices
) -> None:
    bill = arrived(office, world)
    User.objects.filter(pk=user().pk).update(date_joined=world.now - timedelta(minutes=5))

    for path in ("/me/", "/me/bills/", "/me/notices/", "/me/calendar/", "/me/certificates/"):
        assert bill.title not in page(client, path)
    assert bill.title not in client.post("/me/download/").content.decode()


def test_what_a_bill_costs_is_told_after_the_date_of_birth(client: Client, world: World, office: Notices) -> None:
    bill = arrived(office, world)
    assert "생년월일을 확인한 뒤에" in page(client, "/me/bills/")
    assert bill.electronic_payment_number not in client.post("/me/download/").content.decode()

    notice = Notice.objects.get(recipient=bill.recipient)
    link_for(notice, now=world.now)
    link = NoticeLink.objects.get(notice=notice)
    Opening.objects.create(
        notice=notice, link=link, visit=uuid4(), at=world.now, factor="birth", evidence="notices.reading"
    )

    assert "생년월일을 확인한 뒤에" not in page(client, "/me/bills/")
    assert f"{bill.amount_won:,}" in page(client, "/me/bills/")
    assert bill.electronic_payment_number in client.post("/me/download/").content.decode()


def test_everything_of_hers_comes_in_one_file_and_the_audit_book_says_so(
    client: Client, world: World, office: Notices
) -> None:
    case = world.file(body=LONG, by=user())
    theirs = world.file(body="남의 민원", by=world.bada, phone=BADA, name="박바다")
    bill = arrived(office, world)

    look = client.get("/me/download/")
    answer = client.post("/me/download/")

    found = json.loads(answer.content)
    assert look.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sotong-20261102.json"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert found["계정"]["휴대전화"] == HANEUL
    assert [(one["접수번호"], one["내용"]) for one in found["민원"]] == [(case.number, LONG)]
    assert [one["이름"] for one in found["고지서"]] == [bill.title]
    assert theirs.number not in answer.content.decode()
    assert AuditEntry.objects.filter(action="export", task="me.download").count() == 1


def test_the_file_is_given_after_a_fresh_proof_only(client: Client, world: World) -> None:
    with time_machine.travel(world.now + timedelta(minutes=11), tick=False):
        answer = client.post("/me/download/")

    assert answer.headers["Location"].startswith("/sign-in/again/?next=")
    assert not AuditEntry.objects.filter(action="export").exists()


def test_her_alerts_are_changed_on_her_own_page_for_her_own_number(client: Client) -> None:
    answer = client.post("/me/alerts/", {"switch": "notices.reminder:text:off"})

    words = page(client, answer.headers["Location"].partition("#")[0])
    assert "통지서 재안내 문자: 받음 → 받지 않음" in words
    assert "되돌리기" in words
    assert "이 화면을 연 알림" not in words
    assert client.post("/me/alerts/", {"act": "stop"}).status_code == 422
