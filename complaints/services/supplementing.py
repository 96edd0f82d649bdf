"""More time for a supplement: the citizen takes it, or the officer asks once more (시행령 §24, §25)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from complaints.deadlines import supplement_last_on
from complaints.models import Complaint, StageChange, SupplementRequest
from complaints.services.stepping import NotAllowed, Told, TooMany, allowed_actor, take
from complaints.services.working import DateRefused
from complaints.workflow import Stage, step_named
from messaging.models import MessageStatus
from messaging.queries import messages_about
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.workdays import start_of

MOST_EXTENSIONS = 2
ASKED_AGAIN_FOR = timedelta(days=10)


class NotYet(Refused):
    """The citizen still has time."""

    sentence = "보완 기한이 지난 뒤에 다시 요청할 수 있습니다."


@transaction.atomic
def extend_supplement(
    complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """
    The citizen needs more time: as long again as was given first, at most twice.

    :raises TooMany: the third time, or after the last day
    """
    allowed_actor(step_named("extend_supplement"), complaint, by=by)
    request = _open_request(complaint, "extend_supplement")
    if request.extended_count >= MOST_EXTENSIONS:
        raise TooMany(
            _("보완 기한은 %(most_extensions)s번까지 늘릴 수 있습니다. 담당자에게 문의해 주세요.")
            % {"most_extensions": MOST_EXTENSIONS}
        )
    if day_in_korea(now) > request.due_on:
        raise TooMany(_("보완 기한이 지나 늘릴 수 없습니다. 담당자에게 문의해 주세요."))
    due_on = _as_long_again(complaint, request)
    change = take(
        complaint,
        "extend_supplement",
        by=by,
        now=now,
        version=version,
        told=Told(public=request.items, data={"due_on": due_on.isoformat()}),
    )
    complaint.supplements.filter(pk=request.pk).update(due_on=due_on, extended_count=F("extended_count") + 1)
    return change


@transaction.atomic
def ask_again(
    complaint: Complaint, *, due_on: date, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    Nothing came: ask once more, with ten days at most. The clock stands all the while.

    :raises NotYet: before the first date has passed
    :raises DateRefused: if the new date is not after today, or more than ten days away
    :raises TooMany: the second time
    """
    allowed_actor(step_named("ask_again"), complaint, by=by)
    request = _open_request(complaint, "ask_again")
    today = day_in_korea(now)
    if today <= request.due_on:
        raise NotYet
    if _was_asked_again(complaint):
        raise TooMany("보완은 한 번만 다시 요청할 수 있습니다.")
    if not today < due_on <= today + ASKED_AGAIN_FOR:
        raise DateRefused(f"다시 정하는 기한은 내일부터 {ASKED_AGAIN_FOR.days}일 안이어야 합니다.")
    change = take(
        complaint,
        "ask_again",
        by=by,
        now=now,
        version=version,
        given={"due_on": due_on},
        told=Told(public=request.items, data={"due_on": due_on.isoformat()}),
    )
    complaint.supplements.filter(pk=request.pk).update(due_on=due_on)
    return change


@transaction.atomic
def note_bounces(complaint: Complaint) -> int:
    """How many texts about the supplement that is awaited reached nobody; counted anew, so twice is harmless."""
    request = complaint.supplements.filter(ended_at=None).first()
    if request is None:
        return 0
    about = messages_about(complaint.number).filter(topic="complaints.supplement", created_at__gte=request.asked_at)
    count: int = about.filter(status=MessageStatus.FAILED).count()
    complaint.supplements.filter(pk=request.pk).update(bounced_count=count)
    return count


def _open_request(complaint: Complaint, step: str) -> SupplementRequest:
    request = complaint.supplements.filter(ended_at=None).first()
    if request is None:
        raise NotAllowed(step_named(step), complaint.stage)
    return request


def _as_long_again(complaint: Complaint, request: SupplementRequest) -> date:
    """The days given first, from the present last day on; a holiday rolls (민법 §161)."""
    first = complaint.changes.filter(step="ask_supplement", after=Stage.SUPPLEMENTING).order_by("-seq").first()
    given_until = date.fromisoformat(str(first.data["due_on"])) if first else request.due_on
    days = max((given_until - day_in_korea(request.asked_at)).days, 1)
    return supplement_last_on(calendar(), start_of(request.due_on), days)


def _was_asked_again(complaint: Complaint) -> bool:
    """Since the supplement that is awaited was asked for."""
    steps = complaint.changes.filter(step__in=("ask_supplement", "ask_again")).order_by("-seq")
    return steps.values_list("step", flat=True).first() == "ask_again"
