"""Money paid at banks: booked from the bank's list, each line once, and shown where it does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from notices.bank_lists import Came
from notices.models import Bill, Campaign, Payment
from notices.payments import registry
from notices.services.billing import change, refuse_strangers
from notices.workflow import NotAllowed
from portal.accounts.models import User
from portal.core.clock import KST

S = Payment.Status


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a bank's list, in numbers of its rows."""

    paid: int = 0
    known: int = 0
    owed: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


@transaction.atomic
def record_collections(campaign: Campaign, came: Sequence[Came], *, by: User, now: datetime) -> Booked:
    """
    Book what came in at banks for the bills of a campaign. The same list again changes nothing.

    Another amount than asked for, or money for a bill that is paid or cancelled, is owed back, not lost.

    :raises NotAllowed: if `by` is of another department, or no counter is set up
    """
    refuse_strangers(by, campaign.department_id)
    alias = registry.counter()
    if not alias:
        raise NotAllowed("은행에서 낸 돈을 기록할 결제 수단이 설정되어 있지 않습니다.")
    bills = Bill.objects.select_for_update(no_key=True).filter(campaign=campaign).order_by("pk")
    by_number = {bill.electronic_payment_number: bill for bill in bills}
    references = set(Payment.objects.filter(provider=alias).values_list("provider_reference", flat=True))
    paid, known, owed, unknown = 0, 0, [], []
    for one in came:
        bill = by_number.get(one.number)
        if bill is None:
            unknown.append(one.row)
        elif one.reference in references:
            known += 1
        elif _book(bill, one, alias, by=by, now=now).status == S.PAID:
            references.add(one.reference)
            paid += 1
        else:
            references.add(one.reference)
            owed.append(one.row)
    return Booked(paid, known, tuple(owed), tuple(unknown))


def _book(bill: Bill, came: Came, alias: str, *, by: User, now: datetime) -> Payment:
    reason = _odd(bill, came)
    at = min(datetime.combine(came.day, time(12), tzinfo=KST), now)
    payment = Payment.objects.create(
        bill=bill,
        provider=alias,
        provider_reference=came.reference,
        amount_won=came.won,
        status=S.OWED if reason else S.PAID,
        reason=reason,
        started_at=at,
        paid_at=at,
        next_check_at=now if reason else None,
    )
    if not reason:
        change(bill, Bill.Status.PAID, cause="collected", note=alias, by=by, now=at)
    return payment


def _odd(bill: Bill, came: Came) -> str:
    if bill.status == Bill.Status.PAID:
        return "paid_twice"
    if bill.status == Bill.Status.CANCELLED:
        return "bill_cancelled"
    return "amount_differs" if came.won != bill.amount_won else ""


@transaction.atomic
def confirm_refund(payment: Payment, *, by: User, now: datetime) -> None:
    """
    Money that came in at a bank was transferred back by the office.

    :raises NotAllowed: if it is not owed, comes from a provider that gives it back itself, or `by` is a stranger
    """
    bill = Bill.objects.select_for_update(no_key=True).get(pk=payment.bill_id)
    refuse_strangers(by, bill.department_id)
    owed = Payment.objects.filter(pk=payment.pk, status=S.OWED, provider=registry.counter())
    was_asked = owed.filter(reason="official").exists()
    if not owed.update(status=S.REFUNDED):
        raise NotAllowed("은행으로 들어온 환불 대상이 아닙니다.")
    if was_asked and bill.status == Bill.Status.PAID:
        change(bill, Bill.Status.OPEN, cause="refunded", by=by, now=now)
