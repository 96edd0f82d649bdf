"""Following up on silence: the next step for whoever has not answered or opened at this very moment, and no other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging import services as messaging
from messaging.models import Message, Reply
from messaging.understanding import Reading
from notices import keys, ladders
from notices.ladders import ASK, DELIVER, UNANSWERED, UNDELIVERED, UNOPENED, Rung, after_quiet
from notices.models import Bill, Campaign, LadderStep, Recipient
from notices.services.asking import WAVE, remind
from notices.services.conveying import convey
from notices.services.laddering import ladder_of
from notices.services.opening import record_opening
from notices.services.sending import ON_A_LIST, take_again
from notices.services.steps import move, note
from portal.accounts.queries import calendar
from portal.core.workdays import Calendar, in_korea

UNOPENED_AFTER = timedelta(days=7)  # where only an opening is service, and neither a date nor a letter ends the waiting
R = Recipient.State
C = Campaign.State
_SILENCES = {
    C.ASKING: ((ASK, UNANSWERED),),
    C.SENDING: ((DELIVER, UNOPENED), (DELIVER, UNDELIVERED)),
    C.FOLLOWING: ((DELIVER, UNOPENED), (DELIVER, UNDELIVERED)),
}
_UNDER_WAY = (R.QUEUED, R.SENT, R.DELIVERED, R.UNDELIVERED)


@transaction.atomic
def escalate(campaign: Campaign, *, now: datetime) -> int:
    """Take one step of the ladder that is due for somebody, for at most one wave; returns for how many."""
    if campaign.state not in _SILENCES:
        return 0
    rungs = ladder_of(campaign)
    days = calendar() if any(rung.counts_working_days for rung in rungs) else Calendar(())
    for phase, silence in _SILENCES[C(campaign.state)]:
        for done in (rung.position for rung in rungs if rung.phase == phase):
            rung = ladders.step_after(rungs, phase=phase, done=done, silence=silence)
            people = _due(campaign, rungs, rung, done, silence, days, now) if rung else []
            if rung and people:
                _take(campaign, rungs, rung, people, silence, now)
                return len(people)
    return _remind_of_bills(campaign, rungs, now)


def _due(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, done: int, silence: str, days: Calendar, now: datetime
) -> list[Recipient]:
    """Who took the step before long enough ago and is still silent; the lock makes the database look once more."""
    hours = ladders.gap_hours(rungs, rung, done=done)
    limit = ladders.cutoff(hours, counts_working_days=rung.counts_working_days, now=now, calendar=days)
    people = Recipient.objects.filter(campaign=campaign, ladder_step=done, ladder_at__lte=limit)
    if silence == UNANSWERED:
        asked = Q(ladder_step=done, ladder_at__lte=limit)
        if done == 1:
            asked |= Q(ladder_step=0, asked_at__lte=limit)
        people = Recipient.objects.filter(asked, campaign=campaign, state=R.ASKING)
        people = people.filter(needs_triage=False, ask_closes_at__gt=now)
    elif silence == UNDELIVERED:
        people = people.filter(state=R.UNDELIVERED).exclude(paper_item__state__in=ON_A_LIST)
        people = people.none() if rung.is_paper else people
    elif rung.is_paper:
        is_opening_needed = campaign.effect == Campaign.Effect.OPENED
        people = people.filter(state=R.DELIVERED, opened_at=None) if is_opening_needed else people.none()
    else:
        people = people.filter(state__in=[R.SENT, R.DELIVERED], opened_at=None)
    return list(_unsettled(people).select_for_update(no_key=True, of=("self",)).order_by("pk")[:WAVE])


def _unsettled(people: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Without those who have paid, or object to, everything they were billed for."""
    bills = Bill.objects.filter(recipient=OuterRef("pk"))
    return people.exclude(Exists(bills) & ~Exists(bills.filter(status=Bill.Status.OPEN)))


def _take(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, people: list[Recipient], silence: str, now: datetime
) -> None:
    if silence == UNDELIVERED:
        take_again(campaign, rungs, rung, people, now=now)
        return
    if rung.is_paper:
        facts: dict[str, Any] = {"ladder_step": rung.position, "ladder_at": now}
        move(people, R.UNOPENED, cause="unopened", now=now, reason="unopened", **facts)
        return
    _stand_on(rung, people, now)
    if silence == UNANSWERED:
        remind(campaign, people, position=rung.position, now=now)
    else:
        convey(campaign, rungs, rung, people, now=now)


