"""What happens whenever somebody has signed in, by whatever way."""

from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest

from messaging import services as messaging
from portal.accounts import sessions
from portal.accounts.models import Device, User
from portal.core import clock
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)


def on_arrival(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Begin the session. A citizen hears of a device she has never used before; it may not be hers."""
    now = clock.now()
    with transaction.atomic():
        device = sessions.began(request, user, now=now)
    if device is not None and user.phone:
        try:
            with transaction.atomic():
                _tell(user, device)
        except Refused as refused:  # she is signed in already, and stays so
            _log.warning("new_device_not_told", device=device.pk, reason=type(refused).__name__)


def _tell(user: User, device: Device) -> None:
    messaging.send(
        to=user.phone,
        template="portal.new_device",
        context={"기기": device.name, "때": clock.in_korea(device.last_seen_at).strftime("%m월 %d일 %H:%M")},
        topic="portal.sign_in",
        reference="",
        key=f"portal.new_device:{device.pk}",
        by=None,
        now=device.last_seen_at,
    )
