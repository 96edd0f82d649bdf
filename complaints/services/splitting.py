"""나누기 (복합민원): one text, several departments. The parent waits for its parts; the citizen sees them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from complaints import numbers
from complaints.models import Assignment, Category, Complaint
from complaints.searching import grams_of
from complaints.services import placing
from complaints.services.filing import LONGEST_BODY, TooLong, next_serial
from complaints.services.handing import Why
from complaints.services.stepping import Missing, NotAllowed, Told, TooMany, allowed_actor, stale, take, write_down
from complaints.workflow import Actor, step_named
from portal.accounts.models import Department, User
from portal.core import privacy

MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What one department is asked: the words that concern it, and whose case that is."""

    text: str
    department: Department
    category: Category | None = None


@transaction.atomic
def split(
    complaint: Complaint, *, parts: Sequence[Part], by: User, now: datetime, version: int | None = None
) -> list[Complaint]:
    """
    Give parts of a complaint to other departments as cases of their own, counted from the day this one was received.

    :raises NotAllowed: if the complaint is a part itself
    :raises TooMany: beyond ten parts
    :raises Missing: without parts, or for one without words
    """
    step = step_named("split")
    if version is not None and version != complaint.version:
        raise stale(complaint, since=version)
    allowed_actor(step, complaint, by=by)
    if complaint.parent_id is not None:
        raise NotAllowed(step, complaint.stage, "나눈 민원은 다시 나눌 수 없습니다.")
    if complaint.parts.count() + len(parts) > MOST_PARTS:
        raise TooMany(f"한 민원은 {MOST_PARTS}건까지 나눌 수 있습니다.")
    if not parts or not all(part.text.strip() for part in parts):
        raise Missing("parts")
    if any(len(part.text) > LONGEST_BODY for part in parts):
        raise TooLong
    children = [_filed(complaint, part, now=now) for part in parts]
    take(
        complaint,
        "split",
        by=by,
        now=now,
        version=version,
        given={"parts": children},
        told=Told(data={"count": len(children), "numbers": [child.number for child in children]}),
    )
    for child, part in zip(children, parts, strict=True):
        _send(child, part, parent=complaint, by=by, now=now)
    return children


def _filed(parent: Complaint, part: Part, *, now: datetime) -> Complaint:
    """The part as a case of its own, from the same citizen and about the same place."""
    sealed_id = uuid4()
    body = privacy.mask_resident_numbers(part.text.strip())
    child = Complaint(
        sealed_id=sealed_id,
        number=numbers.number_of(now, next_serial()),
        token_hash=numbers.hash_of(numbers.token_of(sealed_id, 1)),
        intake_key=uuid4(),
        parent=parent,
        kind=parent.kind,
        channel=parent.channel,
        category=part.category,
        priority=parent.priority,
        citizen=parent.citizen,
        name=parent.name,
        phone=parent.phone,
        phone_index=parent.phone_index,
        body=body,
        search_grams=grams_of(body, parent.address),
        lat=parent.lat,
        lon=parent.lon,
        dong_id=parent.dong_id,
        address=parent.address,
        address_detail=parent.address_detail,
        location_source=parent.location_source,
        submitted_at=parent.submitted_at,
        receive_by_at=parent.receive_by_at,
    )
    child.save(force_insert=True)
    child.refresh_from_db()
    return child


def _send(child: Complaint, part: Part, *, parent: Complaint, by: User, now: datetime) -> None:
    """Received when the parent was, so that no clock starts anew; then on to its department."""
    received_at = parent.received_at or now
    write_down(child, step_named("file"), actor=Actor.SYSTEM, before="", by=by, now=parent.submitted_at)
    take(child, "receive", by=None, now=received_at)
    why = Why(Assignment.Reason.MANUAL, f"민원 {parent.number}에서 나누었습니다.")
    direction = placing.Direction(category=part.category, department=part.department, priority=child.priority, why=why)
    placing.send_on(child, direction, now=now)
