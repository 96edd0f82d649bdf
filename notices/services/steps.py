"""How a campaign and its people change state: conditionally, with history, checked against `notices.workflow`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from notices.models import Campaign, CampaignChange, Recipient
from notices.workflow import NotAllowed, Step, bucket_of, may_move, step_of
from portal.accounts.models import Official, User
from portal.accounts.queries import official_of

DATA_KEY_PURPOSE = "notices.campaign"
BLOCK = 5_000
_LOCK_CLASS = 0x6E6F  # "no": advisory locks of this room


def official_for(by: User, campaign: Campaign, step: Step) -> Official:
    """
    The official behind `by`, if she may make this step of this campaign.

    :raises NotAllowed: if she is of another department, lacks the role, or drafted what a second person must confirm
    """
    official = official_of(by)
    if official is None or official.department_id != campaign.department_id:
        raise NotAllowed("담당 부서의 공무원만 할 수 있습니다.")
    if not any(official.has_role(role) for role in step.roles):
        raise NotAllowed(f"‘{step.label}’ 권한이 없습니다.")
    if step.needs_second_official and by.pk == campaign.created_by_id:
        raise NotAllowed("기안한 사람은 스스로 승인할 수 없습니다. 다른 발송승인 담당자가 확인해야 합니다.")
    return official


def step(
    campaign: Campaign, verb: str, *, by: User | None, now: datetime, note: str = "", **fields: Any
) -> CampaignChange:
    """
    Take a campaign one step, if its state is still the one we read.

    :raises NotAllowed: if the step does not start there, `by` may not make it, or somebody else was faster
    """
    taken = step_of(verb, state=campaign.state)
    if taken.roles and by is not None:
        official_for(by, campaign, taken)
    before = campaign.state
    changed = Campaign.objects.filter(pk=campaign.pk, state=before).update(state=taken.after, **fields)
    if changed != 1:
        raise NotAllowed
    campaign.state = taken.after
    for name, value in fields.items():
        setattr(campaign, name, value)
    return log(campaign, verb, before=before, by=by, now=now, note=note)


def log(
    campaign: Campaign, cause: str, *, by: User | None, now: datetime, note: str = "", before: str = ""
) -> CampaignChange:
    """Append one line to the campaign's history."""
    return CampaignChange.objects.create(
        campaign=campaign, before=before or campaign.state, after=campaign.state, cause=cause, note=note, by=by, at=now
    )


_REMEMBER = """
    insert into notices_recipientchange (recipient_id, before, after, cause, note, by_id, at)
    select u.id, u.before, %s, %s, %s, %s, %s from unnest(%s::bigint[], %s::text[]) as u (id, before)
"""


def move(
    recipients: Sequence[Recipient],
    after: str,
    *,
    cause: str,
    now: datetime,
    by: User | None = None,
    note: str = "",
    **facts: Any,
) -> None:
    """
    Take locked recipients to one state, with the bucket that belongs to it and a line of history each.

    :raises NotAllowed: if one of them may not go there
    """
    for recipient in recipients:
        if not may_move(recipient.state, after):
            raise NotAllowed
    if not recipients:
        return
    bucket = bucket_of(after, recipients[0].campaign)
    for start in range(0, len(recipients), BLOCK):
        block = recipients[start : start + BLOCK]
        same = Recipient.objects.filter(among("id", [one.pk for one in block]))
        same.update(state=after, bucket=bucket, **facts)
        values = [after, cause, note, by.pk if by else None, now]
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [*values, [one.pk for one in block], [one.state for one in block]])
    for recipient in recipients:
        recipient.state, recipient.bucket = after, bucket
        for name, value in facts.items():
            setattr(recipient, name, value)


def note(recipients: Sequence[Recipient], *, cause: str, text: str, now: datetime) -> None:
    """A line in the history of each of these people, whose states stay as they are."""
    for start in range(0, len(recipients), BLOCK):
        block = recipients[start : start + BLOCK]
        with connection.cursor() as cursor:
            for state in sorted({one.state for one in block}):
                ids = [one.pk for one in block if one.state == state]
                cursor.execute(_REMEMBER, [state, cause, text[:200], None, now, ids, [state] * len(ids)])


def among(column: str, values: Iterable[int | bytes | memoryview | None]) -> RawSQL:
    """
    Whether a column of the recipients is one of thousands of values, given as one array.

    As many placeholders as `__in` writes cost more than the query.
    """
    return RawSQL(f'"notices_recipient"."{column}" = any(%s)', [list(values)], BooleanField())  # noqa: S611  (a name of ours)


def locked(recipients: Iterable[int]) -> list[Recipient]:
    """These recipients, locked in the order of their numbers."""
    found = Recipient.objects.select_for_update(no_key=True).filter(among("id", recipients)).order_by("pk")
    people = list(found)
    campaigns = Campaign.objects.in_bulk({one.campaign_id for one in people})
    for one in people:
        one.campaign = campaigns[one.campaign_id]  # thousands share one
    return people


def wait_for_campaign(campaign_id: int) -> None:
    """Take the campaign for this transaction once the tick at work is done: what it sends is there to be stopped."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, campaign_id])


def lock_campaign(campaign_id: int) -> bool:
    """Take the campaign for this transaction, unless another tick has it: nobody waits, nobody works twice."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, campaign_id])
        taken: bool = cursor.fetchone()[0]
    return taken
