"""All waiting work without broker or beat: for cron, every minute; and what a night does, once a day."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatbot import services as chatbot
from chatbot.services import nightly, nights
from complaints.services import counting, erasing, photos, process_photos, sweep, training
from messaging import delivery, receiving, reconciling
from messaging import services as messaging
from notices import services as notices
from notices.services import paying, relaying
from portal.certificates import services as certificates
from portal.core.clock import now
from portal.site import pairs, punctuality, pushing

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """The same functions as the worker's bells; any number of these may run beside it."""

    help = "밀린 일을 모두 처리합니다. cron 예: * * * * * manage.py drain --seconds 50"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long to go on looking for work."""
        parser.add_argument("--seconds", type=float, default=0, help="이 시간 동안 되풀이합니다(0 = 한 번).")
        parser.add_argument("--daily", action="store_true", help="밤에 한 번 할 일: 지난 자료 지우기, 학습, 집계")

    def handle(self, *args: Any, **options: Any) -> None:
        """Round after round until the time is over; or the work of a night, once."""
        if options["daily"]:
            erasing.erase_old_cases(now=now())
            photos.forget_originals(now=now())
            training.train_router(now=now())
            counting.roll_up(now=now())
            certificates.erase(now=now())
            nights.work_night(now=now())
            nightly.judge_index()
            punctuality.count_days(now=now())
            pairs.forget_old(now=now())
            return
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
            certificates.sweep(now=now())
            sweep(now=now())
            chatbot.sweep_index(now=now())
            chatbot.send_callbacks(now=now())
            chatbot.expire_drafts(now=now())
            chatbot.escalate_promises(now=now())
            chatbot.tell_of_waiting(now=now())
            messaging.keep_house(now=now())
            pushing.push_news(now=now())
            if time.monotonic() + PAUSE_SECONDS >= until:
                return
            time.sleep(PAUSE_SECONDS)
