"""The statistics page: a month counted from the cases, a year from the nightly rollup."""

import time
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from complaints.benchmarks.stage import compared, town
from complaints.services.counting import count_days
from messaging.benchmarks.stage import say
from portal.core.clock import day_in_korea

MONTH, YEAR = 30, 365


def measure(size: int) -> dict[str, Any]:
    """The page of the largest department's head, drawn whole in this process."""
    place = town(size)
    call_command("collectstatic", verbosity=0, interactive=False)  # pages name their files by content
    client = Client(SERVER_NAME="localhost")
    client.force_login(place.head)
    page = reverse("admin:complaints_complaint_statistics")
    last_on = day_in_korea(place.now)

    def look(days: int) -> object:
        period = {"first_on": (last_on - timedelta(days=days - 1)).isoformat(), "last_on": last_on.isoformat()}
        answer = client.get(page, period)
        if answer.status_code != 200:
            raise RuntimeError(f"the page was answered with {answer.status_code}")
        return answer

    say(f"{YEAR}일 집계")
    began = time.perf_counter()
    count_days([last_on - timedelta(days=ago) for ago in range(1, YEAR)], now=place.now)
    rolled = time.perf_counter() - began
    return {
        "month": compared(lambda: look(MONTH)),
        "year": compared(lambda: look(YEAR)),
        "rollup_ms_a_day": round(rolled * 1000 / YEAR, 1),
    }
