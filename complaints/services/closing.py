"""The ways a complaint ends without going on elsewhere: answered, sent back, withdrawn, closed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextChoices

from complaints.announcements import REMEDY
from complaints.models import Attachment, Complaint, Outcome, StageChange
from complaints.repeat_queries import Repetition, repetition
from complaints.repeating import LEAST_FILINGS, LEAST_NOTICES
from complaints.services.merging import free_followers
from complaints.services.stepping import Missing, Told, TooMany, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.approvals.models import Approval
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

AMENDABLE_FOR = timedelta(days=30)
BOUNCES = 2  # of supplement requests; from then on nobody knows where the citizen is (시행령 §25)


class CloseReason(TextChoices):
    """Why a case may be closed without an answer (the Act, §23; 시행령 §25)."""

    REPEATED = "repeated", "같은 내용의 반복 민원"
    UNREACHABLE = "unreachable", "연락이 닿지 않음"
    NOT_A_PETITION = "not_a_petition", "민원이 아님"
    ABUSIVE = "abusive", "폭언·욕설"
    UNCOLLECTED = "uncollected", "완성된 문서를 찾아가지 않음"


class TooEarly(Refused):
    """The citizen still has time to answer."""

    sentence = "보완 기한이 지난 뒤에 반려할 수 있습니다."


class NotEnoughProof(Refused):
    """The law's conditions for closing are not met; `repetition` lists each earlier case."""

    def __init__(self, sentence: str, repetition: Repetition | None = None) -> None:
        self.repetition = repetition
        super().__init__(sentence)


class PartsOpen(Refused):
    """Parts of a split case are still open; the sentence names them."""

    def __init__(self, numbers: list[str]) -> None:
        self.numbers = numbers
        super().__init__(f"나눈 민원이 아직 처리 중입니다: {', '.join(numbers)}. 모두 끝난 뒤에 답변할 수 있습니다.")


@transaction.atomic
def resolve(
    complaint: Complaint,
    *,
    outcome: str,
    answer: str,
    refusal_reason: str = "",
    remedy: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
    approval: Approval | None = None,
) -> StageChange:
    """
    Answer the citizen. A refusal needs its reason and says what can be done against it (the Act, §27).

    :raises Missing: if a refusal has no reason or remedy, or the category wants a picture of the work done
    :raises PartsOpen: while a part of a split case is open
    :raises SignatureNeeded: for a refusal, or where the category wants a second signature
    """
    allowed_actor(step_named("resolve"), complaint, by=by)
    refused = outcome == Outcome.REFUSED
    if refused and not refusal_reason.strip():
        raise Missing("reason")
    if refused and not remedy.strip():
        raise Missing("remedy")
    _check_parts(complaint)
    _check_after_photo(complaint)
    return take(
        complaint,
        "resolve",
        by=by,
        now=now,
        version=version,
        approval=approval,
        given={"outcome": outcome, "answer": answer},
        changes={
            "outcome": Outcome(outcome) if outcome else "",
            "answer": answer.strip(),
            "refusal_reason": refusal_reason.strip() if refused else "",
            "remedy": remedy.strip() if refused else "",
        },
        told=Told(public=answer.strip(), data={"outcome": outcome}),
    )


def _check_parts(complaint: Complaint) -> None:
    numbers = list(complaint.parts.filter(is_open=True).order_by("pk").values_list("number", flat=True))
    if numbers:
        raise PartsOpen(numbers)


def _check_after_photo(complaint: Complaint) -> None:
    category = complaint.category
    if category is None or not category.requires_after_photo:
        return
    unusable = (Attachment.State.FAILED, Attachment.State.REFUSED)
    shown = complaint.attachments.filter(purpose=Attachment.Purpose.AFTER, uploaded_at__gte=complaint.received_at)
    if not shown.exclude(state__in=unusable).exists():
        raise Missing("after_photo")


