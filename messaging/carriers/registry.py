"""The carriers of this installation: MESSAGING_CARRIERS, alias → {BACKEND, OPTIONS}, as Django names its caches."""

import json
import os
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from messaging.carriers.base import Carrier
from messaging.carriers.simulator import Simulator
from portal.core.plugs import is_at_this_machine, with_secrets


def aliases() -> tuple[str, ...]:
    """Carriers by preference: the first one able to carry a leg gets it."""
    return tuple(settings.MESSAGING_CARRIERS)


def carrying(channel: str) -> tuple[str, ...]:
    """The carriers that carry a channel, by preference."""
    return tuple(alias for alias in aliases() if channel in carrier(alias).capabilities.channels)


def first_for(channel: str, *, rather: str = "") -> str:
    """Where a leg starts: with `rather` if it carries the channel, else with the first that does."""
    able = carrying(channel)
    return rather if rather in able else (*able, *aliases())[0]


def wants_uploads(alias: str, channel: str) -> bool:
    """Whether the pictures of such a leg are uploaded before it may be claimed."""
    return channel == "mms" and carrier(alias).capabilities.uploads_per_second > 0


def carrier(alias: str) -> Carrier:
    """
    The carrier with this alias, one instance per process.

    :raises KeyError: for an alias that is not in the settings
    :raises ImproperlyConfigured: for a plug that cannot be built, or the simulator where it is not allowed
    """
    entry = settings.MESSAGING_CARRIERS[alias]
    # Connections do not survive a fork and tests change settings: both are part of the key.
    return _built(json.dumps(entry, sort_keys=True), os.getpid(), settings.MESSAGING_ALLOW_SIMULATOR)


@lru_cache(maxsize=32)
def _built(entry: str, process: int, may_simulate: bool) -> Carrier:
    found: dict[str, Any] = json.loads(entry)
    try:
        backend = import_string(found["BACKEND"])
    except ImportError as error:
        raise ImproperlyConfigured(f"통신사 모듈을 찾을 수 없습니다: {found['BACKEND']}") from error
    if isinstance(backend, type) and issubclass(backend, Simulator) and not may_simulate:
        raise ImproperlyConfigured("통신사 모의기는 MESSAGING_ALLOW_SIMULATOR=1일 때만 쓸 수 있습니다.")
    options = found.get("OPTIONS", {})
    if not may_simulate and is_at_this_machine(options):
        raise ImproperlyConfigured("통신사 주소가 이 컴퓨터입니다. 모의기에는 MESSAGING_ALLOW_SIMULATOR=1을 켜세요.")
    try:
        return cast(Carrier, backend(**with_secrets(options)))
    except TypeError as error:
        raise ImproperlyConfigured(f"통신사 {found['BACKEND']}의 OPTIONS가 올바르지 않습니다: {error}") from error
