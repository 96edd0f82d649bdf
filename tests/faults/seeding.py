"""Run in the stage's environment: `python -m tests.faults.seeding NAME COUNT [NAME COUNT …]` fills an empty database."""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from messaging import services  # noqa: E402
from messaging.models import SenderNumber, Template, TemplateVersion  # noqa: E402
from portal.core import clock  # noqa: E402


def main(streams: dict[str, int]) -> None:
    """Migrate, register a number and a wording, and queue messages in paused streams."""
    call_command("migrate", verbosity=0, skip_checks=True)
    _register()
    for name, count in streams.items():
        services.pause(stream=name, reason="시험 준비", by=None, now=clock.now())
        with transaction.atomic():
            sent = services.send_many((_message(name, number) for number in range(count)), by=None, now=clock.now())
        assert sent.queued_count == count, sent.refusals[:3]


def _register() -> None:
    now = clock.now()
    services.load_reference(now=now)
    today = clock.day_in_korea(now)
    SenderNumber.objects.update(
        status="registered", evidence="시험", registered_on=today, expires_on=today + timedelta(days=9)
    )
    TemplateVersion.objects.create(
        template=Template.objects.create(code="portal.test"),
        number=1,
        title="안내",
        purpose="answer",
        route="text",
        body="[#{기관}] #{번호}",
        review_state="approved",
        approved_at=now,
        created_at=now,
    )


def _message(stream: str, number: int) -> services.Outgoing:
    return services.Outgoing(
        to=f"010{20000000 + number}",
        template="portal.test",
        context={"번호": str(number)},
        topic="portal.test",
        reference=stream,
        stream=stream,
        key=f"{stream}:{number}",
    )


if __name__ == "__main__":
    main(dict(zip(sys.argv[1::2], map(int, sys.argv[2::2]), strict=True)))
