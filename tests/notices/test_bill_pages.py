"""고지·징수 in the admin, the bank's list and the exports."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from notices.bank_lists import Came, ListUnreadable, read_list
from notices.models import Bill, Payment
from notices.services import billing, collecting
from notices.workflow import NotAllowed
from portal.accounts.models import AuditEntry
from tests.notices.billed import bill_of, opened, sent
from tests.notices.offices import at
from tests.notices.other_ends import OtherEnd
from tests.notices.world import BADA, HANEUL, World

HEAD = "전자납부번호,수납금액,수납일,수납번호"


def listed(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows]).encode("cp949")


@pytest.fixture
def office(client: Client, world: World) -> Client:
    client.force_login(world.drafter)
    return client


def test_a_bank_list_is_read_in_both_encodings() -> None:
    row = '2611-0000-0000-0001,"32,000",2026-11-10,B1'
    came = [Came(2, "2611000000000001", 32_000, date(2026, 11, 10), "B1")]

    assert read_list(f"{HEAD}\n{row}\n".encode("utf-8-sig")) == came
    assert read_list(f"{HEAD}\n{row}\n\n".encode("cp949")) == came


def test_without_a_number_of_the_bank_s_own_the_line_tells_itself_apart() -> None:
    (came,) = read_list("전자납부번호,금액,납부일\n26110001,5000,20261110\n".encode())

    assert came.reference == "26110001/2026-11-10/5000"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "열이 있는 CSV"),
        (b"a,b\n1,2\n", "열이 있는 CSV"),
        (listed("26110001,삼만원,2026-11-10,B1"), "2행"),
        (listed("26110001,5000,2026-11-10,B1", "26110002,5000,2026-13-10,B2"), "3행"),
        (listed("2.61E+15,5000,2026-11-10,B1"), "글자 서식"),
        (listed("26110001"), "칸이 모자랍니다"),
        (b"\xff\xfe\x00\x81", "CSV"),
    ],
)
def test_an_unclear_list_is_refused_whole_and_the_row_named(content: bytes, words: str) -> None:
    with pytest.raises(ListUnreadable, match=words):
        read_list(content)


def came(bill: Bill, *, won: int = 0, reference: str = "B1") -> Came:
    return Came(2, bill.electronic_payment_number, won or bill.amount_won, date(2026, 11, 3), reference)


def test_money_from_a_bank_pays_the_bill_once(provider: OtherEnd, world: World, bill: Bill) -> None:
    campaign = bill.campaign
    assert campaign is not None

    first = collecting.record_collections(campaign, [came(bill)], by=world.drafter, now=world.now)
    second = collecting.record_collections(campaign, [came(bill)], by=world.drafter, now=world.now)

    assert (first.paid, second.paid, second.known) == (1, 0, 1)
    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID
    assert Payment.objects.get().provider == "accounts"


def test_money_that_does_not_fit_is_owed_and_numbers_nobody_has_are_named(
    provider: OtherEnd, world: World, bill: Bill
) -> None:
    campaign = bill.campaign
    assert campaign is not None
    lines = [
        came(bill, won=5, reference="B1"),
        came(bill, reference="B2"),
        came(bill, reference="B3"),
        Came(9, "99999999", 5, date(2026, 11, 3), "B4"),
    ]

    booked = collecting.record_collections(campaign, lines, by=world.drafter, now=world.now)

    assert (booked.paid, len(booked.owed), booked.unknown) == (1, 2, (9,))
    found = Payment.objects.order_by("provider_reference").values_list("status", "reason")
    assert list(found) == [("owed", "amount_differs"), ("paid", ""), ("owed", "paid_twice")]


def test_the_office_says_when_it_has_given_money_back(provider: OtherEnd, world: World, bill: Bill) -> None:
    campaign = bill.campaign
    assert campaign is not None
    collecting.record_collections(campaign, [came(bill)], by=world.drafter, now=world.now)
    billing.refund(bill, reason="착오 납부", by=world.drafter, now=world.now)
    payment = Payment.objects.get()
    with pytest.raises(NotAllowed):
        collecting.confirm_refund(payment, by=world.stranger, now=world.now)

    collecting.confirm_refund(payment, by=world.drafter, now=world.now)

    bill.refresh_from_db()
    payment.refresh_from_db()
    assert (bill.status, payment.status) == ("open", "refunded")
    with pytest.raises(NotAllowed):
        collecting.confirm_refund(payment, by=world.drafter, now=world.now)


def test_a_stranger_books_nothing(provider: OtherEnd, world: World, bill: Bill) -> None:
    assert bill.campaign is not None
    with pytest.raises(NotAllowed):
        collecting.record_collections(bill.campaign, [came(bill)], by=world.stranger, now=world.now)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_numbers_and_masks_the_names(office: Client, world: World, bill: Bill) -> None:
    assert bill.campaign is not None
    sent(bill.campaign, at=world.now)
    opened(bill.campaign, HANEUL, at=world.now)

    text = office.get(at("bills", bill.campaign.pk)).content.decode()

    assert "72,000" in text
    assert "50.0%" in text
    assert "김*늘" in text
    assert "김하늘" not in text
    assert AuditEntry.objects.filter(subject_kind="notices.recipient").exists()


def test_money_that_has_to_go_back_is_seen_at_once(
    office: Client, provider: OtherEnd, world: World, bill: Bill
) -> None:
    campaign = bill.campaign
    assert campaign is not None
    sent(campaign, at=world.now)
    collecting.record_collections(campaign, [came(bill, won=7)], by=world.drafter, now=world.now)

    text = office.get(at("bills", campaign.pk) + "?status=owed").content.decode()

    assert "돌려드릴 돈이 1건, 7원" in text
    assert "김*늘" in text
    assert "박*다" not in text


def test_a_campaign_without_bills_says_how_to_have_some(office: Client, world: World) -> None:
    campaign = world.checking()

    text = office.get(at("bills", campaign.pk)).content.decode()

    assert "전자납부번호" in text
    assert at("bills", campaign.pk) not in office.get(at("review", campaign.pk)).content.decode()


def test_another_department_sees_nothing(client: Client, world: World, bill: Bill) -> None:
    assert bill.campaign is not None
    client.force_login(world.stranger)

    for address in (at("bills", bill.campaign.pk), at("bill", bill.campaign.pk, bill.pk)):
        assert client.get(address).status_code == 404
    assert client.post(at("bills_file", bill.campaign.pk, "csv"), {"reason": "감사"}).status_code == 404


def test_an_official_cancels_with_a_reason(office: Client, bill: Bill) -> None:
    assert bill.campaign is not None
    address = at("bill_act", bill.campaign.pk, bill.pk)

    office.post(address, {"act": "cancel", "reason": ""})
    bill.refresh_from_db()
    assert bill.status == Bill.Status.OPEN
    office.post(address, {"act": "cancel", "reason": "이중 부과"})

    bill.refresh_from_db()
    assert bill.status == Bill.Status.CANCELLED
    assert "이중 부과" in office.get(at("bill", bill.campaign.pk, bill.pk)).content.decode()


def test_the_bank_s_list_is_uploaded_and_its_odd_rows_named(office: Client, provider: OtherEnd, bill: Bill) -> None:
    assert bill.campaign is not None
    content = listed(f"{bill.electronic_payment_number},32000,2026-11-03,B1", "99999999,5,2026-11-03,B2")

    answer = office.post(
        at("bank_list", bill.campaign.pk), {"file": SimpleUploadedFile("수납.csv", content)}, follow=True
    )

    text = answer.content.decode()
    assert "1건을 납부로 기록했습니다" in text
    assert "이 발송 건에 없는 전자납부번호가 적힌 행 1개: 3" in text


def test_an_export_needs_a_reason_and_leaves_a_line_in_the_audit_book(office: Client, world: World, bill: Bill) -> None:
    assert bill.campaign is not None
    address = at("bills_file", bill.campaign.pk, "csv")
    assert office.post(address, {"reason": " "}).status_code == 302

    answer = office.post(address, {"reason": "징수 대장"})

    text = answer.content.decode("utf-8-sig")
    assert "김하늘" in text
    assert "징수 대장" in text.splitlines()[-1]
    record = AuditEntry.objects.filter(action="download").latest("pk")
    assert record.reason == "징수 대장"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_an_export_can_be_run(office: Client, world: World, bill: Bill, kind: str) -> None:
    assert bill.campaign is not None
    assert bill.recipient is not None
    bill.recipient.name = '=HYPERLINK("http://x")'
    bill.recipient.save(update_fields=["name_sealed"])

    answer = office.post(at("bills_file", bill.campaign.pk, kind), {"reason": "=cmd|' /C calc'!A0"})

    if kind == "csv":
        cells = [cell for line in answer.content.decode("utf-8-sig").splitlines() for cell in line.split('","')]
    else:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        found = [cell for row in book.worksheets[0].iter_rows() for cell in row]
        cells = [str(cell.value or "") for cell in found]
        assert all(cell.data_type != "f" for cell in found)
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.strip('"').startswith(("=", "+", "@")) for cell in cells)


def test_the_list_takes_as_many_queries_for_two_bills_as_for_one(
    office: Client, world: World, bill: Bill, django_assert_max_num_queries: object
) -> None:
    assert bill.campaign is not None
    assert bill_of(bill.campaign, BADA)

    with django_assert_max_num_queries(30):  # type: ignore[operator]  # pytest-django's own fixture
        office.get(at("bills", bill.campaign.pk))
