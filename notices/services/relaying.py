"""The certified relay: a document handed over once, asked about when nobody answered, its certificate kept."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from celery import signature
from django.db import transaction
from django.db.models import F, QuerySet

from messaging.carriers.base import CarrierError, HookRequest, NotFound, NotSent, StillUnknown
from messaging.queries import database_clock
from notices.models import Campaign, Notice, Opening, Recipient, RelayDelivery, RelayEvent
from notices.relay import registry
from notices.relay.base import Refused, RelayFacts, RelayIdentity, RelayRef
from notices.relay.identity import KEPT_AS
from notices.services import showing
from notices.services.opening import record_opening
from notices.services.steps import locked, move
from notices.workflow import may_move
from portal.core.bells import ring

OPENS_FOR = timedelta(days=7)
LEASE = timedelta(seconds=120)  # longer than the longest call of a plug
NOT_SENT_PAUSE = timedelta(seconds=30)
ASK_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
ASK_ANYWAY = timedelta(hours=6)  # news can get lost: whoever is not opened yet is asked about now and then
BELIEVED_AFTER, MISSES_NEEDED = timedelta(minutes=2), 2
GRACE = timedelta(days=1)  # after the last day to open, before we believe in an end nobody told us
S = RelayDelivery.State
R = Recipient.State
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelayQueued:
    """What became of a wave: handed to the relay's queue, or not reachable this way (next step of the ladder)."""

    queued: tuple[int, ...] = ()
    unreachable: tuple[int, ...] = ()


@transaction.atomic
def submit_notices(
    campaign: Campaign, recipients: Sequence[Recipient], *, now: datetime, relay: str = ""
) -> RelayQueued:
    """
    Queue the notices of these citizens for a relay, the first of the settings if none is named. Twice is harmless.

    Whoever has no CI, or no notice, or was refused by this relay before, is unreachable this way.
    """
    alias = relay or next(iter(registry.aliases()), "")
    if alias not in registry.aliases():
        return RelayQueued(unreachable=tuple(one.pk for one in recipients))
    notices = {one.recipient_id: one for one in Notice.objects.sendable().filter(recipient__in=recipients)}
    reachable = [one for one in recipients if one.pk in notices and ci_of(one)]
    until = campaign.unopened_until if campaign.unopened_until and campaign.unopened_until > now else now + OPENS_FOR
    at = database_clock()
    RelayDelivery.objects.bulk_create(
        [
            RelayDelivery(notice=notices[one.pk], relay=alias, queued_at=now, opens_until=until, due_at=at)
            for one in reachable
        ],
        ignore_conflicts=True,
    )
    refused = RelayDelivery.objects.filter(
        notice__recipient__in=reachable, relay=alias, state__in=[S.REJECTED, S.EXPIRED]
    )
    gone = set(refused.values_list("notice__recipient_id", flat=True))
    queued = tuple(one.pk for one in reachable if one.pk not in gone)
    if queued:
        ring(signature("notices.tasks.work_relay"))
    known = set(queued)
    return RelayQueued(queued, tuple(one.pk for one in recipients if one.pk not in known))


def ci_of(recipient: Recipient) -> str:
    """The keyed digest of her CI, '' if the roster had none."""
    extra = json.loads(recipient.extra_text) if recipient.extra_text else {}
    return str(extra.get(KEPT_AS, ""))


# --- the worker -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Claim:
    """One delivery that is ours for the length of a lease, and what it was when we took it."""

    pk: int
    state: str
    lease_by: UUID
    claimed_at: float


def work_relay(*, now: datetime, seconds: float = 45.0) -> int:
    """Hand over what waits and ask about what is unclear until nothing is due or the time is up; how many calls."""
    deadline = time.monotonic() + seconds
    done = 0
    while time.monotonic() < deadline and (claim := _claim()) is not None:
        delivery = RelayDelivery.objects.select_related("notice__recipient__campaign", "notice__document").get(
            pk=claim.pk
        )
        if claim.state == S.QUEUED:
            _hand_over(delivery, claim, now=now)
        elif claim.state in (S.OPENED, S.EXPIRED):
            _keep_certificate(delivery)
        else:
            _ask(delivery, now=now)
        done += 1
    return done


@transaction.atomic
def _claim() -> _Claim | None:
    """The next delivery whose turn it is. One that was being handed over when its worker died is asked about."""
    at = database_clock()
    due = RelayDelivery.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        relay__in=registry.aliases(), due_at__lte=at, certificate_sealed=b""
    )
    due = due.exclude(state=S.REJECTED).exclude(notice__recipient__campaign__paused_at__isnull=False, state=S.QUEUED)
    delivery = due.order_by("due_at", "pk").first()
    if delivery is None:
        return None
    claim = _Claim(delivery.pk, delivery.state, uuid4(), time.monotonic())
    delivery.lease_by, delivery.tried_count = claim.lease_by, min(delivery.tried_count + 1, 30_000)
    delivery.due_at = at + max(LEASE, _pause(delivery))
    if delivery.state == S.QUEUED:
        delivery.state, delivery.submitted_at = S.SUBMITTING, at
    elif delivery.state == S.SUBMITTING:
        delivery.state = S.UNKNOWN
    delivery.save(update_fields=["lease_by", "tried_count", "due_at", "state", "submitted_at"])
    return claim


