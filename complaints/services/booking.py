"""Lines in the book for many cases at once: what time or the calendar did to them, in one statement."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from complaints.models import StageChange
from complaints.workflow import Actor, step_named
from portal.accounts.models import User
from portal.core.fields import seal_for

# Versions, dates and lines in one pass: a holiday moves fifteen thousand cases while others wait for their rows.
_WRITE = """
    with fresh as (
        select * from jsonb_to_recordset(%(rows)s::jsonb)
            as row (id bigint, due_at timestamptz, sealed_id uuid, public_text text, data jsonb)
    ), raised as (
        update complaints_complaint as c set version = c.version + 1, due_at = coalesce(fresh.due_at, c.due_at)
        from fresh where c.id = fresh.id
        returning c.id, c.version, c.stage, c.department_id, c.officer_id,
            fresh.sealed_id, fresh.public_text, fresh.data
    )
    insert into complaints_stagechange (
        sealed_id, complaint_id, seq, step, before, after, actor, by_id, at, public_text_sealed, internal_text_sealed,
        department_name, officer_name, officer_phone, data
    )
    select r.sealed_id, r.id, r.version, %(step)s, r.stage, r.stage, %(actor)s, %(by)s, %(now)s,
        decode(r.public_text, 'hex'), '', coalesce(d.name, ''), coalesce(o.name || ' ' || o.title, ''),
        coalesce(o.office_phone, ''), r.data
    from raised as r
    left join accounts_department as d on d.id = r.department_id
    left join accounts_official as o on o.id = r.officer_id
    returning id
"""


def write_many(
    name: str,
    data: Mapping[int, Mapping[str, Any]],
    *,
    dues: Mapping[int, datetime] | None = None,
    public: str = "",
    by: User | None,
    now: datetime,
) -> list[int]:
    """
    Write a step that leaves the stage alone into the books of many cases; `data` by the number of the row.

    Their versions rise as in any other step, and whoever is in `dues` is due at another moment from now on. The caller
    has locked the rows and checked that the step may be taken. Returns the numbers of the lines.
    """
    moments = dues or {}
    rows = [_row(pk, line, moments.get(pk), public) for pk, line in data.items()]
    values: dict[str, Any] = {
        "rows": json.dumps(rows),
        "step": step_named(name).name,
        "actor": Actor.SYSTEM.value,
        "now": now,
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        return [pk for (pk,) in cursor.fetchall()]


def _row(pk: int, line: Mapping[str, Any], due_at: datetime | None, public: str) -> dict[str, Any]:
    sealed_id = uuid4()
    return {
        "id": pk,
        "due_at": due_at.isoformat() if due_at else None,
        "sealed_id": str(sealed_id),
        "public_text": seal_for(StageChange, "public_text_sealed", public, row=sealed_id).hex(),
        "data": dict(line),
    }
