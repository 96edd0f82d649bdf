"""대결: registering who decides while somebody is away."""

from datetime import date, datetime

from django.db import transaction

from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.approvals.models import StandIn
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

LONGEST_DAYS = 180
_REGISTRARS = ("head", "administrator")


class StandInRefused(Refused):
    """Who is away, who stands in or when makes no sense, or it is not hers to say."""


@transaction.atomic
def register_stand_in(
    *, absent: Official, deputy: Official, starts_on: date, ends_on: date, reason: str, by: User, now: datetime
) -> StandIn:
    """
    Let one official decide in another's place for some days.

    Everybody may name her own stand-in, a head those of her department, an administrator anybody's; nobody names
    herself for somebody else.

    :raises StandInRefused: saying why not
    """
    _require_registrar(by, absent)
    if absent.pk == deputy.pk:
        raise StandInRefused("자기 자신을 대결자로 정할 수 없습니다.")
    if deputy.user_id == by.pk:
        raise StandInRefused("스스로를 다른 사람의 대결자로 정할 수 없습니다.")
    if not deputy.is_active:
        raise StandInRefused("재직 중인 공무원만 대결자가 될 수 있습니다.")
    if ends_on < starts_on or ends_on < day_in_korea(now) or (ends_on - starts_on).days >= LONGEST_DAYS:
        raise StandInRefused(f"기간을 확인해 주세요. 한 번에 {LONGEST_DAYS}일까지 정할 수 있습니다.")
    if not reason.strip():
        raise StandInRefused("부재 사유를 적어 주세요.")
    return StandIn.objects.create(
        absent=absent, deputy=deputy, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()[:100], by=by, at=now
    )


@transaction.atomic
def end_stand_in(stand_in: StandIn, *, by: User, now: datetime) -> None:
    """
    Take a stand-in back; what was decided meanwhile stays decided.

    :raises StandInRefused: if it was taken back already, or it is not hers to say
    """
    _require_registrar(by, stand_in.absent)
    standing = StandIn.objects.filter(pk=stand_in.pk, revoked_at__isnull=True)
    if standing.update(revoked_at=now, revoked_by=by) != 1:
        raise StandInRefused("이미 거둔 위임입니다.")


def _require_registrar(by: User, absent: Official) -> None:
    official = official_of(by)
    if official is None or not any(
        (
            official.pk == absent.pk,
            official.has_role("administrator"),
            official.has_role("head") and official.department_id == absent.department_id,
        )
    ):
        raise StandInRefused("본인이나 소속 부서장, 관리자만 대결자를 정할 수 있습니다.")
