"""What can be certified to whom: the rooms know the facts, and here they become plain values of a sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma

from complaints import queries as complaints
from complaints.announcements import due_words
from complaints.models import Complaint, Outcome
from complaints.workflow import Stage
from notices import bill_queries, opening_queries
from notices.models import Bill, Notice, Recipient
from notices.services import showing
from portal.accounts.models import User
from portal.certificates.issuers.base import Person
from portal.certificates.issuers.registry import foreign_kinds, issuer
from portal.certificates.kinds import Kind, kinds
from portal.certificates.services import Incomplete, Wanted
from portal.core.clock import in_korea
from portal.core.languages import house_language
from portal.core.privacy import mask_phone

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing a kind can be about, as the page of choices shows it."""

    subject: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where the matters of a kind come from. `notice` names whose lock stands before it: her notice of that number.

    It is None where no lock is, and refuses where the lock cannot be asked.
    """

    matters: Callable[[User], Sequence[Matter]]
    wanted: Callable[[Kind, User, str, datetime], Wanted]
    notice: Callable[[User, str], Notice | None] | None = None


def kind_named(code: str) -> Kind | None:
    """One of ours, or of an issuing system as `alias.kind`."""
    found = foreign_kinds().get(code)
    return found[1] if found else kinds().get(code)


def source_of(code: str) -> Source:
    """Whom to ask about a kind that exists."""
    foreign = foreign_kinds().get(code)
    return _foreign_source(foreign[0], code.partition(".")[2], code) if foreign else _SOURCES[code]


# --- complaints -----------------------------------------------------------------------------------------------------


def _filed(user: User) -> Sequence[Matter]:
    cases = complaints.of_citizen(user).filter(received_at__isnull=False, erased_at=None)
    return [_case_matter(case) for case in cases[:SHOWN]]


def _resolved(user: User) -> Sequence[Matter]:
    cases = complaints.of_citizen(user).filter(stage=Stage.RESOLVED, erased_at=None)
    return [_case_matter(case) for case in cases[:SHOWN]]


def _case_matter(case: Complaint) -> Matter:
    return Matter(case.number, case.title, f"{case.number} · {case.get_stage_display()}")


def _case(user: User, number: str) -> Complaint:
    found = complaints.of_citizen(user).filter(number=number, received_at__isnull=False, erased_at=None).first()
    if found is None:
        raise Incomplete
    return found


def _filing(kind: Kind, user: User, number: str, now: datetime) -> Wanted:
    case = _case(user, number)
    facts = {**_common(case), "kind": case.get_kind_display(), "due": _due(case)}
    return Wanted(kind, number, _name_on(case, user), facts, issuer_name())


def _result(kind: Kind, user: User, number: str, now: datetime) -> Wanted:
    case = _case(user, number)
    if case.stage != Stage.RESOLVED or case.ended_at is None:
        raise Incomplete
    facts = {
        **_common(case),
        "ended_at": moment_words(case.ended_at),
        "outcome": str(Outcome(case.outcome).label),
        "answer": "\n".join(part for part in (case.answer, case.refusal_reason, case.remedy) if part),
    }
    return Wanted(kind, number, _name_on(case, user), facts, issuer_name())


def _due(case: Complaint) -> str:
    """The moment from which it is late belongs to the day before."""
    if case.due_at is None:
        return ""
    return f"{in_korea(case.due_at - timedelta.resolution).year}년 {due_words(case)}까지"


def _common(case: Complaint) -> dict[str, str]:
    officer = case.officer
    return {
        "number": case.number,
        "received_at": moment_words(case.received_at) if case.received_at else "",
        "subject": f"“{case.title}”",  # whoever reads it sees where the applicant's own words begin and end
        "department": case.department.name if case.department else "",
        "officer": f"{officer.display_name} ({officer.office_phone})" if officer else "",
    }


def _name_on(case: Complaint, user: User) -> str:
    """Who filed: by name where one is known, else by the number a code was sent to."""
    return case.name.strip() or user.name.strip() or f"휴대전화 {mask_phone(case.phone or user.phone)} 이용자"


# --- bills and notices ----------------------------------------------------------------------------------------------


def _paid(user: User) -> Sequence[Matter]:
    found = bill_queries.bills_of(user).filter(status=Bill.Status.PAID).order_by("-paid_at", "-pk")
    return [Matter(str(one.pk), one.title, one.department.spoken_name) for one in found[:SHOWN]]


def _bill(user: User, subject: str) -> Bill:
    found = bill_queries.bills_of(user).filter(pk=_number(subject), status=Bill.Status.PAID)
    bill = found.select_related("recipient", "department").first()
    if bill is None or bill.paid_at is None:
        raise Incomplete
    return bill


def _payment(kind: Kind, user: User, subject: str, now: datetime) -> Wanted:
    bill = _bill(user, subject)
    facts = {
        "bill": bill.title,
        "kind": bill.get_kind_display(),
        "amount": f"{intcomma(bill.amount_won)}원",
        "paid_at": moment_words(bill.paid_at) if bill.paid_at else "",
        "number": bill.electronic_payment_number,
        "basis": bill.legal_basis,
        "department": bill.department.name,
    }
    return Wanted(kind, subject, bill.recipient.name if bill.recipient else user.name, facts, issuer_name())


def _notice_of_bill(user: User, subject: str) -> Notice | None:
    """None only for a bill of her own account: where a notice was sent and does not count now, nothing is opened."""
    bill = _bill(user, subject)
    return _that_counts(bill_queries.notice_of(bill)) if bill.recipient_id else None


def _received(user: User) -> Sequence[Matter]:
    return [_notice_matter(one) for one in opening_queries.notices_of(user)[:SHOWN]]


def _read(user: User) -> Sequence[Matter]:
    return [_notice_matter(one) for one in opening_queries.notices_of(user).filter(opened_at__isnull=False)[:SHOWN]]


def _notice_matter(one: Recipient) -> Matter:
    office, sent = one.campaign.department.spoken_name, f"{in_korea(one.sent_at):%Y. %-m. %-d.}" if one.sent_at else ""
    return Matter(str(one.pk), one.campaign.title, " · ".join(filter(None, (office, sent))))


def _recipient(user: User, subject: str) -> Recipient:
    found = opening_queries.notices_of(user).filter(pk=_number(subject)).first()
    if found is None:
        raise Incomplete
    return found


def _notice(user: User, subject: str) -> Notice:
    return _that_counts(opening_queries.notice_to(_recipient(user, subject)))


def _that_counts(notice: Notice | None) -> Notice:
    if notice is None:
        raise Incomplete
    return notice


def _copy(kind: Kind, user: User, subject: str, now: datetime) -> Wanted:
    recipient, notice = _recipient(user, subject), _notice(user, subject)
    facts = {
        **_sent(recipient),
        "pages": f"{len(notice.pages)}쪽",
        "original": notice.document.sha256,
    }
    copy = showing.document_of(notice, now=now)
    return Wanted(kind, subject, recipient.name, facts, issuer_name(), copy=copy)


def _reading(kind: Kind, user: User, subject: str, now: datetime) -> Wanted:
    recipient = _recipient(user, subject)
    if recipient.opened_at is None:
        raise Incomplete
    facts = {
        **_sent(recipient),
        "delivered_at": moment_words(recipient.delivered_at) if recipient.delivered_at else "",
        "opened_at": moment_words(recipient.opened_at),
    }
    return Wanted(kind, subject, recipient.name, facts, issuer_name())


def _sent(recipient: Recipient) -> dict[str, str]:
    return {
        "notice": recipient.campaign.title,
        "sent_at": moment_words(recipient.sent_at) if recipient.sent_at else "",
        "department": recipient.campaign.department.name,
    }


# --- other systems --------------------------------------------------------------------------------------------------


def _foreign_source(alias: str, code: str, whole: str) -> Source:
    plug = issuer(alias)

    def matters(user: User) -> Sequence[Matter]:
        return [Matter(one.subject, one.title, one.note) for one in plug.offers(code, _person(user))]

    def wanted(kind: Kind, user: User, subject: str, now: datetime) -> Wanted:
        said = plug.facts(code, subject, _person(user))
        about = f"{settings.DISTRICT_NAME}에서 받아 전자도장을 찍어 전합니다."
        return Wanted(_named(kind, whole), subject, said.holder, said.facts, said.issuer, about_issuer=about)

    return Source(matters, wanted)


def _named(kind: Kind, whole: str) -> Kind:
    """The kind under its full name: two systems may have a kind of the same code."""
    return replace(kind, code=whole)


def _person(user: User) -> Person:
    return Person(name=user.name, phone=user.phone)


# --- words ----------------------------------------------------------------------------------------------------------


def issuer_name() -> str:
    """Who vouches for what we know ourselves: 새빛구청장."""
    return str(settings.DISTRICT_HEAD)


def moment_words(moment: datetime) -> str:
    """2026년 11월 24일 14시 05분."""
    here = in_korea(moment)
    return f"{here.year}년 {here.month}월 {here.day}일 {here:%H}시 {here:%M}분"


def _number(subject: str) -> int:
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) < 16 else 0


def in_korean(make: Callable[[Kind, User, str, datetime], Wanted]) -> Callable[[Kind, User, str, datetime], Wanted]:
    """What is printed is Korean, whatever the reader of the page speaks."""
    return house_language()(make)


_SOURCES = {
    "complaint_filed": Source(_filed, in_korean(_filing)),
    "complaint_result": Source(_resolved, in_korean(_result)),
    "payment": Source(_paid, in_korean(_payment), _notice_of_bill),
    "notice_copy": Source(_received, in_korean(_copy), _notice),
    "notice_read": Source(_read, in_korean(_reading), _notice),
}