def _stand_on(rung: Rung, people: list[Recipient], now: datetime) -> None:
    """Remember the step; written down for each, because 행정절차법 제14조 asks when and how she was told."""
    pks = [one.pk for one in people]
    Recipient.objects.filter(pk__in=pks).update(ladder_step=rung.position, ladder_at=after_quiet(now))
    note(people, cause=f"step:{rung.position}", text=LadderStep.Channel(rung.channel).label, now=now)


def _remind_of_bills(campaign: Campaign, rungs: Sequence[Rung], now: datetime) -> int:
    """So long before the day a bill is due, whoever has not paid it, whether or not she has opened it."""
    rung = next((one for one in rungs if one.is_before_due), None)
    if rung is None or campaign.state == C.ASKING or after_quiet(now) > now:
        return 0
    today, last = in_korea(now).date(), in_korea(now - timedelta(hours=rung.wait_hours)).date()
    open_bills = Bill.objects.filter(recipient=OuterRef("pk"), status=Bill.Status.OPEN)
    due_soon = open_bills.filter(due_on__gte=today, due_on__lte=last)
    people = Recipient.objects.filter(
        Exists(due_soon),
        campaign=campaign,
        state__in=[R.SENT, R.DELIVERED, R.OPENED],
        ladder_step__lt=rung.position,
    )
    wave = list(people.select_for_update(no_key=True, of=("self",)).order_by("pk")[:WAVE])
    if wave:
        _stand_on(rung, wave, now)
        convey(campaign, rungs, rung, wave, now=now)
    return len(wave)


@transaction.atomic
def expire_unopened(campaign: Campaign, *, now: datetime) -> int:
    """After the last day to open, whoever has not opened hers has not been served: she gets a letter."""
    if campaign.effect != Campaign.Effect.OPENED or campaign.state not in (C.FOLLOWING, C.CANCELLED):
        return 0
    unopened = Recipient.objects.filter(campaign=campaign, state=R.DELIVERED, opened_at=None)
    if campaign.unopened_until is None:
        has_letter = campaign.state == C.FOLLOWING and any(rung.is_paper for rung in ladder_of(campaign))
        unopened = unopened.none() if has_letter else unopened.filter(delivered_at__lte=now - UNOPENED_AFTER)
    elif now < campaign.unopened_until:
        return 0
    people = list(unopened.select_for_update(no_key=True, of=("self",)).order_by("pk")[:WAVE])
    move(people, R.UNOPENED, cause="unopened", now=now, reason="unopened")
    return len(people)


def pointless(messages: Sequence[Message]) -> set[int]:
    """Those reminders, about to leave, whose recipients have opened, answered, paid or refused a moment ago."""
    later = [(message.pk, keys.parse(message.key)) for message in messages if keys.is_ours(message.key)]
    later = [(pk, key) for pk, key in later if key.position > 1 or key.phase == keys.REMIND]
    people = Recipient.objects.in_bulk({key.recipient_id for _, key in later})
    unsettled = set(_unsettled(Recipient.objects.filter(pk__in=people)).values_list("pk", flat=True))
    due = LadderStep.objects.filter(campaign__in={key.campaign_id for _, key in later}, condition=ladders.UNPAID)
    of_bills = {(one.campaign_id, one.phase, one.position) for one in due}
    found = set()
    for pk, key in later:
        recipient = people.get(key.recipient_id)
        is_of_bill = (key.campaign_id, key.phase, key.position) in of_bills
        is_wanted = recipient is not None and _is_silent(recipient, key, is_of_bill=is_of_bill)
        if not is_wanted or key.recipient_id not in unsettled:
            found.add(pk)
    return found


def _is_silent(recipient: Recipient, key: keys.MessageKey, *, is_of_bill: bool) -> bool:
    if key.phase == keys.REMIND:
        return recipient.state == R.ASKING
    if key.phase != keys.DELIVER:
        return True
    if is_of_bill:
        return recipient.state in (*_UNDER_WAY, R.OPENED)
    return recipient.state in _UNDER_WAY and recipient.opened_at is None


def record_confirmation(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """ "확인" to a reminder says that she has seen her notice. Anything else is for an official to read."""
    label = reading.label if reading is not None else ""
    if label == "opt_out":
        return  # messaging has written it down
    if message is None or label != "choice":
        messaging.leave_to_officials(reply=reply)
        return
    recipient = Recipient.objects.get(pk=keys.parse(message.key).recipient_id)
    record_opening(recipient, factor="reply", evidence=f"reply:{reply.pk}", now=now)
