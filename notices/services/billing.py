"""Bills: made from the roster when a campaign is settled, cancelled, objected to and settled again, one verb each."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from notices.bills import BillLine, LineUnreadable, read_line
from notices.models import Bill, BillChange, Campaign, Payment, Recipient
from notices.models.bills import hash_of
from notices.workflow import NotAllowed
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.core.errors import Refused

_BATCH = 2_000
_SHOWN = 3
_COLLECTORS = ("officer", "head", "sender")
S = Bill.Status


class BillsRefused(Refused):
    """The roster asks for money in a way that could reach the wrong person or the wrong amount."""

    sentence = "명부의 고지 내용을 읽을 수 없습니다."


@transaction.atomic
def make_bills(campaign: Campaign, *, now: datetime) -> int:
    """
    Make a bill for everybody whose row has a 전자납부번호; how many. Made again it replaces what nobody has seen yet.

    :raises BillsRefused: naming the rows whose amount or day is unclear, or whose number somebody else has
    """
    Bill.objects.filter(campaign=campaign, payments__isnull=True, changes__isnull=True).delete()
    lines = list(_lines(campaign))
    _refuse_shared_numbers(campaign, lines)
    kept = set(Bill.objects.filter(campaign=campaign).values_list("recipient_id", flat=True))  # decided about already
    new = [_bill(campaign, recipient, line, now) for recipient, line in lines if recipient.pk not in kept]
    Bill.objects.bulk_create(new, batch_size=_BATCH)
    return len(lines)


def _lines(campaign: Campaign) -> Iterator[tuple[Recipient, BillLine]]:
    troubles = []
    people = Recipient.objects.filter(campaign=campaign).exclude(state=Recipient.State.EXCLUDED)
    for recipient in people.exclude(extra_sealed=b"").order_by("row").iterator(_BATCH):
        try:
            extra = {name: str(value) for name, value in json.loads(recipient.extra_text).items()}
            line = read_line(extra, title=campaign.title)
        except LineUnreadable as unreadable:
            troubles.append(f"{recipient.row}행: {unreadable.sentence}")
            continue
        if line is not None:
            yield recipient, line
    if troubles:
        more = f" 그 밖에 {len(troubles) - _SHOWN:,}행이 더 있습니다." if len(troubles) > _SHOWN else ""
        raise BillsRefused("명부의 고지 내용을 고쳐 주세요. " + " ".join(troubles[:_SHOWN]) + more)


def _refuse_shared_numbers(campaign: Campaign, lines: Sequence[tuple[Recipient, BillLine]]) -> None:
    """Two people who pay one number: one of them would pay the other's bill."""
    seen: dict[tuple[str, str], int] = {}
    rows: dict[str, int] = {}  # a bank's list names the number alone, whatever is paid under it
    for recipient, line in lines:
        seen[line.kind, line.electronic_payment_number] = recipient.row
        first = rows.setdefault(line.electronic_payment_number, recipient.row)
        if first != recipient.row:
            raise BillsRefused(f"{first}행과 {recipient.row}행의 전자납부번호가 같습니다. 명부를 확인해 주세요.")
    numbers = [line.electronic_payment_number for _, line in lines]
    others = Bill.objects.filter(electronic_payment_number__in=numbers).exclude(campaign=campaign)
    _forget_cancelled(others)
    for kind, number in others.values_list("kind", "electronic_payment_number"):
        if (kind, number) in seen:
            raise BillsRefused(f"{seen[kind, number]}행의 전자납부번호는 이미 다른 발송 건에서 고지했습니다.")


def _forget_cancelled(bills: QuerySet[Bill]) -> None:
    """What a campaign that was given up never told anybody is no bill: its numbers are free for the next one."""
    untold = bills.filter(campaign__state=Campaign.State.CANCELLED, recipient__sent_at=None)
    untold.exclude(recipient__state=Recipient.State.QUEUED).filter(payments=None, changes=None).delete()


def _bill(campaign: Campaign, recipient: Recipient, line: BillLine, now: datetime) -> Bill:
    bill = Bill(
        sealed_id=uuid4(),
        campaign=campaign,
        recipient=recipient,
        department_id=campaign.department_id,
        kind=line.kind,
        title=campaign.title[:60],
        amount_won=line.amount_won,
        due_on=line.due_on,
        electronic_payment_number=line.electronic_payment_number,
        legal_basis=campaign.legal_basis,
        made_at=now,
    )
    bill.token_hash = hash_of(bill.token)
    return bill


