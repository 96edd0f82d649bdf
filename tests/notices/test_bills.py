"""What a roster asks for, and what officials decide about a bill."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from notices import bill_queries, services
from notices.bills import OBJECTIONS, BillLine, LineUnreadable, kind_of, read_day, read_line, read_won
from notices.models import Bill, BillChange, Campaign, Payment, Recipient
from notices.services import billing
from notices.services.billing import BillsRefused
from notices.workflow import NotAllowed
from portal.accounts.models import User
from portal.core.errors import Refused
from tests.notices.billed import bill_of, billed, opened, say, sent
from tests.notices.world import BADA, HANEUL, SOL, World


@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("32000", 32_000),
        ("32,000원", 32_000),
        ("₩ 1,234,000", 1_234_000),
        ("32000.0", 32_000),
        ("３２，０００", 32_000),
    ],
)
def test_an_amount_is_read_in_every_spelling(text: str, won: int) -> None:
    assert read_won(text) == won


@pytest.mark.parametrize("text", ["", "0", "-1", "12.5", "삼만원", "1e5", "3만 2천", "=1+1", "99999999999999"])
def test_an_unclear_amount_is_refused(text: str) -> None:
    with pytest.raises(LineUnreadable):
        read_won(text)


@pytest.mark.parametrize(
    "text",
    ["2026-11-30", "2026.11.30.", "2026. 11. 30.", "20261130", "2026년 11월 30일", "2026/11/30", "2026-11-30 00:00:00"],
)
def test_a_day_is_read_in_every_spelling(text: str) -> None:
    assert read_day(text) == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["", "11-30", "2026-02-30", "2026-13-01", "46356", "이달 말", "26.11.30"])
def test_an_unclear_day_is_refused(text: str) -> None:
    with pytest.raises(LineUnreadable):
        read_day(text)


def test_the_better_word_for_the_amount_wins() -> None:
    line = read_line({"amount": "900", "납부금액": "32,000", "납기": "20261130", "전자납부번호": "2611-0000-0001"})

    assert line == BillLine("other", 32_000, date(2026, 11, 30), "261100000001")


def test_an_amount_without_a_number_to_pay_it_under_is_no_bill() -> None:
    assert read_line({"amount": "1,250,000", "납부기한": "2026-11-30"}) is None


@pytest.mark.parametrize("missing", ["amount", "납부기한"])
def test_a_number_without_amount_or_day_is_refused(missing: str) -> None:
    extra = {"amount": "32000", "납부기한": "2026-11-30", "전자납부번호": "26110001"}

    with pytest.raises(LineUnreadable):
        read_line({name: value for name, value in extra.items() if name != missing})


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("재산세", "tax"),
        ("주정차위반 과태료", "fine"),
        ("도로점용료", "charge"),
        ("", "other"),
        ("보상금", "other"),
        ("자동차세 체납 고지", "tax"),
        ("주정차 과태료 고지서", "fine"),
    ],
)
def test_an_office_word_has_its_kind_and_every_kind_a_way_to_object(word: str, kind: str) -> None:
    assert kind_of(word) == kind
    assert OBJECTIONS[kind].words
    assert OBJECTIONS[kind].basis


def test_every_kind_of_bill_says_how_to_object() -> None:
    assert set(OBJECTIONS) == set(Bill.Kind.values)


def test_settling_makes_the_bills(world: World) -> None:
    campaign = billed(world)

    found = Bill.objects.filter(campaign=campaign).order_by("pk")

    assert [(one.kind, one.amount_won, one.status) for one in found] == [
        ("fine", 32_000, "open"),
        ("fine", 40_000, "open"),
    ]
    assert not Bill.objects.filter(recipient=world.of(campaign, SOL)).exists()


def test_made_again_they_are_the_same(world: World) -> None:
    campaign = billed(world)

    assert billing.make_bills(campaign, now=world.now) == 2

    assert Bill.objects.filter(campaign=campaign).count() == 2


def test_made_again_they_leave_one_that_an_official_has_decided_about(world: World) -> None:
    campaign = billed(world)
    billing.cancel_bill(bill_of(campaign), reason="잘못 부과", by=world.drafter, now=world.now)
    services.reopen_checking(campaign, by=world.drafter, now=world.now)

    services.settle_checking(campaign, by=world.drafter, now=world.now)

    assert sorted(Bill.objects.filter(campaign=campaign).values_list("status", flat=True)) == ["cancelled", "open"]


def test_a_row_that_cannot_be_read_stops_the_campaign_and_is_named(world: World) -> None:
    campaign = world.checking()
    say(world.of(campaign, BADA), {"amount": "삼만원", "납부기한": "2026-11-30", "전자납부번호": "26110001"})

    with pytest.raises(BillsRefused) as refused:
        services.settle_checking(campaign, by=world.drafter, now=world.now)

    assert "3행" in refused.value.sentence
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CHECKING
    assert not Bill.objects.exists()


def test_two_people_cannot_have_one_number(world: World) -> None:
    campaign = world.checking()
    line = {"amount": "32000", "납부기한": "2026-11-30", "전자납부번호": "26110001"}
    for person in (HANEUL, BADA):
        say(world.of(campaign, person), line)

    with pytest.raises(BillsRefused, match="2행과 3행"):
        billing.make_bills(campaign, now=world.now)


def test_two_people_cannot_have_one_number_even_for_bills_of_two_kinds(world: World) -> None:
    campaign = world.checking()
    line = {"amount": "32000", "납부기한": "2026-11-30", "전자납부번호": "26110001"}
    say(world.of(campaign, HANEUL), {**line, "세목": "재산세"})
    say(world.of(campaign, BADA), {**line, "세목": "과태료"})

    with pytest.raises(BillsRefused, match="2행과 3행"):
        billing.make_bills(campaign, now=world.now)


def test_a_campaign_that_was_given_up_before_it_sent_leaves_its_numbers_free(world: World) -> None:
    services.cancel(billed(world), reason="마감을 잘못 정함", by=world.sender, now=world.now)

    again = billed(world)

    assert Bill.objects.filter(campaign=again).count() == Bill.objects.count() == 2


def test_a_number_of_another_campaign_is_refused(world: World) -> None:
    billed(world)

    with pytest.raises(BillsRefused, match="이미 다른 발송 건"):
        billed(world)


def test_the_database_refuses_a_second_bill_under_one_number(world: World) -> None:
    bill = bill_of(billed(world))

    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=bill_of(bill.campaign, BADA).pk).update(  # type: ignore[arg-type]
            kind=bill.kind, electronic_payment_number=bill.electronic_payment_number
        )


def test_the_address_is_not_in_the_database(world: World) -> None:
    bill = bill_of(billed(world))

    assert len(bill.token) == 32
    assert bill.token not in bill.token_hash
    assert bill_queries.bill_behind(bill.token) == bill
    assert bill_queries.bill_behind(bill.token_hash) is None


Verb = Callable[..., None]


@pytest.mark.parametrize("verb", [billing.cancel_bill, billing.record_objection])
def test_only_an_official_of_the_department_may_and_only_with_a_reason(world: World, verb: Verb) -> None:
    bill = bill_of(billed(world))

    with pytest.raises(NotAllowed):
        verb(bill, reason="잘못 부과", by=world.stranger, now=world.now)
    with pytest.raises(NotAllowed):
        verb(bill, reason="  ", by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        verb(bill, reason="잘못 부과", by=User.objects.create(username="citizen"), now=world.now)

    bill.refresh_from_db()
    assert bill.status == Bill.Status.OPEN


STEPS: dict[str, tuple[Verb, dict[str, str]]] = {
    "cancel": (billing.cancel_bill, {"open": "cancelled", "paid": "cancelled", "disputed": "cancelled"}),
    "object": (billing.record_objection, {"open": "disputed"}),
    "reject": (billing.reject_objection, {"disputed": "open"}),
    "refund": (billing.refund, {"paid": "paid"}),
}


@pytest.mark.parametrize("verb", STEPS)
@pytest.mark.parametrize("before", Bill.Status.values)
def test_every_verb_from_every_state(world: World, verb: str, before: str) -> None:
    bill = bill_of(billed(world))
    Bill.objects.filter(pk=bill.pk).update(status=before, paid_at=world.now if before == "paid" else None)
    if before == "paid":
        Payment.objects.create(
            bill=bill,
            provider="card",
            amount_won=bill.amount_won,
            status="paid",
            started_at=world.now,
            paid_at=world.now,
        )
    act, allowed = STEPS[verb]

    if before in allowed:
        act(bill, reason="사유", by=world.drafter, now=world.now)
    else:
        with pytest.raises(NotAllowed):
            act(bill, reason="사유", by=world.drafter, now=world.now)

    bill.refresh_from_db()
    assert bill.status == allowed.get(before, before)
    assert BillChange.objects.filter(bill=bill).count() == (1 if before in allowed else 0)


def test_cancelling_a_paid_bill_owes_the_money_back(world: World) -> None:
    bill = bill_of(billed(world))
    Bill.objects.filter(pk=bill.pk).update(status="paid", paid_at=world.now)
    payment = Payment.objects.create(
        bill=bill, provider="card", amount_won=bill.amount_won, status="paid", started_at=world.now, paid_at=world.now
    )

    billing.cancel_bill(bill, reason="이중 부과", by=world.drafter, now=world.now)

    payment.refresh_from_db()
    assert (payment.status, payment.reason) == ("owed", "bill_cancelled")


def test_the_history_is_never_edited(world: World) -> None:
    bill = bill_of(billed(world))
    billing.cancel_bill(bill, reason="이중 부과", by=world.drafter, now=world.now)

    with pytest.raises(Exception, match=r"append_only|Cannot"), transaction.atomic():
        BillChange.objects.update(note="")


def test_who_paid_objected_or_was_let_off_is_passed_over(world: World) -> None:
    campaign = billed(world)
    assert not bill_queries.settled_bill_recipients(campaign).exists()

    billing.record_objection(bill_of(campaign, HANEUL), reason="전화", by=world.drafter, now=world.now)
    billing.cancel_bill(bill_of(campaign, BADA), reason="이중 부과", by=world.drafter, now=world.now)

    settled = {one.name for one in bill_queries.settled_bill_recipients(campaign)}
    assert settled == {HANEUL[0], BADA[0]}


def test_a_bill_is_hers_by_phone_once_its_notice_left(world: World) -> None:
    campaign = billed(world)
    assert not bill_queries.bills_to_phone(HANEUL[2]).exists()

    sent(campaign, at=world.now)

    assert list(bill_queries.bills_to_phone(HANEUL[2])) == [bill_of(campaign, HANEUL)]
    assert not bill_queries.bills_to_phone(SOL[2]).exists()


def paid(bill: Bill, *, days_after_opening: float, world: World) -> None:
    at = world.now + timedelta(days=days_after_opening)
    Bill.objects.filter(pk=bill.pk).update(status="paid", paid_at=at)


def test_what_was_collected_within_days_of_opening(world: World) -> None:
    campaign = billed(world)
    sent(campaign, at=world.now)
    for person, days in ((HANEUL, 2.0), (BADA, 6.0)):
        opened(campaign, person, at=world.now)
        paid(bill_of(campaign, person), days_after_opening=days, world=world)

    whole, waves = bill_queries.collected(campaign)

    assert (whole.bill_count, whole.notified_won, whole.opened_count, whole.paid_won) == (2, 72_000, 2, 72_000)
    assert whole.paid_within_won == (32_000, 72_000, 72_000)
    assert [share for _, _, share in whole.within] == [44.4, 100.0, 100.0]
    assert [wave.label for wave in waves] == ["11월 3일"]


def test_money_of_a_bill_never_opened_is_not_within_any_days(world: World) -> None:
    campaign = billed(world)
    sent(campaign, at=world.now)
    paid(bill_of(campaign, HANEUL), days_after_opening=0, world=world)

    whole, _ = bill_queries.collected(campaign)
    assert whole.paid_won == 32_000
    assert whole.paid_within_won == (0, 0, 0), "never opened: no opening to count from"


def test_a_cancelled_bill_was_not_asked_for(world: World) -> None:
    campaign = billed(world)
    sent(campaign, at=world.now)
    billing.cancel_bill(bill_of(campaign, BADA), reason="이중 부과", by=world.drafter, now=world.now)

    whole, _ = bill_queries.collected(campaign)

    assert (whole.notified_won, whole.cancelled_count, whole.open_won) == (32_000, 1, 32_000)


def test_nothing_sent_is_nothing_collected(world: World) -> None:
    whole, waves = bill_queries.collected(billed(world))

    assert (whole.bill_count, whole.notified_won, whole.paid_percent, waves) == (0, 0, 0.0, [])


def test_a_refusal_has_a_sentence_for_the_official(world: World) -> None:
    assert all(issubclass(one, Refused) for one in (BillsRefused, NotAllowed, LineUnreadable))
    assert Recipient.objects.count() == 0
