"""Sender numbers: which may be one, the paper that proves it, and the reminder before it ends."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from messaging import senders, services
from messaging.models import SenderDocument, SenderNumber
from messaging.services.senders import MOST_BYTES
from portal.accounts.models import AuditEntry, User
from portal.core import clock
from tests.messaging.making import make_official

PAPER = b"%PDF-1.7 paper of the telephone company"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("021234567", ""),
        ("03112345678", ""),
        ("15881234", ""),
        ("1588123", "여덟 자리"),
        ("0215881234567", "9~12자리"),
        ("158812345", "여덟 자리"),
        ("1234567", "지역번호부터"),
        ("05012345678", "착신전환"),
        ("01012345678", "휴대전화"),
        ("0012345678", "지역번호가 있는"),
        ("02-123", "숫자와 하이픈만"),
        ("", "숫자와 하이픈만"),
    ],
)
def test_each_number_that_cannot_send_is_told_why(number: str, words: str) -> None:
    found = senders.number_fault(number)

    assert words in found
    assert bool(found) == bool(words)


@pytest.fixture
def official(office: None) -> User:
    return make_official("official", "administrator")


@pytest.fixture
def client(official: User) -> Client:
    browser = Client()
    browser.force_login(official)
    return browser


def keep(official: User, content: bytes = PAPER) -> SenderDocument:
    sender = SenderNumber.objects.get()
    return services.keep_document(sender=sender, name="증명원.pdf", content=content, by=official, now=clock.now())


def test_a_paper_is_sealed_and_opens_again(official: User) -> None:
    document = keep(official)

    assert services.open_document(document=SenderDocument.objects.get()) == PAPER
    assert PAPER not in bytes(document.content_sealed)
    assert (document.media_type, document.byte_count) == ("application/pdf", len(PAPER))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"MZ program", "PDF, JPEG 또는 PNG"), (b"", "PDF, JPEG 또는 PNG"), (b"%PDF-" + b"0" * MOST_BYTES, "10MB까지")],
    ids=["program", "empty", "large"],
)
def test_what_is_no_paper_is_refused(official: User, content: bytes, words: str) -> None:
    with pytest.raises(services.DocumentRefused, match=words):
        keep(official, content)


@pytest.mark.parametrize(
    "act", ["UPDATE messaging_senderdocument SET name = 'x'", "DELETE FROM messaging_senderdocument"]
)
def test_a_paper_is_never_changed(official: User, act: str) -> None:
    keep(official)
    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


def form(**changes: object) -> dict[str, object]:
    today = clock.day_in_korea(clock.now())
    fields = {
        "number": "02-123-4567",
        "name": "민원실",
        "status": "registered",
        "evidence": "",
        "registered_on": today.isoformat(),
        "expires_on": (today + timedelta(days=365)).isoformat(),
    }
    return {**fields, **changes}


def test_a_number_is_registered_with_its_paper_and_every_look_at_it_is_on_record(client: Client) -> None:
    paper = SimpleUploadedFile("이용 증명원.pdf", PAPER)

    client.post(reverse("admin:messaging_sendernumber_add"), form(document=paper))

    sender = SenderNumber.objects.get(number="021234567")
    document = sender.documents.get()
    assert sender.evidence == "이용 증명원.pdf"
    page = client.get(reverse("admin:messaging_sendernumber_change", args=[sender.pk])).content.decode()
    address = reverse("admin:messaging_senderdocument", args=[document.pk])
    assert address in page
    answer = client.get(address)
    assert answer.content == PAPER
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.filter(subject_kind="messaging.senderdocument").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "050-1234-5678", "evidence": "증-1"}, "착신전환 번호라"),
        ({"document": SimpleUploadedFile("a.pdf", b"MZ")}, "PDF, JPEG 또는 PNG 파일을"),
        ({}, "이용증명원과 유효기간이 필요합니다"),
    ],
)
def test_a_number_that_is_not_in_order_is_not_kept(client: Client, changes: dict[str, object], words: str) -> None:
    answer = client.post(reverse("admin:messaging_sendernumber_add"), form(**changes))

    assert words in answer.content.decode()
    assert not SenderNumber.objects.filter(name="민원실").exists()


def test_a_paper_is_for_those_who_may_see_numbers(official: User, client: Client) -> None:
    document = keep(official)
    clerk = make_official("clerk", "intake")
    User.objects.filter(pk=clerk.pk).update(is_superuser=False)
    client.force_login(User.objects.get(pk=clerk.pk))

    assert client.get(reverse("admin:messaging_senderdocument", args=[document.pk])).status_code == 403


@pytest.mark.parametrize(("days", "is_soon"), [(31, False), (30, True), (0, True), (-1, True)])
def test_the_reminder_comes_thirty_days_before(client: Client, days: int, is_soon: bool) -> None:
    today: date = clock.day_in_korea(clock.now())
    SenderNumber.objects.update(registered_on=None, expires_on=today + timedelta(days=days))

    assert senders.expiring_count(clock.now()) == is_soon
    assert senders.expires_soon(SenderNumber.objects.get(), today) == is_soon
    assert ("30일 안에 유효기간이 끝나요" in client.get(reverse("admin:index")).content.decode()) == is_soon
    shelf = client.get(reverse("admin:messaging_sendernumber_changelist")).content.decode()
    assert ("만료</span>" in shelf) == is_soon
