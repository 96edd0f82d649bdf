"""All waiting work without broker or beat: for cron, every minute."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from complaints.services import process_photos, sweep
from messaging import delivery, receiving, reconciling
from messaging import services as messaging
from notices import services as notices
from notices.services import paying, relaying
from portal.core.clock import now

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """The same functions as the worker's bells; any number of these may run beside it."""

    help = "밀린 일을 모두 처리합니다. cron 예: * * * * * manage.py drain --seconds 50"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long to go on looking for work."""
        parser.add_argument("--seconds", type=float, default=0, help="이 시간 동안 되풀이합니다(0 = 한 번).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Round after round until the time is over."""
        until = time.monotonic() + options["seconds"]
        while True:
            delivery.drain(seconds=max(1.0, min(20.0, until - time.monotonic())))
            messaging.poll_carriers(now=now())
            receiving.handle_pending(now=now())
            reconciling.reconcile()
            notices.work_on_files(now=now())
            notices.run_campaigns(now=now())
            relaying.work_relay(now=now(), seconds=10.0)
            paying.reconcile_payments(now=now())
            notices.index_codes()
            notices.make_ahead(now=now())
            process_photos(now=now())
            sweep(now=now())
            messaging.keep_house(now=now())
            if time.monotonic() + PAUSE_SECONDS >= until:
                return
            time.sleep(PAUSE_SECONDS)
