"""The process that holds one SMPP carrier's line: everything sent and heard through it passes here."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from messaging.linking import Link, linked


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT; then the call in flight ends and the line is closed in good form."""

    help = "SMPP 통신사의 회선을 열어 두고 문자와 회신을 주고받습니다. 통신사마다 하나씩 계속 실행하세요."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose line."""
        parser.add_argument("--carrier", required=True, help="MESSAGING_CARRIERS의 별칭")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold it."""
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        try:
            plug = linked(options["carrier"])
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        Link(options["carrier"], plug, stopping).hold()
