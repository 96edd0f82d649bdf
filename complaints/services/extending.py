"""처리기간 연장 (시행령 §21): once for a lawful reason, a second time only if the citizen agrees."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from complaints.clock_queries import NO_FACTS, Reckoner, case_of, extensions_of, facts_of, pending_extension
from complaints.deadlines import Period, Unit
from complaints.models import Complaint, Extension, PeriodUnit, StageChange
from complaints.services.stepping import Missing, Told, TooMany, allowed_actor, take
from complaints.workflow import Clock, Step, step_named
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.errors import Refused

MOST_EXTENSIONS = 2


class NotALegalReason(Refused):
    """Workload, a late assignment or an absent officer extend nothing."""

    sentence = (
        "법이 정한 연장 사유가 아닙니다. 관계 기관 협조, 사실 확인·현지 조사, 천재지변 등 불가피한 사유만 됩니다. "
        "업무량이나 담당자 부재로는 연장할 수 없습니다(시행령 제21조)."
    )


class PastDue(Refused):
    """What is overdue cannot be extended any more."""

    sentence = "처리기한이 이미 지나 연장할 수 없습니다."


class ConsentNeeded(Refused):
    """The second extension is the citizen's to grant."""

    sentence = "한 번 연장한 민원입니다. 다시 연장하려면 ‘연장 동의 요청’으로 민원인의 동의를 먼저 받아 주세요."


class CannotAsk(Refused):
    """There is nobody to ask, or nothing to ask for."""


class NothingAsked(Refused):
    """An answer without a question, or after it was answered."""

    sentence = "동의를 기다리는 연장이 없습니다."


@dataclass(frozen=True, slots=True)
class _Plan:
    """A lawful extension: by how much, why, and what it makes of the date."""

    period: Period
    reason: Extension.Reason
    explanation: str
    due_before: datetime
    due_after: datetime

    @property
    def words(self) -> str:
        return f"{self.reason.label}. {self.explanation}"

    @property
    def data(self) -> dict[str, object]:
        return {
            "value": self.period.value,
            "unit": self.period.unit.value,
            "reason": self.reason.value,
            "due_before": self.due_before.isoformat(),
            "due_after": self.due_after.isoformat(),
        }


