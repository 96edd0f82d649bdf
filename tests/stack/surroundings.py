"""What the tests of the stack share: an environment nobody has filled, and patience."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from portal.stack import secrets, surroundings

SERVICES = ("DATABASE_URL", "REDIS_URL", "KEY_PREFIX")


def clean_environment(state: Path) -> dict[str, str]:
    """Ours without anything the portal's settings read, as in a fresh terminal."""
    filled = {*surroundings.defaults(secrets.fresh(), state=state), *SERVICES}
    return {**{name: value for name, value in os.environ.items() if name not in filled}, "STATE_DIR": str(state)}


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as it is so; fail if it never is."""
    limit = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < limit, "it never came to be"
        time.sleep(0.05)
