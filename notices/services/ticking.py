"""What is due: found by looking at the rows, as often and by as many as you like."""

import time
from dataclasses import dataclass
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from notices.models import Campaign
from notices.services.asking import CannotSend, ask_consent, close_asking
from notices.services.closing import hold
from notices.services.consents import use_standing_consents
from notices.services.following import escalate, expire_unopened
from notices.services.guarding import leave_out_late, stop, stop_if_wrong
from notices.services.mailing import list_letters
from notices.services.purging import purge_due
from notices.services.reasking import ask_identity_again
from notices.services.sending import follow, queue_notices
from notices.services.steps import lock_campaign
from notices.services.waving import FirstWaveFailed
from portal.core.workdays import CalendarMissing

C = Campaign.State
_log = structlog.get_logger(__name__)
MOST_WAVES = 12  # of 5,000 people: everybody of a large campaign in one tick
TICK_SECONDS = 60  # then the next tick goes on: a task that lasts too long is interrupted anywhere


@dataclass
class Ticked:
    """What one run of the tick did."""

    campaigns: int = 0
    advanced: int = 0
    queued: int = 0
    paused: int = 0
    seconds: float = 0.0


def run_campaigns(*, now: datetime, campaign_id: int | None = None) -> Ticked:
    """Do every due step of every running campaign; a campaign that another tick works on is left to it."""
    started = time.monotonic()
    done = Ticked()
    running = Campaign.objects.filter(state__in=[C.ASKING, C.ASKED, C.SENDING, C.FOLLOWING, C.CANCELLED])
    if campaign_id is not None:
        running = running.filter(pk=campaign_id)
    for pk in list(running.order_by("pk").values_list("pk", flat=True)):
        _tick_safely(pk, now, done)
    done.advanced += purge_due(now=now)
    _squash_counts()
    done.seconds = round(time.monotonic() - started, 3)
    return done


def _tick_safely(campaign_id: int, now: datetime, done: Ticked) -> None:
    try:
        _tick(campaign_id, now, done)
    except FirstWaveFailed as refused:
        stop(Campaign.objects.get(pk=campaign_id), reason=refused.sentence, now=now)
        done.paused += 1
    except (CannotSend, CalendarMissing) as refused:
        hold(campaign_id, reason=refused.sentence, now=now)
        done.paused += 1
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001  (the loop's edge: one campaign's trouble must not stop the others)
        _log.exception("campaign_tick_failed", campaign=campaign_id)


def _tick(campaign_id: int, now: datetime, done: Ticked) -> None:
    until = time.monotonic() + TICK_SECONDS
    for wave in range(MOST_WAVES):
        with transaction.atomic():
            if not lock_campaign(campaign_id):
                return
            campaign = Campaign.objects.select_related("department", "officer").get(pk=campaign_id)
            done.campaigns += wave == 0
            if campaign.paused_at is not None:
                done.paused += 1
                return
            if wave == 0 and stop_if_wrong(campaign, now=now):
                done.paused += 1
                return
            before = campaign.state
            queued = _next_wave(campaign, now)
            done.queued += queued
            done.advanced += campaign.state != before
        if not queued or time.monotonic() > until:
            return


def _next_wave(campaign: Campaign, now: datetime) -> int:
    if campaign.state == C.ASKING and now >= campaign.answers_until:
        close_asking(campaign, by=None, now=now)
        return 0
    if campaign.state == C.ASKING:
        return ask_consent(campaign, now=now) or escalate(campaign, now=now)
    use_standing_consents(campaign, now=now)
    ask_identity_again(campaign, now=now)
    leave_out_late(campaign, now=now)
    queued = queue_notices(campaign, now=now) or escalate(campaign, now=now)
    if not queued and campaign.state in (C.SENDING, C.FOLLOWING, C.CANCELLED):
        follow(campaign, now=now)
        queued = expire_unopened(campaign, now=now)
    if campaign.state in (C.FOLLOWING, C.CANCELLED):
        list_letters(campaign, now=now)
    return queued


MOST_DELTAS = 200  # of one campaign, before they are added up
_SQUASH = """
    with gone as (delete from notices_count where campaign_id = %s returning metric, delta)
    insert into notices_count (campaign_id, metric, delta)
    select %s, metric, sum(delta) from gone group by metric having sum(delta) <> 0
"""


def _squash_counts() -> None:
    """Add appended deltas up, in one statement each: readers see the old rows or the sum, never both."""
    with connection.cursor() as cursor:
        cursor.execute("select campaign_id from notices_count group by campaign_id having count(*) > %s", [MOST_DELTAS])
        for (campaign_id,) in cursor.fetchall():
            cursor.execute(_SQUASH, [campaign_id, campaign_id])