@transaction.atomic
def extend(
    complaint: Complaint,
    *,
    reason: str,
    explanation: str,
    value: int = 0,
    by: User,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    """
    Extend the period, at most by itself: `value` in its own unit.

    The decree (시행령 §21) names no kind of case that may not be extended. 즉시 is a period as any other, of three
    working hours (§19), and is extended by another three, whatever `value`.

    :raises NotALegalReason: for anything the law does not name
    :raises PastDue: if it is overdue
    :raises ConsentNeeded: if it was extended before
    :raises TooMany: if it would be longer than the original period
    """
    plan = _planned(complaint, step_named("extend"), reason, explanation, value, by=by, now=now)
    if complaint.extension_count:
        raise ConsentNeeded
    return _take(complaint, "extend", plan, officer=by, by=by, now=now, version=version)


@transaction.atomic
def ask_extension(
    complaint: Complaint,
    *,
    reason: str,
    explanation: str,
    value: int = 0,
    by: User,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    """
    Ask the citizen whether the period may be extended once more; nothing moves until the answer is yes.

    :raises CannotAsk: if there is nobody to ask, the question is open already, or no consent is needed yet
    """
    plan = _planned(complaint, step_named("ask_extension"), reason, explanation, value, by=by, now=now)
    if not complaint.extension_count:
        raise CannotAsk("첫 번째 연장은 동의 없이 할 수 있습니다. ‘처리기간 연장’을 이용해 주세요.")
    if not complaint.phone and complaint.citizen_id is None:
        raise CannotAsk("연락처가 없어 동의를 받을 수 없습니다.")
    if pending_extension(complaint) is not None:
        raise CannotAsk("이미 동의를 요청하고 답을 기다리고 있습니다.")
    told = Told(public=plan.words, data={**plan.data, "explanation": plan.explanation})
    given = {"reason": plan.reason, "explanation": plan.explanation}
    return take(complaint, "ask_extension", by=by, now=now, version=version, given=given, told=told)


@transaction.atomic
def grant_extension(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """
    The citizen agrees to what was asked: the date moves.

    :raises NothingAsked: if nothing was asked
    :raises PastDue: if the answer comes after the due date
    """
    asked = _asked(complaint, "grant_extension", by=by)
    officer = asked.by
    if officer is None:
        raise LookupError("an extension is asked for by an official")
    data = asked.data
    plan = _plan(complaint, int(data["value"]), Extension.Reason(data["reason"]), str(data["explanation"]), now=now)
    return _take(complaint, "grant_extension", plan, officer=officer, by=by, now=now, version=version, consent_at=now)


@transaction.atomic
def refuse_extension(
    complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """
    The citizen does not agree: the date stays, and the officer sees it as an unread message.

    :raises NothingAsked: if nothing was asked
    """
    _asked(complaint, "refuse_extension", by=by)
    unread = {"unread_count": complaint.unread_count + 1}
    told = Told(public="처리기간을 다시 연장하는 데 동의하지 않았습니다.")
    return take(complaint, "refuse_extension", by=by, now=now, version=version, changes=unread, told=told)


def _asked(complaint: Complaint, name: str, *, by: User | None) -> StageChange:
    allowed_actor(step_named(name), complaint, by=by)
    asked = pending_extension(complaint)
    if asked is None:
        raise NothingAsked
    return asked


def _planned(
    complaint: Complaint, step: Step, reason: str, explanation: str, value: int, *, by: User, now: datetime
) -> _Plan:
    """Everything the law asks of an extension, whoever must agree to it."""
    allowed_actor(step, complaint, by=by)
    if not reason:
        raise Missing("reason")
    if reason not in Extension.Reason.values:
        raise NotALegalReason
    if not explanation.strip():
        raise Missing("explanation")
    if complaint.extension_count >= MOST_EXTENSIONS:
        raise TooMany(f"처리기간은 {MOST_EXTENSIONS}번까지만 연장할 수 있습니다.")
    return _plan(complaint, value, Extension.Reason(reason), explanation.strip(), now=now)


def _plan(complaint: Complaint, value: int, reason: Extension.Reason, explanation: str, *, now: datetime) -> _Plan:
    case = case_of(complaint)
    if case is None or complaint.due_at is None:
        raise LookupError("only a received complaint has a period")
    if complaint.clock == Clock.RUNNING and now >= complaint.due_at:
        raise PastDue
    period = Period(0, Unit.IMMEDIATE) if case.period.unit is Unit.IMMEDIATE else _within(case.period, value)
    facts = facts_of([case]).get(case.pk, NO_FACTS)
    longer = type(facts)(facts.exclusions, [*facts.extensions, period])
    return _Plan(period, reason, explanation, complaint.due_at, Reckoner(calendar()).due_at(case, longer))


def _within(original: Period, value: int) -> Period:
    if value < 1:
        raise Missing("value")
    if value > original.value:
        raise TooMany(f"처음 처리기간({original.label})보다 길게 연장할 수 없습니다.")
    return Period(value, original.unit)


def _take(
    complaint: Complaint,
    name: str,
    plan: _Plan,
    *,
    officer: User,
    by: User | None,
    now: datetime,
    version: int | None,
    consent_at: datetime | None = None,
) -> StageChange:
    """The row first: the step counts the due date from it. The number of the extension keeps two from being one."""
    ordinal = len(extensions_of(complaint)) + 1
    Extension.objects.create(
        complaint=complaint,
        round=complaint.round,
        ordinal=ordinal,
        value=plan.period.value,
        unit=PeriodUnit(plan.period.unit.value),
        reason=plan.reason,
        explanation=plan.explanation,
        consent_at=consent_at,
        due_before=plan.due_before,
        due_after=plan.due_after,
        by=officer,
        at=now,
    )
    return take(
        complaint,
        name,
        by=by,
        now=now,
        version=version,
        given={"reason": plan.reason, "explanation": plan.explanation},
        changes={"extension_count": ordinal},
        told=Told(public=plan.words, data=plan.data),
    )
