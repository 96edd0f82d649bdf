"""The relays of this installation: NOTICES_RELAY, alias → {BACKEND, OPTIONS}; none is a sensible choice."""

from typing import cast

from django.conf import settings

from notices.relay.base import ENoticeRelay
from portal.core.plugs import built


def aliases() -> tuple[str, ...]:
    """Relays by preference."""
    return tuple(settings.NOTICES_RELAY)


def relay(alias: str) -> ENoticeRelay:
    """
    The relay with this alias.

    :raises KeyError: for an alias that is not in the settings
    :raises ImproperlyConfigured: for a plug that cannot be built, or the simulator where it is not allowed
    """
    entry = settings.NOTICES_RELAY[alias]
    return cast(ENoticeRelay, built(entry, may_simulate=settings.MESSAGING_ALLOW_SIMULATOR))
