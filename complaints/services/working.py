"""The officer's work: on site, in review, asking for what is missing."""

from datetime import date, datetime

from django.db import transaction

from complaints.announcements import visit_words
from complaints.models import Complaint, StageChange, SupplementRequest
from complaints.services.holding import held
from complaints.services.stepping import NotAllowed, Told, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.core import privacy
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.fields import seal_for


class DateRefused(Refused):
    """A supplement cannot be due before it was asked for."""

    sentence = "보완 기한은 내일 이후여야 합니다."


@transaction.atomic
def inspect(
    complaint: Complaint, *, by: User, now: datetime, visit_at: datetime | None = None, version: int | None = None
) -> StageChange:
    """The officer goes and looks; a planned visit is told to the citizen."""
    told = Told(public=visit_words(visit_at) if visit_at else "")
    return take(complaint, "inspect", by=by, now=now, version=version, told=told)


@transaction.atomic
def review(complaint: Complaint, *, by: User, now: datetime, version: int | None = None) -> StageChange:
    """The officer studies the case."""
    return take(complaint, "review", by=by, now=now, version=version)


@transaction.atomic
def ask_supplement(
    complaint: Complaint, *, items: str, due_on: date, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    Ask the citizen for what is missing; the clock stands from this day on (시행령 §20).

    :raises NotAllowed: if there is no phone to ask
    :raises DateRefused: if the date is not after today
    """
    allowed_actor(step_named("ask_supplement"), complaint, by=by)
    if not complaint.phone:
        raise NotAllowed(step_named("ask_supplement"), complaint.stage, "연락처가 없어 보완을 요청할 수 없습니다.")
    if due_on <= day_in_korea(now):
        raise DateRefused
    change = take(
        complaint,
        "ask_supplement",
        by=by,
        now=now,
        version=version,
        given={"items": items, "due_on": due_on},
        changes={"stage_before": complaint.stage},
        told=Told(public=items, data={"due_on": due_on.isoformat()}),
    )
    SupplementRequest.objects.create(
        complaint=complaint,
        ordinal=complaint.supplements.count() + 1,
        items=items,
        due_on=due_on,
        asked_at=now,
    )
    return change


@transaction.atomic
def answer_supplement(
    complaint: Complaint, *, content: str, by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """The citizen supplements, by page, text or at the counter; the clock runs again after the arrival day."""
    text = privacy.mask_resident_numbers(content.strip())
    held(complaint.pk)  # before what belongs to it, as whoever ends the case does
    request = complaint.supplements.filter(ended_at=None).first()
    if request is not None and text:
        answer = seal_for(SupplementRequest, "answer_sealed", text, row=request.sealed_id)
        complaint.supplements.filter(pk=request.pk, ended_at=None).update(
            answered_at=now, ended_at=now, answer_sealed=answer
        )
    return take(
        complaint,
        "answer_supplement",
        by=by,
        now=now,
        version=version,
        given={"content": text},
        told=Told(public=text),
    )