def _pause(delivery: RelayDelivery) -> timedelta:
    if delivery.state in (S.ACCEPTED, S.ARRIVED):
        return ASK_ANYWAY
    return ASK_AGAIN[min(delivery.tried_count, len(ASK_AGAIN)) - 1]


def _hand_over(delivery: RelayDelivery, claim: _Claim, *, now: datetime) -> None:
    """One submit with no transaction open. Whatever is not a certain "no" is unknown."""
    if not _is_wanted(delivery.notice.recipient):
        _reject(delivery.pk, "not_wanted", now=now)
        return
    try:
        document = showing.document_of(delivery.notice, now=now)
    except (showing.Undrawable, showing.Crowded) as refused:
        if isinstance(refused, showing.Crowded):
            _put_back(claim)
        else:
            _reject(delivery.pk, "no_document", now=now)
        return
    sha256 = hashlib.sha256(document).hexdigest()
    if not _still_ours(claim, sha256):
        return
    try:
        answer = registry.relay(delivery.relay).submit(
            document,
            sha256=sha256,
            recipient=RelayIdentity(ci_of(delivery.notice.recipient)),
            key=delivery.key,
            opens_until=delivery.opens_until,
        )
    except NotSent as error:
        _log.warning("relay_not_sent", delivery=delivery.pk, error=type(error).__name__)
        _put_back(claim)
    except CarrierError as error:
        _log.warning("relay_unknown", delivery=delivery.pk, error=type(error).__name__)
        _ours(claim).update(state=S.UNKNOWN, due_at=database_clock() + ASK_AGAIN[0])
    else:
        _record(delivery.pk, answer, now=now)


def _is_wanted(recipient: Recipient) -> bool:
    """Whether it still has a point: nobody cancelled, took her consent back or read it elsewhere meanwhile."""
    is_over = recipient.campaign.state in (Campaign.State.CANCELLED, Campaign.State.CLOSED, Campaign.State.PURGED)
    return not is_over and recipient.state not in (R.OPENED, R.REVOKED, R.CANCELLED, R.EXCLUDED)


def _ours(claim: _Claim) -> QuerySet[RelayDelivery]:
    return RelayDelivery.objects.filter(pk=claim.pk, lease_by=claim.lease_by, state=S.SUBMITTING)


def _still_ours(claim: _Claim, sha256: str) -> bool:
    """A worker that slept longer than half its lease must not send: somebody else may already be asking."""
    if time.monotonic() > claim.claimed_at + LEASE.total_seconds() / 2:
        _put_back(claim)
        return False
    return _ours(claim).update(document_sha256=sha256) == 1


def _put_back(claim: _Claim) -> None:
    """Nothing was handed over: it waits for its turn again."""
    _ours(claim).update(state=S.QUEUED, submitted_at=None, due_at=database_clock() + NOT_SENT_PAUSE)


def _ask(delivery: RelayDelivery, *, now: datetime) -> None:
    """What became of a delivery whose answer never came, or whose news may have got lost."""
    try:
        found = registry.relay(delivery.relay).look_up(delivery.key)
    except CarrierError as error:
        _log.warning("relay_still_unknown", delivery=delivery.pk, error=type(error).__name__)
        return
    if isinstance(found, NotFound):
        _miss(delivery.pk)
    elif not isinstance(found, StillUnknown):
        _record(delivery.pk, found, now=now)
        _end_if_over(delivery.pk, now=now)


@transaction.atomic
def _miss(pk: int) -> None:
    """The relay has never seen the key. Believed when it says so twice, late enough; then the same key goes again."""
    at = database_clock()
    missing = RelayDelivery.objects.filter(pk=pk, state=S.UNKNOWN, submitted_at__lt=at - BELIEVED_AFTER)
    if missing.update(missed_count=F("missed_count") + 1):
        sure = RelayDelivery.objects.filter(pk=pk, state=S.UNKNOWN, missed_count__gte=MISSES_NEEDED)
        sure.update(state=S.QUEUED, missed_count=0, submitted_at=None, lease_by=None, due_at=at)


@transaction.atomic
def _end_if_over(pk: int, *, now: datetime) -> None:
    over = RelayDelivery.objects.select_for_update(no_key=True).filter(
        pk=pk, state__in=[S.ACCEPTED, S.ARRIVED], opens_until__lt=now - GRACE
    )
    if (delivery := over.first()) is not None:
        _fold(delivery, RelayFacts(delivery.relay_ref, expired_at=delivery.opens_until), now=now)


