"""Sockets chosen in the settings: alias → {BACKEND, OPTIONS}, built once per process. As Django names its caches."""

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def built(entry: Mapping[str, Any], *, may_simulate: bool) -> Any:
    """
    The plug an entry of the settings describes, one instance per process.

    :param may_simulate: whether a plug may speak to this machine, where only our simulators listen
    :raises ImproperlyConfigured: for a plug that cannot be built, or a simulator where it is not allowed
    """
    # Connections do not survive a fork and tests change settings: both are part of the key.
    return _built(json.dumps(entry, sort_keys=True), os.getpid(), may_simulate)


@lru_cache(maxsize=32)
def _built(entry: str, process: int, may_simulate: bool) -> Any:
    found: dict[str, Any] = json.loads(entry)
    try:
        backend = import_string(found["BACKEND"])
    except ImportError as error:
        raise ImproperlyConfigured(f"모듈을 찾을 수 없습니다: {found['BACKEND']}") from error
    options = found.get("OPTIONS", {})
    if not may_simulate and is_at_this_machine(options):
        raise ImproperlyConfigured("주소가 이 컴퓨터입니다. 모의기에는 MESSAGING_ALLOW_SIMULATOR=1을 켜세요.")
    try:
        return backend(**with_secrets(options))
    except TypeError as error:
        raise ImproperlyConfigured(f"{found['BACKEND']}의 OPTIONS가 올바르지 않습니다: {error}") from error


def is_at_this_machine(options: Mapping[str, Any]) -> bool:
    """Whether a plug speaks to a simulator: it reaches nobody, whatever its name."""
    addresses = [value for name, value in options.items() if name.endswith("base_url")]
    return any(urlsplit(str(address)).hostname in LOOPBACK for address in addresses)


def with_secrets(options: Mapping[str, Any]) -> dict[str, Any]:
    """
    Options whose name ends in `_env` name an environment variable: secrets stay out of settings files.

    :raises ImproperlyConfigured: if the variable is empty
    """
    ready: dict[str, Any] = {}
    for name, value in options.items():
        if not name.endswith("_env"):
            ready[name] = value
            continue
        secret = os.environ.get(str(value), "").strip()
        if not secret:
            raise ImproperlyConfigured(f"설정에 필요한 환경 변수 {value} 값이 없습니다.")
        ready[name.removesuffix("_env")] = secret
    return ready
