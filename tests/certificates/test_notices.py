"""Certificates of notices and bills stand behind the notice's own lock: the date of birth."""

import pytest
from django.test import Client
from pytest_django import Settings

from notices.models import Bill, Notice, NoticeLink
from notices.services.opening import record_opening
from portal.accounts.models import User
from portal.certificates.models import Certificate
from portal.certificates.services.issuing import read_file
from portal.environment import head_of
from tests.certificates.conftest import citizen, signed_in
from tests.certificates.reading import pages_of, words_of
from tests.notices.billed import bill_of, billed, sent
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.reading import Reader, analysed, delivered
from tests.notices.world import HANEUL, World

NEW = "/me/certificates/new"


@pytest.fixture
def reader(world: World, monkeypatch: pytest.MonkeyPatch) -> Reader:  # noqa: F811  (the fixture above)
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    return delivered(world.checking(), world)


@pytest.fixture
def on_paper(world: World, monkeypatch: pytest.MonkeyPatch) -> Reader:  # noqa: F811  (the fixture above)
    """A notice of the demo's real PDF."""
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    return delivered(analysed(world), world)


@pytest.fixture
def holder(reader: Reader) -> Client:
    """Whoever holds the phone the notice went to."""
    return signed_in(citizen("holder", reader.recipient.phone, ""))


def test_a_copy_has_the_notice_s_own_pages_behind_the_sheet(on_paper: Reader) -> None:
    reader, holder = on_paper, signed_in(citizen("holder", on_paper.recipient.phone, ""))
    subject = str(reader.recipient.pk)
    page = holder.get(f"{NEW}/notice_copy/").content.decode()
    assert reader.recipient.campaign.title in page
    assert reader.recipient.name not in page

    holder.post(f"{NEW}/notice_copy/", {"subject": subject, "birth": reader.birth})

    document = read_file(Certificate.objects.get())
    words = words_of(document)
    assert pages_of(document) == 1 + len(reader.notice.pages)
    digest = reader.notice.document.sha256
    assert digest[:32] in words
    assert digest[32:] in words
    assert reader.recipient.name in words


def test_a_wrong_birth_certifies_nothing_and_counts_as_a_try(holder: Client, reader: Reader) -> None:
    subject = str(reader.recipient.pk)

    answer = holder.post(f"{NEW}/notice_copy/", {"subject": subject, "birth": reader.wrong_birth})
    empty = holder.post(f"{NEW}/notice_copy/", {"subject": subject})

    assert (answer.status_code, empty.status_code) == (422, 422)
    assert "확인되지 않습니다" in answer.content.decode()
    assert reader.link.failed_count == 1
    assert not Certificate.objects.exists()


def test_a_locked_notice_stays_locked_in_the_wallet(holder: Client, reader: Reader) -> None:
    holder.post(f"{NEW}/notice_copy/", {"subject": str(reader.recipient.pk), "birth": reader.wrong_birth})
    NoticeLink.objects.update(blocked_at=reader.recipient.sent_at)

    answer = holder.post(f"{NEW}/notice_copy/", {"subject": str(reader.recipient.pk), "birth": reader.birth})

    assert answer.status_code == 422
    assert not Certificate.objects.exists()


def test_only_what_was_read_is_certified_as_read(holder: Client, reader: Reader, world: World) -> None:  # noqa: F811
    form = {"subject": str(reader.recipient.pk), "birth": reader.birth}
    assert holder.post(f"{NEW}/notice_read/", form).status_code == 422

    record_opening(reader.recipient, factor="reply", evidence="reply:1", now=world.tick(minutes=5))
    holder.post(f"{NEW}/notice_read/", form)

    words = words_of(read_file(Certificate.objects.get()))
    assert "열람·수신 확인서" in words
    assert "처음 열람한 때" in words


def test_another_phone_s_notice_is_not_offered(reader: Reader) -> None:
    other = signed_in(citizen("other", "010-9999-0000", "남"))

    page = other.get(f"{NEW}/notice_copy/").content.decode()
    answer = other.post(f"{NEW}/notice_copy/", {"subject": str(reader.recipient.pk), "birth": reader.birth})

    assert reader.recipient.campaign.title not in page
    assert answer.status_code == 422
    assert not Certificate.objects.exists()


