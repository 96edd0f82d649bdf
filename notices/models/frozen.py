"""What an approval covers stays as it was approved: the database refuses to change it until the campaign is over."""

import pgtrigger

# From the approval until the end. After that only purging touches the rows, and before it nobody has approved them.
COVERED = ("approved", "asking", "asked", "confirming", "sending", "following")
_STATES = ", ".join(f"'{state}'" for state in COVERED)
# Planned anew for every row: a plan kept from when the tables were small would read all citizens for each picture.
_REFUSE = """
    if tg_op = 'UPDATE' and new is not distinct from old then return new; end if;
    {unless}
    execute $query$select exists (
        select 1 from notices_campaign as c where c.id = {campaign} and c.state in ({states})
    )$query$ into is_frozen using coalesce(new.{key}, old.{key});
    if is_frozen then
        raise exception 'an approved campaign is not changed' using errcode = 'check_violation';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
"""
_OF_RECIPIENT = "(select campaign_id from notices_recipient where id = $1)"
_OF_QUESTION = "(select campaign_id from notices_question where id = $1)"
# A notice may always be made void: that only takes something away.
_UNLESS_VOID = "if tg_op = 'UPDATE' and new.state = 'void' then return new; end if;"


def frozen_with_recipient(name: str, *, may_become_void: bool = False) -> pgtrigger.Trigger:
    """For rows that belong to a citizen."""
    return _frozen(name, "recipient_id", _OF_RECIPIENT, _UNLESS_VOID if may_become_void else "")


def frozen_with_question(name: str) -> pgtrigger.Trigger:
    """For rows that belong to a question."""
    return _frozen(name, "question_id", _OF_QUESTION)


def frozen_with_campaign(name: str) -> pgtrigger.Trigger:
    """For rows that belong to the campaign itself."""
    return _frozen(name, "campaign_id", "$1")


def _frozen(name: str, key: str, campaign: str, unless: str = "") -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("is_frozen", "boolean")],
        func=_REFUSE.format(key=key, campaign=campaign, unless=unless, states=_STATES),
    )
