"""What citizens say about a case beside its steps, and what officials note for each other."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.models import Channel, Complaint, Note, Satisfaction, StageChange
from complaints.permissions import official_behind
from complaints.services import telling
from complaints.services.holding import held, held_with_lead
from complaints.services.stepping import Missing, Told, allowed_actor, take
from complaints.workflow import Actor, step_named
from messaging.queries import messages_with
from portal.accounts.models import User
from portal.core import privacy
from portal.core.errors import Refused

LONGEST_TEXT = 2000
SAID = ("write", "correct", "nudge", "refuse_extension")  # what raises the unread mark
LOW_SCORE = 2  # up to here the citizen is asked why
CHANGEABLE_FOR = timedelta(hours=24)


class NotAnOfficial(Refused):
    """Notes and the unread mark belong to officials."""

    sentence = "공무원만 할 수 있습니다."


class ScoreRefused(Refused):
    """Not a score from 1 to 5, or too late to change it."""

    sentence = gettext_noop("1점부터 5점까지 고를 수 있습니다.")


@transaction.atomic
def write(complaint: Complaint, *, text: str, by: User | None, now: datetime) -> StageChange:
    """
    A message from the citizen lands on the case and stays unread until an official has seen it.

    A merged case's message lands on the lead, out of sight of the lead's own complainant.
    """
    kept = privacy.mask_resident_numbers(text.strip()[:LONGEST_TEXT])
    own, target = held_with_lead(complaint.pk)
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
    fresh = held(complaint.pk)
    allowed_actor(step_named("rate"), fresh, by=by)
    known = fresh.satisfactions.filter(round=fresh.round).first()
    if known is not None and now > known.at + CHANGEABLE_FOR:
        raise ScoreRefused(_("점수는 하루 안에만 바꿀 수 있습니다."))
    before = known.score if known is not None else 0
    rating = known or Satisfaction(complaint=fresh, round=fresh.round, at=now)
    rating.score, rating.channel = score, Channel(channel)
    if comment.strip() or known is None:
        rating.comment = privacy.mask_resident_numbers(comment.strip()[:LONGEST_TEXT])
    was_low = known is not None and before <= LOW_SCORE
    rating.save()
    asks_why = score <= LOW_SCORE and not was_low and channel == Channel.SMS  # the page asks by itself
    data = {"score": score, "asks_why": asks_why}
    take(fresh, "rate", by=by, now=now, given={"score": score}, told=Told(data=data))
    complaint.refresh_from_db()
    return rating


@transaction.atomic
def explain_score(complaint: Complaint, *, comment: str, now: datetime) -> Satisfaction:
    """
    Why the score was low, in the citizen's words, beside it.

    :raises ScoreRefused: if there is no score of this round
    """
    fresh = held(complaint.pk)
    rating = fresh.satisfactions.filter(round=fresh.round).first()
    if rating is None:
        raise ScoreRefused
    rating.comment = privacy.mask_resident_numbers(comment.strip()[:LONGEST_TEXT])
    rating.save(update_fields=["comment_sealed"])
    return rating


@transaction.atomic
def ask_for_score(complaint: Complaint, *, now: datetime) -> None:
    """A number came that is no score: ask back, once in a round."""
    key = f"complaints.score_unclear:{complaint.pk}:{complaint.round}"
    if complaint.phone and not messages_with([key]):
        telling.ask_for_score(complaint, key=key, now=now)


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
    said = complaint.changes.filter(step__in=SAID, actor=Actor.CITIZEN, seq__gt=seen_version)
    newer = said.count()
    left = min(newer, complaint.unread_count)
    return Complaint.objects.filter(pk=complaint.pk, unread_count__gt=left).update(unread_count=left) == 1


def _check_official(complaint: Complaint, by: User) -> None:
    if official_behind(by) is None or not Complaint.objects.visible_to(by).filter(pk=complaint.pk).exists():
        raise NotAnOfficial
