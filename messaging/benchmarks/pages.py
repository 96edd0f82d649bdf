"""Pages: what an official opens while a million messages are stored."""

import time
from typing import Any

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from messaging.benchmarks import stage, web
from messaging.models import Message, Stream
from portal.accounts.models import User

STREAM = "bench:stored"
LOOKS = 40
NEWEST = 200  # what the lists show: sealed like any other
STORED_PER_SENT = 20  # a million where the other parts send 51,000
# The triggers' work is written once: a million rows are there, and how they came is not measured.
_MESSAGES = """
    INSERT INTO messaging_message ({columns})
    SELECT {values} FROM (SELECT * FROM messaging_message WHERE id = %s) m CROSS JOIN generate_series(1, %s) n
"""
_FRESH = {
    "sealed_id": "gen_random_uuid()",
    "key": "'bench:stored:' || n",
    "status": "'delivered'",
    "phone_index": "decode(md5(n::text), 'hex')",
    "stream_id": "%s",
    **{f"{column}_sealed": "''" for column in ("phone", "variables", "body")},  # sealed for one row each
    "erased_at": "now()",
}


def measure(size: int) -> dict[str, Any]:
    """The stream's page and the lists, each opened `LOOKS` times with twenty times the messages of the other parts."""
    stage.open_office()
    stream = _store(STORED_PER_SENT * size)
    pages = {
        "stream_page": reverse("admin:messaging_stream_change", args=[stream.pk]),
        "stream_list": reverse("admin:messaging_stream_changelist"),
        "message_list": reverse("admin:messaging_message_changelist"),
    }
    with web.serving() as server:
        cookies = {settings.SESSION_COOKIE_NAME: _signed_in()}
        with httpx.Client(base_url=server.address, cookies=cookies, trust_env=False, timeout=60) as client:
            found = {name: _look(client, path) for name, path in pages.items()}
    return {"stored": Message.objects.count(), **{f"{name}_p95_ms": ms for name, ms in found.items()}}


def _store(size: int) -> Stream:
    stage.say(f"메시지 {size:,}건 저장")
    stage.queue("bench:model", 1)
    model = Message.objects.get(stream__name="bench:model")
    stream, _ = Stream.objects.get_or_create(name=STREAM)
    fields = [field for field in Message._meta.local_concrete_fields if field.attname != "id"]
    names = [str(field.column) for field in fields]
    columns, values = ", ".join(names), ", ".join(_FRESH.get(name, f"m.{name}") for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MESSAGES.format(columns=columns, values=values), [stream.pk, model.pk, size])
    stage.queue("bench:newest", NEWEST)
    stage.analyze()
    return stream


def _signed_in() -> str:
    browser = Client()
    browser.force_login(User.objects.create_superuser("bench", password=None))
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def _look(client: httpx.Client, path: str) -> float:
    seconds = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        client.get(path, headers={"host": "localhost"}).raise_for_status()
        seconds.append(time.perf_counter() - began)
    return round(stage.percentile(seconds, 0.95) * 1000, 1)
