"""A house that is lived in: web, worker, beat and carrier, each its own process or thread, one throw-away database."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from messaging.carriers.registry import carrier
from portal.core.clock import now
from portal.site.demo.people import make_officials
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, running_simulator

PATIENCE = 300.0  # seconds, on a machine that runs two journeys at once
T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """Where the pages are, and the other end of the line."""

    url: str
    simulator: RunningSimulator
    office: str
    environment: dict[str, str]  # of its processes

    def reply(self, number: str, text: str) -> None:
        """A citizen answers from her handset; it comes back through the real webhook."""
        self.simulator.control(replies=[{"from": number, "to": self.office, "text": text}])

    def texts_on(self, number: str) -> list[str]:
        """What her handset has received, oldest first."""
        return [str(line["text"]) for line in self.simulator.truth() if line["number"] == number]


def eventually(look: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """The first true value of `look`; fails with the last value when the time is over."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"still {found!r} after {seconds} s"
        time.sleep(0.2)
    return found


@pytest.fixture
def house(transactional_db: None, live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[House]:
    """Everything runs until the story is over."""
    with running_simulator(tmp_path / "carrier.jsonl", hooks=live_server.url) as simulator:
        options = {"base_url": simulator.url, "key": KEY, "hook_secret": HOOK_SECRET}
        carriers = {"main": {"BACKEND": "messaging.carriers.simulator.Simulator", "OPTIONS": options}}
        settings.MESSAGING_CARRIERS = carriers
        settings.SITE_URL = live_server.url
        settings.STATE_DIR = tmp_path  # a new database beside an old mark would look like a restored one
        assert carrier("main")
        call_command("setup", verbosity=0)
        make_officials(now=now())
        environment = {
            **os.environ,
            "DATABASE_URL": _test_database(),
            "MESSAGING_CARRIERS": json.dumps(carriers),
            "SITE_URL": live_server.url,
            "STATE_DIR": str(tmp_path),
            "MEDIA_DIR": str(settings.MEDIA_DIR),
            "COMPLAINTS_COLLAPSE_SECONDS": "0",
            "REMAP_SIGTERM": "SIGQUIT",
            "LOG_LEVEL": "WARNING",
        }
        settings.COMPLAINTS_COLLAPSE = settings.COMPLAINTS_COLLAPSE * 0
        celery = [sys.executable, "-m", "celery", "-A", "portal"]
        queues = "send,receive,render,chatbot,housekeeping"
        with (
            _running(
                [*celery, "worker", "-Q", queues, "-c", "2", "--without-gossip", "--without-mingle"],
                environment,
                tmp_path,
            ),
            _running([*celery, "beat", "--schedule", str(tmp_path / "beat"), "--pidfile="], environment, tmp_path),
        ):
            office = settings.DISTRICT_PHONE.replace("-", "")
            yield House(live_server.url, simulator, office=office, environment=environment)


def _test_database() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / f"{command[5]}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
