"""Pytest plugin: every run gets a real PostgreSQL and a real Valkey of its own, and every setting the portal requires."""

import os

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER:
    os.environ["KEY_PREFIX"] = f"sotong-{WORKER}"  # read when portal.celery is imported: workers share one broker

import atexit  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from portal.stack import secrets, surroundings  # noqa: E402
from portal.stack.errors import StackError  # noqa: E402
from portal.stack.services import throwaway  # noqa: E402

_started = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before pytest-django reads the settings; xdist's workers inherit what the controller found."""
    if not WORKER:
        atexit.register(_started.close)  # a room that cannot be imported ends pytest before it is configured
        try:
            start(_started)
        except StackError as error:
            _started.close()
            pytest.exit(error.sentence, returncode=error.exit_code)
    return (yield)


def pytest_unconfigure() -> None:
    """Also after Ctrl-C."""
    _started.close()


def start(stack: ExitStack) -> None:
    """Start what no address was given for, and set every other required value."""
    if not surroundings.is_given("DATABASE_URL"):
        os.environ["DATABASE_IS_THROWAWAY"] = "1"  # read in tests.schema; xdist's workers inherit it
    addresses = stack.enter_context(
        throwaway(
            database=not surroundings.is_given("DATABASE_URL"),
            broker=not surroundings.is_given("REDIS_URL"),
        )
    )
    state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotong-state-")))
    surroundings.fill(surroundings.defaults(secrets.fresh(), state=state))
    surroundings.fill({"DATABASE_URL": addresses.database_url, "REDIS_URL": addresses.redis_url})
