"""Sends one message to the first handset and waits until the carrier has it: the whole chain in one question."""

import time
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from messaging import services as messaging
from messaging.models import Message
from portal.core.clock import now

HANDSET = "+821055509999"
_DONE = {"sent", "delivered"}


class Command(BaseCommand):
    """Row, bell, worker, carrier, receipt: if any link is broken this fails."""

    help = "문자 한 통을 모의 손전화로 보내 처음부터 끝까지 확인합니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long the chain may take."""
        parser.add_argument("--timeout", type=float, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 with the last status if the carrier did not take it in time."""
        with transaction.atomic():
            message = messaging.send(
                to=HANDSET,
                template="portal.self_test",
                context={},
                topic="portal.test",
                reference="self-test",
                key=f"portal.self_test:{uuid4()}",
                by=None,
                now=now(),
            )
        until = time.monotonic() + options["timeout"]
        status = ""
        while time.monotonic() < until:
            status = Message.objects.values_list("status", flat=True).get(pk=message.pk)
            if status in _DONE:
                self.stdout.write(f"통신사가 받았습니다: {status}")
                return
            time.sleep(0.2)
        raise CommandError(f"{options['timeout']:.0f}초 안에 나가지 않았습니다: {status}", returncode=1)
