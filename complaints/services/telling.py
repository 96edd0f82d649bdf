"""Sends what `announcements` decided: in the same transaction, once per happening and hearer."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from complaints.announcements import (
    COLLAPSING_STEPS,
    FOLLOWED,
    OF_MERGED,
    Announcement,
    announcement,
    link_of,
    news_for_follower,
    template_for,
    words,
)
from complaints.models import Complaint, Follower, StageChange
from messaging import services as messaging
from messaging.models import MessageStatus
from messaging.queries import messages_with
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who is told: her phone, the case she knows it by, and in which capacity she hears it."""

    phone: str
    case: Complaint
    audience: str
    news: Announcement


def tell(change: StageChange, complaint: Complaint, *, by: User | None, now: datetime) -> None:
    """
    Queue the texts of one happening for everybody who follows the case and left a phone number.

    One phone hears a happening once, as whoever it is first: complainant, merged complainant, follower.
    """
    if not template_for(change, complaint):
        return
    heard: set[str] = set()
    for hearer in _hearers(change, complaint):
        if hearer.phone in heard:
            continue
        heard.add(hearer.phone)
        if hearer.news.collapses or change.before != change.after:  # an echo or a new date says nothing of the stage
            _overtake(change, hearer.audience, by=by, now=now)
        _send(hearer.news, hearer.phone, hearer.case, key=_key(change.pk, hearer.audience), by=by, now=now)


def tell_old_phone(change: StageChange, complaint: Complaint, phone: str, *, by: User | None, now: datetime) -> None:
    """Whoever had the case on this number hears that another number has it now."""
    news = Announcement(
        template="complaints.phone_changed",
        context=words("phone_changed", change, complaint, hearer=complaint),
        topic="complaints.stage",
    )
    _send(news, phone, complaint, key=_key(change.pk, "old_phone"), by=by, now=now)


def ask_for_score(complaint: Complaint, *, key: str, now: datetime) -> None:
    """Which of the five scores was meant?"""
    news = Announcement(
        template="complaints.score_unclear",
        context={"번호": complaint.number, "진행주소": link_of(complaint)},
        topic="complaints.satisfaction",
    )
    _send(news, complaint.phone, complaint, key=key, by=None, now=now)


def _send(news: Announcement, phone: str, case: Complaint, *, key: str, by: User | None, now: datetime) -> None:
    messaging.send(
        to=phone,
        template=news.template,
        context=news.context,
        topic=news.topic,
        reference=case.number,
        key=key,
        by=by,
        department=case.department,
        now=now,
        due_at=now + settings.COMPLAINTS_COLLAPSE if news.collapses else None,
        reply_for=news.reply_for,
    )


def _hearers(change: StageChange, complaint: Complaint) -> Iterator[Hearer]:
    """The complainant, those whose own cases were merged into this one, and who asked to hear of any of them."""
    if complaint.phone:
        yield Hearer(complaint.phone, complaint, "citizen", announcement(change, complaint, hearer=complaint))
    name = template_for(change, complaint)
    if name not in OF_MERGED:
        return
    merged = list(complaint.merged_cases.select_related("department").order_by("pk"))
    for case in merged:
        if case.phone:
            yield Hearer(case.phone, case, f"merged:{case.pk}", announcement(change, complaint, hearer=case))
    if name not in FOLLOWED:
        return
    followers = Follower.objects.filter(complaint__in=[complaint, *merged], ended_at=None).exclude(phone_sealed=b"")
    for follower in followers.order_by("pk"):
        news = news_for_follower(change, complaint)
        yield Hearer(follower.phone, complaint, f"follower:{follower.pk}", news)


def _overtake(change: StageChange, audience: str, *, by: User | None, now: datetime) -> None:
    """Cancel what an earlier stage has queued and no carrier has yet: the newer text says more."""
    earlier = StageChange.objects.filter(
        complaint=change.complaint_id,
        seq__lt=change.seq,
        step__in=COLLAPSING_STEPS,
        at__gt=now - settings.COMPLAINTS_COLLAPSE,
    )
    keys = [_key(pk, audience) for pk in earlier.values_list("pk", flat=True)]
    for message in messages_with(keys).values():
        if message.status == MessageStatus.QUEUED:
            with suppress(messaging.AlreadyLeft):  # a drain was quicker: the citizen reads both
                messaging.cancel(message=message, by=by, now=now)


def _key(change_id: int, audience: str) -> str:
    return f"complaints.stage:{change_id}:{audience}"
