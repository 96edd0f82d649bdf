"""The page 비용: sums of the ledger, savings, and the carriers' bills beside them."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from messaging.models import Invoice, LedgerCount
from portal.accounts.models import Department, User
from portal.core import clock
from tests.messaging.making import make_official

pytestmark = [pytest.mark.usefixtures("office"), pytest.mark.django_db]
MONTH = date(2026, 10, 1)


@pytest.fixture
def official() -> User:
    return make_official("money")


@pytest.fixture
def office_page(client: Client, official: User) -> Client:
    client.force_login(official)
    return client


def _booked(channel: str, count: int, won: str, *, topic: str = "complaints.stage", department: str = "") -> None:
    payer = Department.objects.get_or_create(code=f"d{len(department)}", defaults={"name": department})[0]
    LedgerCount.objects.create(
        month=MONTH,
        department=payer if department else None,
        carrier="main",
        channel=channel,
        topic=topic,
        leg_count=count,
        won=Decimal(won),
    )


def _page(client: Client, query: str = "month=2026-10") -> str:
    response = client.get(f"{reverse('admin:messaging_ledgercount_changelist')}?{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_month_shows_what_each_department_spent_and_what_was_saved(office_page: Client) -> None:
    _booked("mms", 100, "8000", topic="notices.notice", department="세무과")
    _booked("alimtalk", 10, "90", department="세무과")
    _booked("sms", 1, "12")

    shown = _page(office_page)

    assert "8,102원" in shown  # all of it
    assert "272,000원" in shown  # 100 letters of 2,800 won, less what the messages cost
    assert "260원" in shown  # ten long texts of 35 won, less the AlimTalks
    assert "세무과" in shown
    assert "공통" in shown


def test_a_month_without_messages_says_so(office_page: Client) -> None:
    assert "청구되는 발송이 없습니다" in _page(office_page, "month=2025-01")


def test_a_bill_that_differs_is_marked(office_page: Client, official: User) -> None:
    _booked("sms", 10, "120")
    for channel, count, won in (("sms", 11, "132"), ("lms", 0, "0")):
        Invoice.objects.create(
            carrier="main",
            month=MONTH,
            channel=channel,
            leg_count=count,
            won=won,
            entered_at=clock.now(),
            entered_by=official,
        )

    shown = _page(office_page)

    assert "12원 다름" in shown
    assert shown.count("같음") == 1


def test_the_table_leaves_as_a_file_without_formulas(office_page: Client) -> None:
    _booked("sms", 1, "12", department="=1+1")

    response = office_page.get(f"{reverse('admin:messaging_ledgercount_changelist')}?month=2026-10&as=csv")

    assert response.headers["Content-Disposition"].endswith('"costs-2026-10.csv"')
    assert "'=1+1,단문,1,12.00" in response.content.decode("utf-8-sig")


def test_a_month_that_cannot_be_is_not_found(office_page: Client) -> None:
    response = office_page.get(f"{reverse('admin:messaging_ledgercount_changelist')}?month=2026-13")

    assert response.status_code == 404


def test_an_official_types_a_bill_in(office_page: Client, official: User) -> None:
    typed = {"carrier": "main", "month": "2026-10-01", "channel": "sms", "leg_count": "3", "won": "36", "note": ""}

    response = office_page.post(reverse("admin:messaging_invoice_add"), typed)

    assert response.status_code == 302
    assert Invoice.objects.get().entered_by == official


def test_a_bill_for_the_middle_of_a_month_is_refused_in_korean(office_page: Client) -> None:
    typed = {"carrier": "main", "month": "2026-10-05", "channel": "sms", "leg_count": "3", "won": "36"}

    response = office_page.post(reverse("admin:messaging_invoice_add"), typed)

    assert "청구월은 그 달의 1일로 적어 주세요." in response.content.decode()


def test_the_page_asks_the_same_number_of_queries_whatever_it_holds(
    office_page: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        _booked("sms", 1, "12", department="부" * (number + 1))

    with django_assert_max_num_queries(24):
        _page(office_page)
