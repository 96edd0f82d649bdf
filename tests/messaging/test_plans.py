"""
How PostgreSQL goes about the hot statements, also when it believes that every leg is still queued.

After a mass insert and ANALYZE the planner expects next to nothing in any other status; a join that also asks for the
status then nests a sequential scan (measured 11.7–15.9 s per 500 rows against 20–37 ms). These tests read plans, not
clocks.
"""

from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from messaging import delivery, services, settling, switching
from messaging.carriers.base import Accepted
from messaging.claiming import Claim, claim
from messaging.models import Attempt, LegStatus, Message, Stream
from messaging.settling import Change
from portal.core import clock
from tests.messaging.making import make_template, outgoing, queue, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
REAL, OTHERS = 700, 50_000


@pytest.fixture
def campaign() -> Stream:
    """A campaign among many other legs, all queued, and the statistics of just then."""
    make_template()
    rows = (outgoing(f"k{number}", topic="notices.notice", stream="campaign:plans") for number in range(REAL))
    services.send_many(rows, by=None, now=clock.now())
    leg = queue("other", stream="flow:others").attempts.get()
    services.pause(stream="flow:others", reason="다른 발송", by=None, now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            _copies(Message, f"generate_series(1, {OTHERS}) g", key="'o' || g", sealed_id="gen_random_uuid()")
        )
        cursor.execute(_copies(Attempt, "messaging_message m", id="gen_random_uuid()", message_id="m.id"))
        cursor.execute("ANALYZE messaging_attempt, messaging_message")
    assert Attempt.objects.filter(stream=leg.stream_id).count() == OTHERS + 1
    Stream.objects.update(canary_count=0)
    return Stream.objects.get(name="campaign:plans")


def _copies(model: type[models.Model], source: str, **changed: str) -> str:
    """Many rows like the one of `other`; nobody opens what is sealed in them."""
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    names = [str(field.column) for field in fields]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    other = "(SELECT id FROM messaging_message WHERE key = 'other')"
    where = f"t.id = {other}" if model is Message else f"t.message_id = {other} AND m.key ~ '^o[0-9]'"
    table = model._meta.db_table
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t, {source} WHERE {where}"  # noqa: S608


def _scans(statement: str, parameters: Any) -> list[tuple[str, str]]:
    """Every scan of a plan: how, and of which table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (answer,) = cursor.fetchone()
    found: list[tuple[str, str]] = []
    rest = [answer[0]["Plan"]]
    while rest:
        node = rest.pop()
        found.append((node["Node Type"], node.get("Relation Name", "")))
        rest += node.get("Plans", [])
    return found


def _claim_some(count: int) -> list[Claim]:
    taken = [claim("main", told().capabilities) for _ in range(count)]
    return [one for one in taken if one is not None]


def _said(work: Any) -> list[str]:
    """The statements that some work sends to the database, with their values."""
    with CaptureQueriesContext(connection) as heard:
        work()
    return [query["sql"] for query in heard.captured_queries]


def test_no_statement_of_a_message_s_way_reads_a_whole_table(campaign: Stream) -> None:
    for number in range(300):
        Stream.objects.create(name=f"idle:{number}")
    taken = _claim_some(2)[-1]

    claiming = _said(lambda: _claim_some(1))
    recording = _said(lambda: delivery.record(taken, {leg.id: Accepted(f"r-{leg.id}") for leg in taken.legs}))
    folding = _said(
        lambda: settling.settle([Change(leg.id, LegStatus.DELIVERED) for leg in taken.legs], cause="receipt")
    )

    _assert_no_full_scan(claiming)
    _assert_no_full_scan(recording)
    _assert_no_full_scan(folding)
    (batch,) = [one for one in claiming if "SKIP LOCKED" in one]
    assert not {"Sort", "Incremental Sort"} & {kind for kind, _ in _scans(batch, None)}


def _assert_no_full_scan(said: list[str]) -> None:
    hot = [one for one in said if "messaging_attempt" in one or "messaging_message" in one]
    assert hot
    for statement in hot:
        scans = _scans(statement, None)
        whole = {table for kind, table in scans if kind == "Seq Scan"}
        assert whole.isdisjoint({"messaging_attempt", "messaging_message", "messaging_deliveryevent"}), statement


def test_a_switch_for_a_carrier_nothing_waits_for_reads_no_other_legs(campaign: Stream) -> None:
    values = {"before": "gone", "after": "spare", "channel": "sms", "awaits_upload": False, "cause": "", "batch": 1000}

    for awaited_upload in (False, True):
        scans = _scans(switching._MOVE, {**values, "awaited_upload": awaited_upload})
        assert ("Seq Scan", "messaging_attempt") not in scans
