"""What citizens say about a case beside its steps, and what officials note for each other."""

from datetime import datetime, timedelta

from django.db import transaction

from complaints.models import Channel, Complaint, Note, Satisfaction, StageChange
from complaints.permissions import official_behind
from complaints.services.stepping import Missing, Told, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.core import privacy
from portal.core.errors import Refused

LONGEST_TEXT = 2000
CHANGEABLE_FOR = timedelta(hours=24)


class NotAnOfficial(Refused):
    """Notes and the unread mark belong to officials."""

    sentence = "공무원만 할 수 있습니다."


class ScoreRefused(Refused):
    """Not a score from 1 to 5, or too late to change it."""

    sentence = "1점부터 5점까지 고를 수 있습니다."


@transaction.atomic
def write(complaint: Complaint, *, text: str, by: User | None, now: datetime) -> StageChange:
    """
    A message from the citizen lands on the case and stays unread until an official has seen it.

    A merged case's message lands on the lead, out of sight of the lead's own complainant.
    """
    kept = privacy.mask_resident_numbers(text.strip()[:LONGEST_TEXT])
    own = _locked(complaint)
    target = _locked(own.lead) if own.lead else own
    crosses = target.pk != own.pk
    change = take(
        target,
        "write",
        by=None if crosses else by,
        now=now,
        given={"text": kept},
        changes={"unread_count": target.unread_count + 1},
        told=Told(internal=kept, data={"number": own.number}) if crosses else Told(public=kept),
    )
    complaint.refresh_from_db()
    return change


@transaction.atomic
def rate(
    complaint: Complaint,
    *,
    score: int,
    comment: str = "",
    channel: str = Channel.WEB,
    by: User | None,
    now: datetime,
) -> Satisfaction:
    """
    The citizen scores an answer from 1 to 5, once per round; it may be changed for a day.

    :raises ScoreRefused: for another number, or a change that comes too late
    """
    if not 1 <= score <= 5:
        raise ScoreRefused
    fresh = _locked(complaint)
    allowed_actor(step_named("rate"), fresh, by=by)
    known = fresh.satisfactions.filter(round=fresh.round).first()
    if known is not None and now > known.at + CHANGEABLE_FOR:
        raise ScoreRefused("점수는 하루 안에만 바꿀 수 있습니다.")
    rating = known or Satisfaction(complaint=fresh, round=fresh.round, at=now)
    rating.score, rating.channel = score, Channel(channel)
    rating.comment = privacy.mask_resident_numbers(comment.strip()[:LONGEST_TEXT])
    rating.save()
    take(fresh, "rate", by=by, now=now, given={"score": score}, told=Told(data={"score": score}))
    complaint.refresh_from_db()
    return rating


@transaction.atomic
def note(complaint: Complaint, *, text: str, by: User, now: datetime) -> Note:
    """
    Write an internal note. Whoever may see the case may write one.

    :raises NotAnOfficial: for anybody else
    :raises Missing: if it is empty
    """
    _check_official(complaint, by)
    if not text.strip():
        raise Missing("text")
    return Note.objects.create(complaint=complaint, by=by, text=privacy.mask_resident_numbers(text.strip()), at=now)


@transaction.atomic
def mark_read(complaint: Complaint, *, by: User, seen_version: int) -> bool:
    """
    The official has read the citizen's messages up to a version of the case; a newer one stays unread.

    :raises NotAnOfficial: for anybody else
    """
    _check_official(complaint, by)
    newer = complaint.changes.filter(step="write", seq__gt=seen_version).count()
    left = min(newer, complaint.unread_count)
    return Complaint.objects.filter(pk=complaint.pk, unread_count__gt=left).update(unread_count=left) == 1


def _check_official(complaint: Complaint, by: User) -> None:
    if official_behind(by) is None or not Complaint.objects.visible_to(by).filter(pk=complaint.pk).exists():
        raise NotAnOfficial


def _locked(complaint: Complaint) -> Complaint:
    """The row as it is now, held until the end: what a citizen says must never lose against an official's click."""
    return Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
