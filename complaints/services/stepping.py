"""The one way a complaint moves: a conditional update, a line in the book, a message. One transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from complaints.models import Complaint, Outcome, StageChange
from complaints.permissions import actor_for
from complaints.services import clocks, telling, voiding
from complaints.workflow import NEEDS, Actor, Sign, Stage, Step, Tick, step_named
from portal.accounts.models import User
from portal.approvals.models import Approval
from portal.core.errors import Refused
from portal.core.fields import seal_for, sealed_text
from portal.core.hangul import josa


class NotAllowed(Refused):
    """The table has no such step from this stage, or not for this person."""

    def __init__(self, step: Step, stage: str, sentence: str = "") -> None:
        self.step, self.stage = step, stage
        label = Stage(stage).label if stage else "신청"
        super().__init__(sentence or f"‘{label}’ 단계에서는 {josa(f'‘{step.label}’', '을/를')} 할 수 없습니다.")


class Stale(Refused):
    """Somebody else changed the complaint meanwhile. `changes` is what happened since it was read."""

    sentence = gettext_noop(
        "그사이 다른 처리가 있었습니다. 바뀐 내용을 확인하고 다시 해 주세요. 쓰신 글은 그대로 있습니다."
    )

    def __init__(self, changes: list[StageChange]) -> None:
        self.changes = changes
        super().__init__()


class Missing(Refused):
    """Something the step needs was not given; `field` is its name in `workflow.NEEDS`."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{josa(NEEDS[field], '을/를')} 입력해 주세요.")


class TooMany(Refused):
    """A limit of the law or of fairness is reached."""


class SignatureNeeded(Refused):
    """The step needs a second signature: it is proposed, and taken when it is approved."""

    sentence = "결재가 필요한 처리입니다. 결재를 올려 주세요."


@dataclass(frozen=True, slots=True)
class Told:
    """What a step writes into the book beside itself."""

    public: str = ""
    internal: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Told()


def take(
    complaint: Complaint,
    name: str,
    *,
    by: User | None,
    now: datetime,
    given: Mapping[str, object] | None = None,
    changes: Mapping[str, object] | None = None,
    told: Told = NOTHING,
    version: int | None = None,
    otherwise: bool = False,
    approval: Approval | None = None,
    tells: bool = True,
) -> StageChange:
    """
    Take one step of `workflow.STEPS`: check, update, write it down, tell the citizen.

    The update happens only if stage and version are still the ones that were read, so of two people who press at once
    one loses. `version` is the one an official's form was opened with. The complaint is refreshed. `otherwise`: the
    step leads to its `or_to`. `approval`: the decision that signed it; any other step voids one that waits. `tells`:
    False where another step follows at once, whose text would overtake this one's.

    :raises Stale: if the complaint changed since it was read
    :raises NotAllowed: if the table does not allow the step from this stage, or not to `by`
    :raises Missing: if something the step needs is empty
    :raises SignatureNeeded: if the step needs a second signature and has none
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a step is taken inside a service's transaction")
    step, before = step_named(name), complaint.stage
    if version is not None and version != complaint.version:
        raise stale(complaint, since=version)
    actor = allowed_actor(step, complaint, by=by)
    _check_needs(step, given or {})
    if approval is not None:
        told = _signed(told, approval, complaint)
    elif needs_signature(step, complaint, given or {}):
        raise SignatureNeeded
    else:
        voiding.void_if_touched(complaint, step, by=by, now=now)
    after = step.or_to if otherwise and step.or_to else step.after(before, complaint.stage_before)
    given_up = {"stage_before": ""} if before == Stage.SUPPLEMENTING != after else {}
    values: dict[str, object] = {
        "stage": after,
        "version": complaint.version + 1,
        **given_up,
        **clocks.ticked(complaint, step.tick, now=now, changes=changes or {}),
        **(changes or {}),
    }
    _update(complaint, values)
    if given_up:
        complaint.supplements.filter(ended_at=None).update(ended_at=now)
    if step.tick is Tick.STOP:
        clocks.stop_exclusions(complaint, now=now)
    change = write_down(complaint, step, actor=actor, before=before, by=by, now=now, told=told)
    if tells:
        telling.tell(change, complaint, by=by, now=now)
    return change


def allowed_actor(step: Step, complaint: Complaint, *, by: User | None) -> Actor:
    """
    In which capacity `by` takes the step.

    :raises NotAllowed: if not at all
    """
    if not step.allows(complaint.stage):
        raise NotAllowed(step, complaint.stage)
    actor = actor_for(step, complaint, by)
    if actor is None:
        people = "·".join(one.label for one in Actor if one in step.who and one != Actor.SYSTEM)
        raise NotAllowed(step, complaint.stage, f"{josa(f'‘{step.label}’', '은/는')} {people}만 할 수 있습니다.")
    return actor


def needs_signature(step: Step, complaint: Complaint, given: Mapping[str, object]) -> bool:
    """Whether somebody else must sign: always, or for a refusal and where the category says so."""
    if step.sign is not Sign.PARTLY:
        return step.sign is Sign.ALWAYS
    by_category = complaint.category is not None and complaint.category.requires_approval
    return by_category or given.get("outcome") == Outcome.REFUSED


def _signed(told: Told, approval: Approval, complaint: Complaint) -> Told:
    """The book names the approval; one about something else signs nothing."""
    is_about_it = (approval.subject, approval.reference) == (voiding.SUBJECT, complaint.number)
    if not is_about_it or approval.state != Approval.State.APPROVED:
        raise SignatureNeeded
    return replace(told, data={**told.data, "approval": approval.pk})


def stale(complaint: Complaint, *, since: int) -> Stale:
    """The refusal that shows what happened since a version."""
    return Stale(list(complaint.changes.filter(seq__gt=since).order_by("seq")))


def _check_needs(step: Step, given: Mapping[str, object]) -> None:
    for need in step.needs:
        value = given.get(need)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Missing(need)


def _update(complaint: Complaint, values: Mapping[str, object]) -> None:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(getattr(Complaint, name, None), sealed_text):
            columns[f"{name}_sealed"] = seal_for(Complaint, f"{name}_sealed", str(value), row=complaint.sealed_id)
        else:
            columns[name] = value
    read = Complaint.objects.filter(pk=complaint.pk, stage=complaint.stage, version=complaint.version)
    if read.update(**columns) != 1:
        raise stale(complaint, since=complaint.version)
    complaint.refresh_from_db(from_queryset=Complaint.objects.select_related("category", "department", "officer"))


def write_down(
    complaint: Complaint,
    step: Step,
    *,
    actor: Actor,
    before: str,
    by: User | None,
    now: datetime,
    told: Told = NOTHING,
) -> StageChange:
    """Add a line to the book of a complaint that has just changed."""
    officer = complaint.officer
    return StageChange.objects.create(
        complaint=complaint,
        seq=complaint.version,
        step=step.name,
        before=before,
        after=complaint.stage,
        actor=actor,
        by=by,
        at=now,
        public_text=told.public,
        internal_text=told.internal,
        department_name=complaint.department.name if complaint.department else "",
        officer_name=officer.display_name if officer else "",
        officer_phone=officer.office_phone if officer else "",
        data=dict(told.data),
    )
