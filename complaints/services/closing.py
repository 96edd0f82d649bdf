"""The ways a complaint ends, and the way back from another agency."""

from datetime import datetime

from django.db import transaction

from complaints.models import Agency, Complaint, Outcome, StageChange, Transfer
from complaints.services.merging import free_followers
from complaints.services.stepping import Missing, Told, allowed_actor, take
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused


class TooEarly(Refused):
    """The citizen still has time to answer."""

    sentence = "보완 기한이 지난 뒤에 반려할 수 있습니다."


@transaction.atomic
def resolve(
    complaint: Complaint,
    *,
    outcome: str,
    answer: str,
    refusal_reason: str = "",
    remedy: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    """
    Answer the citizen. A refusal needs its reason and says what can be done against it (the Act, §27).

    :raises Missing: if a refusal has no reason or remedy
    """
    refused = outcome == Outcome.REFUSED
    if refused and not refusal_reason.strip():
        raise Missing("reason")
    if refused and not remedy.strip():
        raise Missing("remedy")
    return take(
        complaint,
        "resolve",
        by=by,
        now=now,
        version=version,
        given={"outcome": outcome, "answer": answer},
        changes={
            "outcome": Outcome(outcome) if outcome else "",
            "answer": answer.strip(),
            "refusal_reason": refusal_reason.strip() if refused else "",
            "remedy": remedy.strip() if refused else "",
        },
        told=Told(public=answer.strip(), data={"outcome": outcome}),
    )


@transaction.atomic
def send_back(complaint: Complaint, *, reason: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    반려: what was asked for never came (시행령 §25).

    :raises TooEarly: before the supplement's last day has ended
    """
    allowed_actor(step_named("send_back"), complaint, by=by)
    request = complaint.supplements.filter(ended_at=None).first()
    if request is not None and day_in_korea(now) <= request.due_on:
        raise TooEarly
    change = take(
        complaint, "send_back", by=by, now=now, version=version, given={"reason": reason}, told=Told(public=reason)
    )
    free_followers(complaint, now=now)
    return change


@transaction.atomic
def transfer(
    complaint: Complaint, *, agency: Agency, reason: str, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """이송: hand the case to the agency that is responsible, and tell the citizen its phone number."""
    change = take(
        complaint,
        "transfer",
        by=by,
        now=now,
        version=version,
        given={"agency": agency, "reason": reason},
        told=Told(public=reason, data={"agency": agency.name, "agency_phone": agency.phone}),
    )
    Transfer.objects.create(complaint=complaint, agency=agency, reason=reason, sent_at=now, by=by)
    return change


@transaction.atomic
def bounce(complaint: Complaint, *, note: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """The agency sends it back: received again as of the old day, the time away does not count."""
    complaint.transfers.filter(bounced_at=None).update(bounced_at=now, bounce_note=note)
    return take(
        complaint,
        "bounce",
        by=by,
        now=now,
        version=version,
        given={"note": note},
        changes={"department": None, "officer": None},
        told=Told(internal=note),
    )


@transaction.atomic
def withdraw(
    complaint: Complaint, *, by: User | None, now: datetime, note: str = "", version: int | None = None
) -> StageChange:
    """취하, by the citizen or by a clerk who was told on the phone (`note`). Cases merged into it go their own way."""
    change = take(complaint, "withdraw", by=by, now=now, version=version, told=Told(internal=note))
    free_followers(complaint, now=now)
    return change


@transaction.atomic
def close(complaint: Complaint, *, reason: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """종결 without an answer: a repeated petition, nobody to be found, or not a petition at all."""
    change = take(
        complaint, "close", by=by, now=now, version=version, given={"reason": reason}, told=Told(public=reason)
    )
    free_followers(complaint, now=now)
    return change