@pytest.fixture
def paid(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Bill, User]:  # noqa: F811  (the fixture above)
    """김하늘's bill, paid, and 김하늘."""
    monkeypatch.setattr("portal.core.clock.now", lambda: world.now)
    campaign = billed(world)
    sent(campaign, at=world.now)
    bill = bill_of(campaign)
    Bill.objects.filter(pk=bill.pk).update(status=Bill.Status.PAID, paid_at=world.now)
    assert bill.recipient is not None
    return bill, citizen("payer", bill.recipient.phone, "")


def test_a_payment_is_certified_by_the_name_on_the_bill(paid: tuple[Bill, User]) -> None:
    bill, payer = paid
    client = signed_in(payer)
    assert bill.title in client.get(f"{NEW}/payment/").content.decode()

    client.post(f"{NEW}/payment/", {"subject": str(bill.pk), "birth": "900101"})

    words = words_of(read_file(Certificate.objects.get()))
    for said in ("납부확인서", "32,000원", HANEUL[0], bill.electronic_payment_number):
        assert said in words


def test_an_unpaid_bill_has_no_proof_of_payment(paid: tuple[Bill, User]) -> None:
    bill, payer = paid
    Bill.objects.filter(pk=bill.pk).update(status=Bill.Status.OPEN, paid_at=None)

    answer = signed_in(payer).post(f"{NEW}/payment/", {"subject": str(bill.pk), "birth": "900101"})

    assert answer.status_code == 422
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("subject", ["", "x", "-1", "9" * 40, "1; drop", "０"])
def test_odd_subjects_are_refused_kindly(paid: tuple[Bill, User], settings: Settings, subject: str) -> None:
    answer = signed_in(paid[1]).post(f"{NEW}/payment/", {"subject": subject, "birth": "900101"})

    assert answer.status_code == 422


def test_where_the_lock_cannot_be_asked_no_payment_is_certified(paid: tuple[Bill, User]) -> None:
    bill, payer = paid
    Notice.objects.filter(recipient=bill.recipient).update(state=Notice.State.VOID)

    answer = signed_in(payer).post(f"{NEW}/payment/", {"subject": str(bill.pk), "birth": "900101"})

    assert answer.status_code == 422
    assert not Certificate.objects.exists()


def test_where_the_lock_cannot_be_asked_no_reading_is_certified(holder: Client, reader: Reader, world: World) -> None:  # noqa: F811
    record_opening(reader.recipient, factor="reply", evidence="reply:1", now=world.tick(minutes=5))
    Notice.objects.filter(pk=reader.notice.pk).update(state=Notice.State.VOID)

    answer = holder.post(f"{NEW}/notice_read/", {"subject": str(reader.recipient.pk), "birth": reader.wrong_birth})

    assert answer.status_code == 422
    assert not Certificate.objects.exists()


def test_a_roster_without_dates_of_birth_says_whom_to_call(paid: tuple[Bill, User]) -> None:
    bill, payer = paid
    assert bill.recipient is not None
    bill.recipient.birth_text = ""
    bill.recipient.save(update_fields=["birth_sealed"])

    answer = signed_in(payer).post(f"{NEW}/payment/", {"subject": str(bill.pk), "birth": "900101"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "명부" not in page
    assert f"{bill.department.name}({bill.department.phone})에 전화해 주세요." in page
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    ("office", "head"),
    [("새빛구", "새빛구청장"), ("한빛시", "한빛시장"), ("고성군", "고성군수"), ("한빛공단", "한빛공단장")],
)
def test_an_office_is_headed_by_whoever_heads_its_kind(office: str, head: str) -> None:
    assert head_of(office) == head


def test_a_certificate_is_issued_by_the_head_of_the_office(paid: tuple[Bill, User], settings: Settings) -> None:
    bill, payer = paid
    settings.DISTRICT_HEAD = "고성군수"

    signed_in(payer).post(f"{NEW}/payment/", {"subject": str(bill.pk), "birth": "900101"})

    assert Certificate.objects.get().issuer == "고성군수"