def bill_path(bill: Bill) -> str:
    """Where its citizen reads and pays it: for the button of an AlimTalk, never for a text."""
    return f"/pay/{bill.token}/"


# --- what an official decides -----------------------------------------------------------------------------------------


@transaction.atomic
def cancel_bill(bill: Bill, *, reason: str, by: User, now: datetime) -> None:
    """
    Take a bill back. Money that came in already, or comes in later, goes back.

    :raises NotAllowed: if it is cancelled already, no reason is given, or `by` is of another department
    """
    row = _locked(bill, by=by, reason=reason)
    if row.status == S.CANCELLED:
        raise NotAllowed("이미 취소한 고지서입니다.")
    paid = Payment.objects.filter(bill=row, status=Payment.Status.PAID)
    paid.update(status=Payment.Status.OWED, reason="bill_cancelled", next_check_at=now, checked_count=0)
    change(row, S.CANCELLED, cause="cancel", note=reason, by=by, now=now)


@transaction.atomic
def record_objection(bill: Bill, *, reason: str, by: User, now: datetime) -> None:
    """
    Write down that the citizen objects: nobody reminds her until it is decided.

    :raises NotAllowed: if the bill is not open, no reason is given, or `by` is of another department
    """
    row = _locked(bill, by=by, reason=reason)
    if row.status != S.OPEN:
        raise NotAllowed("납부하지 않은 고지서에만 이의신청을 기록할 수 있습니다.")
    change(row, S.DISPUTED, cause="objection", note=reason, by=by, now=now)


@transaction.atomic
def reject_objection(bill: Bill, *, reason: str, by: User, now: datetime) -> None:
    """
    The objection was turned down: the bill is due again. (Where it was upheld, the bill is cancelled.)

    :raises NotAllowed: if there is no objection, no reason is given, or `by` is of another department
    """
    row = _locked(bill, by=by, reason=reason)
    if row.status != S.DISPUTED:
        raise NotAllowed("이의신청 중인 고지서가 아닙니다.")
    change(row, S.OPEN, cause="objection_rejected", note=reason, by=by, now=now)


@transaction.atomic
def refund(bill: Bill, *, reason: str, by: User, now: datetime) -> None:
    """
    Give the money of a paid bill back; it is open again once the provider has done so.

    :raises NotAllowed: if nothing was paid, no reason is given, or `by` is of another department
    """
    row = _locked(bill, by=by, reason=reason)
    owed = Payment.objects.filter(bill=row, status=Payment.Status.PAID).update(
        status=Payment.Status.OWED, reason="official", next_check_at=now, checked_count=0
    )
    if not owed:
        raise NotAllowed("납부된 돈이 없어 돌려줄 수 없습니다.")
    change(row, S.PAID, cause="refund_asked", note=reason, by=by, now=now)


def _locked(bill: Bill, *, by: User, reason: str) -> Bill:
    refuse_strangers(by, bill.department_id)
    if not reason.strip():
        raise NotAllowed("사유를 적어 주세요.")
    return Bill.objects.select_for_update(no_key=True).get(pk=bill.pk)


def refuse_strangers(by: User, department_id: int) -> None:
    """
    :raises NotAllowed: unless `by` collects money for this department
    """
    official = official_of(by)
    if official is None or official.department_id != department_id:
        raise NotAllowed("담당 부서의 공무원만 할 수 있습니다.")
    if not any(official.has_role(role) for role in _COLLECTORS):
        raise NotAllowed("고지서를 다룰 권한이 없습니다.")


def change(bill: Bill, after: str, *, cause: str, now: datetime, note: str = "", by: User | None = None) -> None:
    """Take a locked bill to a state, with a line of history. `paid_at` is kept only while it is paid."""
    before = bill.status
    paid_at = (bill.paid_at or now) if after == S.PAID else None
    Bill.objects.filter(pk=bill.pk).update(status=after, paid_at=paid_at)
    bill.status, bill.paid_at = after, paid_at
    BillChange.objects.create(
        bill=bill, before=before, after=after, cause=cause, note=note.strip()[:200], by=by, at=now
    )
