"""Budgets: what a department's campaigns may cost on one Korean day, kept while legs are claimed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection

from messaging.models import Attempt, Budget, BudgetDay

FIRST_CAPPED_LANE = 2  # codes and single messages always go: the law asks for them
_TODAY = """
    INSERT INTO messaging_budgetday (department_id, day, used_won) SELECT unnest(%s::bigint[]), %s, 0
    ON CONFLICT DO NOTHING
"""


def over_budget(legs: Sequence[Attempt], *, won: Decimal, day: date) -> set[int]:
    """
    The places of the legs whose department cannot afford them today; the others are booked as used.

    Runs in the claim's transaction and locks the department's day, so two workers cannot spend the same won.

    :param legs: of one lane and channel, with their messages
    :param won: what each of them costs
    """
    payers = {leg.message.department_id for leg in legs if leg.lane >= FIRST_CAPPED_LANE and leg.message.department_id}
    caps = dict(Budget.objects.filter(department__in=payers).values_list("department_id", "daily_won"))
    if not caps:
        return set()
    days = _lock_today(list(caps), day)
    refused = set()
    for place, leg in enumerate(legs):
        payer = leg.message.department_id
        if payer not in caps or leg.not_sent_count:  # claimed before and returned unsent: booked already
            continue
        if days[payer].used_won + won > caps[payer]:
            refused.add(place)
        else:
            days[payer].used_won += won
    BudgetDay.objects.bulk_update(days.values(), ["used_won"])
    return refused


def _lock_today(departments: Sequence[int], day: date) -> dict[int, BudgetDay]:
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, [list(departments), day])
    rows = (
        BudgetDay.objects.select_for_update(no_key=True)
        .filter(department__in=departments, day=day)
        .order_by("department")
    )
    return {row.department_id: row for row in rows}
