"""`manage.py run_campaigns`: do what is due, from cron or by hand; any number at once is harmless."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notices import services
from portal.core import clock


class Command(BaseCommand):
    """Every due step of every running campaign."""

    help = "기한이 된 동의 요청, 마감, 발송을 진행합니다."

    def add_arguments(self, parser: CommandParser) -> None:
        """One campaign, if you like."""
        parser.add_argument("--campaign", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """The last line is JSON."""
        done = services.run_campaigns(now=clock.now(), campaign_id=options["campaign"])
        self.stdout.write(json.dumps(asdict(done)))
