"""What an approval covers stays as it was approved: the database refuses to change it until the campaign is over."""

import pgtrigger

# From the approval until the end. After that only purging touches the rows, and before it nobody has approved them.
COVERED = ("approved", "asking", "asked", "confirming", "sending", "following")
_STATES = ", ".join(f"'{state}'" for state in COVERED)
# Once for each statement: asked row by row, 52,000 new notices take longer than making them.
_REFUSE = """
    if exists (
        select 1 from {changed} {owner} join notices_campaign as c on c.id = {campaign} where c.state in ({states})
    ) then
        raise exception 'an approved campaign is not changed' using errcode = 'check_violation';
    end if;
    return null;
"""
_CHANGED = "(select n.* from new_rows as n join old_rows as o on o.id = n.id where n is distinct from o{unless}) as r"
_BOTH = pgtrigger.Referencing(old="old_rows", new="new_rows")
_OF_RECIPIENT = "join notices_recipient as p on p.id = r.recipient_id"
_OF_QUESTION = "join notices_question as p on p.id = r.question_id"


def frozen_with_recipient(name: str, *, may_become_void: bool = False) -> list[pgtrigger.Trigger]:
    """For rows that belong to a citizen. A notice may always be made void: that only takes something away."""
    return _frozen(name, _OF_RECIPIENT, "p.campaign_id", " and n.state <> 'void'" if may_become_void else "")


def frozen_with_question(name: str) -> list[pgtrigger.Trigger]:
    """For rows that belong to a question."""
    return _frozen(name, _OF_QUESTION, "p.campaign_id")


def frozen_with_campaign(name: str) -> list[pgtrigger.Trigger]:
    """For rows that belong to the campaign itself."""
    return _frozen(name, "", "r.campaign_id")


def _frozen(name: str, owner: str, campaign: str, unless: str = "") -> list[pgtrigger.Trigger]:
    ways = (
        ("added", pgtrigger.Insert, "new_rows as r", pgtrigger.Referencing(new="new_rows")),
        ("changed", pgtrigger.Update, _CHANGED.format(unless=unless), _BOTH),
        ("removed", pgtrigger.Delete, "old_rows as r", pgtrigger.Referencing(old="old_rows")),
    )
    return [
        pgtrigger.Trigger(
            name=f"{name}_{way}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=_REFUSE.format(changed=changed, owner=owner, campaign=campaign, states=_STATES),
        )
        for way, operation, changed, referencing in ways
    ]
