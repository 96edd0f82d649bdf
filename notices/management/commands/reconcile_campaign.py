"""`manage.py reconcile_campaign N2611-0001`: every identity of a campaign, and the counters against the rows."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notices import balancing, queries
from notices.balance_queries import all_facts_of
from notices.models import Campaign


class Command(BaseCommand):
    """Exit code 1 if a sum is wrong."""

    help = "발송 건의 합계가 맞는지 확인합니다."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which campaign."""
        parser.add_argument("number")

    def handle(self, *args: Any, **options: Any) -> None:
        """The last line is JSON."""
        campaign = Campaign.objects.filter(number=options["number"]).first()
        if campaign is None:
            raise CommandError(f"발송 건이 없습니다: {options['number']}")
        facts = all_facts_of(campaign)
        found = balancing.identities(facts)
        rows = queries.recounted(campaign)
        counted = {name: facts.counts.get(name, 0) for name in rows}
        drifted = {name: [counted[name], rows[name]] for name in rows if counted[name] != rows[name]}
        report = {
            "number": campaign.number,
            "state": campaign.state,
            "identities": {one.code: {"total": one.total, "sum": one.sum, "holds": one.holds} for one in found},
            "counters_differ": drifted,
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if balancing.broken(found) or drifted:
            sys.exit(1)
