"""Whether this installation only rehearses."""

from urllib.parse import urlsplit

from django.conf import settings

from messaging.carriers.http import LOOPBACK


def is_rehearsal() -> bool:
    """
    Every configured carrier is the simulator: nothing reaches a real phone.

    Then nobody reviews wordings, nobody asks for proof of a number, and nobody sleeps at night.
    """
    return all(reaches_nobody(alias) for alias in settings.MESSAGING_CARRIERS)


def reaches_nobody(alias: str) -> bool:
    """Whether a carrier is the simulator, also when a vendor's plug speaks to it on this very machine."""
    carrier = settings.MESSAGING_CARRIERS.get(alias)
    if carrier is None:
        return True
    if str(carrier["BACKEND"]).startswith("messaging.carriers.simulator."):
        return True
    options = carrier.get("OPTIONS", {})
    hosts = [urlsplit(str(value)).hostname for name, value in options.items() if name.endswith("base_url")]
    return bool(settings.MESSAGING_ALLOW_SIMULATOR and hosts) and all(host in LOOPBACK for host in hosts)
