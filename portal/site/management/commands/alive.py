"""Whether a process of ours has really worked lately: exit 0 or 1, for container probes."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.queries import last_heartbeat
from portal.core.clock import now


class Command(BaseCommand):
    """Reads the heartbeat that the process itself wrote."""

    help = "프로세스가 살아서 일하고 있는지 봅니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which process, and how old its last sign of life may be."""
        parser.add_argument("process", help="worker 또는 smpp_link:통신사별칭")
        parser.add_argument("--max-age", type=int, default=60, help="초")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when the last sign of life is too old."""
        latest = last_heartbeat(options["process"])
        if latest is None or now() - latest > timedelta(seconds=options["max_age"]):
            raise CommandError(
                f"{options['process']}: 최근 {options['max_age']}초 동안 동작 신호가 없습니다.", returncode=1
            )
