"""`manage.py relay_simulator`: the same process as `python -m notices.simulators relays`."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notices.simulators import relays
from notices.simulators.__main__ import start


class Command(BaseCommand):
    """Hands its options on."""

    help = relays.WHAT

    def add_arguments(self, parser: CommandParser) -> None:
        """Those of the process itself."""
        relays.describe(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Until Ctrl-C; the process's exit code is ours."""
        sys.exit(start(argparse.Namespace(which="relays", **options)))
