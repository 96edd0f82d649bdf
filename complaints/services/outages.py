"""정보시스템 장애 (시행령 §20): the hours in which nobody could file or work do not count."""

from datetime import datetime

from django.db import transaction

from complaints.models import OutageWindow
from complaints.services.recalculating import Recalculation, Span, affected, recalculate_all
from portal.accounts.models import Department, User
from portal.accounts.services import record_access
from portal.core.errors import Refused

WORDS = "정보시스템 장애 기간 제외"


class NotTheOutagesKeeper(Refused):
    """Time that moves citizens' rights is declared by few."""

    sentence = "시스템 장애를 등록할 권한이 없습니다."


class OutageRefused(Refused):
    """It ends before it begins, lies ahead, or is over already."""


@transaction.atomic
def declare_outage(
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    department: Department | None,
    reason: str,
    by: User,
    address: str,
    now: datetime,
) -> tuple[OutageWindow, Recalculation]:
    """
    Write down an outage of one department's systems or of all. While it lasts (`ends_at` None) it moves nothing yet.

    :raises NotTheOutagesKeeper: if `by` may not
    :raises OutageRefused: if the times or the reason make no sense
    """
    if not by.has_perm("complaints.add_outagewindow"):
        raise NotTheOutagesKeeper
    _check(starts_at, ends_at, now=now)
    if not reason.strip():
        raise OutageRefused("장애 내용을 적어 주세요. 처리기한 설명에 그대로 보입니다.")
    window = OutageWindow.objects.create(
        department=department, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:200], by=by
    )
    _note(window, by=by, address=address, now=now)
    return window, _recount(window, by=by, now=now)


@transaction.atomic
def end_outage(window: OutageWindow, *, ends_at: datetime, by: User, address: str, now: datetime) -> Recalculation:
    """
    The systems work again: what was lost is left out of every period it touched.

    :raises NotTheOutagesKeeper: if `by` may not
    :raises OutageRefused: if it has ended already, or would end before it began or later than now
    """
    if not by.has_perm("complaints.change_outagewindow"):
        raise NotTheOutagesKeeper
    _check(window.starts_at, ends_at, now=now)
    if OutageWindow.objects.filter(pk=window.pk, ends_at=None).update(ends_at=ends_at) != 1:
        raise OutageRefused("이미 끝난 장애입니다.")
    window.refresh_from_db()
    _note(window, by=by, address=address, now=now)
    return _recount(window, by=by, now=now)


def weigh_outage(
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    department: Department | None,
    reason: str,
    by: User,
    address: str,
    now: datetime,
) -> Recalculation:
    """What declaring this outage would move, with nothing kept."""
    with transaction.atomic():
        window, _ = declare_outage(
            starts_at=starts_at, ends_at=None, department=department, reason=reason, by=by, address=address, now=now
        )
        _check(starts_at, ends_at, now=now)
        OutageWindow.objects.filter(pk=window.pk).update(ends_at=ends_at)
        found = affected(_span(window, ends_at)) if ends_at else Recalculation()
        transaction.set_rollback(True)
    return found


def _check(starts_at: datetime, ends_at: datetime | None, *, now: datetime) -> None:
    if starts_at > now or (ends_at is not None and ends_at > now):
        raise OutageRefused("앞으로의 시각은 적을 수 없습니다. 장애가 끝난 뒤에 끝난 때를 적어 주세요.")
    if ends_at is not None and ends_at <= starts_at:
        raise OutageRefused("끝난 때가 시작보다 뒤여야 합니다.")


def _span(window: OutageWindow, ends_at: datetime) -> Span:
    return Span(window.starts_at, ends_at, window.department_id)


def _recount(window: OutageWindow, *, by: User, now: datetime) -> Recalculation:
    if window.ends_at is None:
        return Recalculation()
    return recalculate_all(reason=WORDS, by=by, now=now, span=_span(window, window.ends_at))


def _note(window: OutageWindow, *, by: User, address: str, now: datetime) -> None:
    record_access(
        actor=by,
        action="change",
        subject_kind="complaints.outagewindow",
        subject_ids=[window.pk],
        task="outage",
        address=address,
        reason=window.reason,
        now=now,
    )