@transaction.atomic
def amend(
    complaint: Complaint, *, answer: str, reason: str, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    Put an answer right within a month, and tell the citizen; the old one stays in the book.

    :raises TooMany: after that
    """
    allowed_actor(step_named("amend"), complaint, by=by)
    if complaint.ended_at is not None and now > complaint.ended_at + AMENDABLE_FOR:
        raise TooMany(f"답변한 지 {AMENDABLE_FOR.days}일이 지나 정정할 수 없습니다.")
    return take(
        complaint,
        "amend",
        by=by,
        now=now,
        version=version,
        given={"answer": answer, "reason": reason},
        changes={"answer": answer.strip()},
        told=Told(public=answer.strip(), internal=reason.strip()),
    )


@transaction.atomic
def send_back(
    complaint: Complaint,
    *,
    reason: str,
    by: User,
    now: datetime,
    version: int | None = None,
    approval: Approval | None = None,
) -> StageChange:
    """
    반려: what was asked for never came (시행령 §25).

    :raises TooEarly: before the supplement's last day has ended
    :raises SignatureNeeded: without the head's
    """
    allowed_actor(step_named("send_back"), complaint, by=by)
    request = complaint.supplements.filter(ended_at=None).first()
    if request is not None and day_in_korea(now) <= request.due_on:
        raise TooEarly
    change = take(
        complaint,
        "send_back",
        by=by,
        now=now,
        version=version,
        approval=approval,
        given={"reason": reason},
        told=Told(public=reason),
    )
    free_followers(complaint, now=now)
    return change


@transaction.atomic
def withdraw(
    complaint: Complaint, *, by: User | None, now: datetime, note: str = "", version: int | None = None
) -> StageChange:
    """
    취하, by the citizen or by a clerk who was told on the phone (`note`).

    Open parts of a split case go with it; cases merged into it go their own way.
    """
    change = take(complaint, "withdraw", by=by, now=now, version=version, told=Told(internal=note))
    for part in complaint.parts.filter(is_open=True).order_by("pk"):
        withdraw(part, by=by, note=note, now=now)
    free_followers(complaint, now=now)
    return change


@transaction.atomic
def close(
    complaint: Complaint,
    *,
    reason: str,
    explanation: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
    approval: Approval | None = None,
) -> StageChange:
    """
    종결 without an answer, for a reason of `CloseReason`; the explanation is read by the citizen.

    :raises Missing: without a reason
    :raises NotEnoughProof: if the law's conditions for it are not met
    :raises SignatureNeeded: without a second one
    """
    allowed_actor(step_named("close"), complaint, by=by)
    if reason not in CloseReason.values:
        raise Missing("reason")
    proof = _proof(complaint, CloseReason(reason))
    words = ". ".join(part for part in (str(CloseReason(reason).label), explanation.strip()) if part)
    change = take(
        complaint,
        "close",
        by=by,
        now=now,
        version=version,
        approval=approval,
        given={"reason": reason},
        changes={"remedy": REMEDY},
        told=Told(public=words, data={"reason": reason, **proof}),
    )
    free_followers(complaint, now=now)
    return change


def _proof(complaint: Complaint, reason: CloseReason) -> dict[str, object]:
    """What the law wants shown, as it is kept in the book."""
    if reason is CloseReason.REPEATED:
        found = repetition(complaint)
        if not found.is_enough:
            raise NotEnoughProof(_what_is_missing(found), found)
        return {"repeats": [one.number for one in found.earlier]}
    if reason is CloseReason.UNREACHABLE:
        bounced = sum(complaint.supplements.values_list("bounced_count", flat=True))
        if bounced < BOUNCES:
            raise NotEnoughProof(f"보완 요청이 {BOUNCES}번 닿지 않아야 합니다. 지금까지 {bounced}번 닿지 않았습니다.")
        return {"bounces": bounced}
    return {}


def _what_is_missing(found: Repetition) -> str:
    listed = "; ".join(
        f"{one.number}({one.filed_on:%Y-%m-%d} {one.stage_label}, "
        f"{'결과 알림' if one.told_at else '결과를 알린 기록 없음'})"
        for one in found.earlier
    )
    return (
        f"같은 민원인이 같은 내용을 {LEAST_FILINGS}번 이상 내고 "
        f"결과를 {LEAST_NOTICES}번 이상 받은 뒤에 종결할 수 있습니다. "
        f"지금까지 {found.filing_count}번, 결과 알림 {found.notice_count}번: {listed or '이전 민원 없음'}"
    )