def _keep_certificate(delivery: RelayDelivery) -> None:
    try:
        content = registry.relay(delivery.relay).certificate(RelayRef(delivery.relay_ref))
    except CarrierError as error:
        _log.warning("relay_certificate_missing", delivery=delivery.pk, error=type(error).__name__)
        return
    delivery.certificate = content
    RelayDelivery.objects.filter(pk=delivery.pk, certificate_sealed=b"").update(
        certificate_sealed=delivery.certificate_sealed
    )


# --- what the relay says ----------------------------------------------------------------------------------------------


def record_relay_events(*, alias: str, call: HookRequest, now: datetime) -> list[str]:
    """
    Take a webhook: every event once, in whatever order; returns their keys for the acknowledgement.

    :raises HookRefused: if it is forged, unsigned or stale
    :raises HookUnreadable: if it is authentic but not in the documented shape
    """
    events = registry.relay(alias).read_events(call)
    for event in events:
        found = RelayDelivery.objects.filter(relay=alias)
        delivery = found.filter(key=event.key).first() if event.key else found.filter(relay_ref=event.ref).first()
        if delivery is None:
            _log.error("relay_event_without_delivery", relay=alias, news=event.event_key)
        else:
            _record(delivery.pk, event.facts, now=now)
        kept = RelayEvent(
            relay=alias,
            event_key=event.event_key,
            delivery=delivery,
            kind=event.kind,
            occurred_at=event.occurred_at,
            received_at=now,
        )
        RelayEvent.objects.bulk_create([kept], ignore_conflicts=True)
    return [event.event_key for event in events]


@transaction.atomic
def _record(pk: int, answer: RelayRef | Refused | RelayFacts, *, now: datetime) -> None:
    """Fold one answer or event; the same again, or an older one, changes nothing."""
    delivery = RelayDelivery.objects.select_for_update(no_key=True).get(pk=pk)
    if isinstance(answer, Refused):
        _reject(pk, answer.code, now=now)
    else:
        facts = RelayFacts(answer.value) if isinstance(answer, RelayRef) else answer
        _fold(delivery, facts, now=now)


@transaction.atomic
def _reject(pk: int, code: str, *, now: datetime) -> None:
    refusable = RelayDelivery.objects.filter(pk=pk, state__in=[S.QUEUED, S.SUBMITTING, S.UNKNOWN])
    if refusable.update(state=S.REJECTED, reason=code[:40]):
        recipient = Recipient.objects.get(notices__relay_deliveries=pk)
        _tell(recipient.pk, R.UNDELIVERED, cause="relay_refused", now=now, reason="relay_refused")


def _fold(delivery: RelayDelivery, facts: RelayFacts, *, now: datetime) -> None:
    """Facts only ever add up: a reading before the arrival is a reading, and an end told late undoes none."""
    if delivery.state == S.REJECTED:
        _log.error("relay_event_after_refusal", delivery=delivery.pk)
        return
    had_opened = delivery.opened_at is not None
    delivery.relay_ref = delivery.relay_ref or facts.ref
    for name in ("arrived_at", "opened_at", "expired_at"):
        if getattr(delivery, name) is None:
            setattr(delivery, name, getattr(facts, name))
    before, delivery.state = delivery.state, _state_of(delivery)
    if delivery.state != before:
        delivery.due_at = database_clock() + (ASK_ANYWAY if delivery.state in (S.ACCEPTED, S.ARRIVED) else timedelta())
    delivery.save(update_fields=["relay_ref", "state", "arrived_at", "opened_at", "expired_at", "due_at"])
    _follow(delivery, had_opened=had_opened, now=now)


def _state_of(delivery: RelayDelivery) -> str:
    if delivery.opened_at:
        return S.OPENED
    if delivery.expired_at:
        return S.EXPIRED
    return S.ARRIVED if delivery.arrived_at else S.ACCEPTED


def _follow(delivery: RelayDelivery, *, had_opened: bool, now: datetime) -> None:
    """What it means for the citizen: sent, delivered, opened."""
    recipient = delivery.notice.recipient
    _tell(recipient.pk, R.SENT, cause="relay", now=now, sent_at=delivery.submitted_at or now)
    if delivery.arrived_at or delivery.opened_at:
        arrived_at = delivery.arrived_at or delivery.opened_at
        _tell(recipient.pk, R.DELIVERED, cause="relay", now=now, delivered_at=arrived_at, reason="")
    if delivery.opened_at and not had_opened:
        record_opening(
            recipient,
            factor=Opening.Factor.RELAY,
            evidence=f"relay:{delivery.pk}",
            now=delivery.opened_at,
        )


def _tell(
    recipient_id: int, after: str, *, cause: str, now: datetime, reason: str | None = None, **times: datetime | None
) -> None:
    """Take her to a state the workflow allows from where she is; an earlier time stays."""
    for recipient in locked([recipient_id]):
        if recipient.state != after and may_move(recipient.state, after):
            facts: dict[str, Any] = {name: getattr(recipient, name) or moment for name, moment in times.items()}
            facts |= {} if reason is None else {"reason": reason}
            move([recipient], after, cause=cause, now=now, **facts)
