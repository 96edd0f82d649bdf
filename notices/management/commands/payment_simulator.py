"""`manage.py payment_simulator`: the same process as `python -m notices.simulators payments`."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notices.simulators import payments
from notices.simulators.__main__ import start


class Command(BaseCommand):
    """Hands its options on."""

    help = payments.WHAT

    def add_arguments(self, parser: CommandParser) -> None:
        """Those of the process itself."""
        payments.describe(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Until Ctrl-C; the process's exit code is ours."""
        sys.exit(start(argparse.Namespace(which="payments", **options)))
