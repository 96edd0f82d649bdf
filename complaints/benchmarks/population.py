"""A million complaints by statements inside the database, their index dropped before and made again after."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from django.db import connection, models, transaction
from psycopg import Connection

import complaints
from complaints import numbers, services
from complaints.benchmarks.people import CITIZEN_PHONE, Post
from complaints.deadlines import Period, Unit, due
from complaints.models import Assignment, Channel, Complaint, StageChange
from complaints.searching import folded, grams_of, pieces_of
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.fields import seal_for
from portal.core.sealing import blind_phone

OPEN = 15_000
YEARS = 2  # over which the ended ones are spread
OWN = 12  # complaints of the citizen who looks
NUMBERED = 200  # open ones with a real number, to be looked up
CLOCKS = 400
PHONES = 300_000
TRAINING = Path(complaints.__file__).resolve().parent / "reference" / "training.tsv"

_FRESH: Mapping[str, str] = {
    "number": "'B' || n",
    "sealed_id": "gen_random_uuid()",
    "intake_key": "gen_random_uuid()",
    "token_hash": "sha256(n::text::bytea)",
    "stage": "CASE WHEN o THEN (ARRAY['assigned','assigned','inspecting','reviewing'])[n % 4 + 1] ELSE 'resolved' END",
    "outcome": "CASE WHEN o THEN '' ELSE (ARRAY['accepted','partial','guided','already_done'])[n % 4 + 1] END",
    "category_id": "p.category",
    "department_id": "p.department",
    "officer_id": "p.officer",
    "phone_sealed": "'\\x00'::bytea",  # sealed for one row each: see _seal
    "phone_index": f"decode(md5((n % {PHONES})::text), 'hex')",
    "name_sealed": "''::bytea",
    "body_sealed": "''::bytea",
    "search_grams": "w.grams",
    "answer_sealed": "CASE WHEN o THEN ''::bytea ELSE '\\x00'::bytea END",
    "lat": "37.55 + random() * 0.08",
    "lon": "126.62 + random() * 0.09",
    "location_source": "'pin'",
    "address": "'새빛로 ' || n % 500",
    "submitted_at": "t.at",
    "receive_by_at": "t.at + interval '1 day'",
    "received_at": "t.at",
    "period_value": "CASE WHEN o THEN c.value ELSE 7 END",
    "period_unit": "CASE WHEN o THEN c.unit ELSE 'day' END",
    "due_at": "CASE WHEN o THEN c.due_at ELSE t.at + interval '11 days' END",
    "promised_due_at": "CASE WHEN o THEN c.due_at ELSE t.at + interval '11 days' END",
    "clock": "CASE WHEN o THEN 'running' ELSE 'stopped' END",
    "ended_at": "CASE WHEN o THEN NULL ELSE t.at + n % 14 * interval '1 day' + interval '1 hour' END",
}
_INSERT = """
    INSERT INTO complaints_complaint ({columns}) SELECT {values}
    FROM complaints_complaint m
    CROSS JOIN generate_series(1, %(size)s) n
    CROSS JOIN LATERAL (SELECT n <= %(open)s AS o) f
    JOIN bench_words w ON w.k = n %% %(words)s
    JOIN bench_posts p ON p.k = n %% %(posts)s
    JOIN bench_clocks c ON c.k = n %% %(clocks)s
    CROSS JOIN LATERAL (SELECT CASE WHEN o THEN c.at ELSE %(now)s - n * %(step)s END AS at) t
    WHERE m.id = %(model)s
"""
_FOLLOWING = """
    INSERT INTO {table} ({columns}) SELECT {values} FROM {table} m CROSS JOIN complaints_complaint c WHERE {on}
"""
_OPENED = """
    UPDATE complaints_complaint c SET body_sealed = s.body, phone_sealed = s.phone, phone_index = s.phone_index
    FROM bench_sealed s WHERE s.id = c.id
"""


def populate(size: int, posts: Sequence[Post], citizen: User, *, now: datetime) -> str:
    """So many complaints with their assignments; returns two syllables that one text in 1,500 holds."""
    texts = training_texts()
    word = _rare_piece(texts)
    model = _model(now)
    with _without_indexes(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # ten foreign keys of a million rows, all right
        _table(cursor, "bench_words (k int, grams int[])", [(k, grams_of(text)) for k, text in enumerate(texts)])
        _table(
            cursor,
            "bench_posts (k int, category int, department int, officer int)",
            [(k, *astuple(post)) for k, post in enumerate(posts)],
        )
        clocks = list(_clocks(now))
        _table(cursor, "bench_clocks (k int, at timestamptz, value int, unit text, due_at timestamptz)", clocks)
        values: dict[str, Any] = {"now": now, "step": timedelta(days=365 * YEARS) / size, "model": model.pk}
        values |= {"size": size, "open": OPEN, "words": len(texts), "posts": len(posts), "clocks": len(clocks)}
        cursor.execute(_statement(Complaint, _FRESH), values)
        _follow(cursor, model)
    _seal(texts, word, citizen)
    return word


def _statement(model: type[models.Model], fresh: Mapping[str, str]) -> str:
    columns = _columns(model)
    values = ", ".join(fresh.get(name, f"m.{name}").replace("%", "%%") for name in columns)
    return _INSERT.format(columns=", ".join(columns), values=values)


def _columns(model: type[models.Model]) -> list[str]:
    return [
        str(field.column)
        for field in model._meta.local_concrete_fields
        if not field.primary_key and not isinstance(field, models.GeneratedField)
    ]


def _follow(cursor: Any, model: Complaint) -> None:
    """Who got each case, and the story of the open ones, after the example of the model's own."""
    given = {"complaint_id": "c.id", "department_id": "c.department_id", "officer_id": "c.officer_id"}
    given |= {"at": "c.submitted_at", "sealed_id": "gen_random_uuid()"}
    assignment = Assignment.objects.filter(complaint=model).order_by("-pk")[0].pk
    own, story = f"m.id = {assignment}", f"m.complaint_id = {model.pk} AND c.is_open"
    for table, last in ((Assignment, own), (StageChange, story)):
        columns = _columns(table)
        values = ", ".join(given.get(name, f"m.{name}") for name in columns)
        on = f"{last} AND c.id <> {model.pk}"
        name = table._meta.db_table
        cursor.execute(_FOLLOWING.format(table=name, columns=", ".join(columns), values=values, on=on))


def _table(cursor: Any, definition: str, rows: Sequence[tuple[Any, ...]]) -> None:
    name = definition.partition(" ")[0]
    cursor.execute(f"CREATE TEMP TABLE {definition} ON COMMIT DROP")
    cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)  # noqa: S608 — our names


def training_texts() -> list[str]:
    """What citizens of the router's training wrote."""
    with TRAINING.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file, delimiter="\t")]


def _rare_piece(texts: Sequence[str]) -> str:
    """The first Korean piece that stands in one text only: a word as selective as a street's name."""
    held = Counter(piece for text in texts for piece in pieces_of(folded(text)))
    return min(piece for piece, count in held.items() if count == 1 and all("가" <= char <= "힣" for char in piece))


def _clocks(now: datetime) -> Iterator[tuple[int, datetime, int, str, datetime]]:
    """When the open ones were received, and when each is due by law: most of them later than today."""
    cal = calendar()
    periods = (Period(7, Unit.DAY), Period(7, Unit.DAY), Period(14, Unit.DAY), Period(5, Unit.DAY))
    for k in range(CLOCKS):
        at = now - timedelta(minutes=30 * k)
        period = periods[k % len(periods)]
        yield k, at, period.value, period.unit.value, due(cal, at, period).at


def _model(now: datetime) -> Complaint:
    """One filed as citizens do; the others are its copies with other facts."""
    filing = services.Filing(channel=Channel.WEB, body="집 앞 가로등이 며칠째 꺼져 있습니다", phone="+821090000000")
    complaint = services.file(filing=filing, by=None, intake_key=uuid4(), now=now)
    if complaint.officer_id is None:
        raise RuntimeError("the model complaint found no officer")
    return complaint


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Building an index once is several times cheaper than a million insertions into it."""
    tables = [model._meta.db_table for model in (Complaint, Assignment)]
    names = [index.name for model in (Complaint, Assignment) for index in model._meta.indexes]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname = ANY(%s)",
            [tables, names],
        )
        found = dict(cursor.fetchall())
        cursor.execute(f"DROP INDEX {', '.join(found)}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for definition in found.values():
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def _seal(texts: Sequence[str], word: str, citizen: User) -> None:
    """Seal what will be opened: the open cases, and those with the word; give some a number and an owner."""
    holders = [k for k, text in enumerate(texts) if word in folded(text)]
    chosen = Complaint.objects.exclude(number__startswith="M")
    rows = chosen.filter(is_open=True) | chosen.filter(search_grams__contains=grams_of(word))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_sealed (id bigint, body bytea, phone bytea, phone_index bytea)")
        raw = cast("Connection[Any]", connection.connection)
        found = list(rows.values_list("pk", "sealed_id", "number"))
        with raw.cursor().copy("COPY bench_sealed FROM STDIN") as copy:
            for pk, sealed_id, number in found:
                n = int(number[1:])
                phone = f"+8210{80_000_000 + n % PHONES}"
                body = texts[n % len(texts)] if n % len(texts) in holders or n <= OPEN else ""
                copy.write_row(
                    (
                        pk,
                        seal_for(Complaint, "body_sealed", body, row=sealed_id),
                        seal_for(Complaint, "phone_sealed", phone, row=sealed_id),
                        blind_phone(phone),
                    )
                )
        cursor.execute(_OPENED)
    _own_and_number(citizen)


def _own_and_number(citizen: User) -> None:
    filed = citizen.date_joined - timedelta(days=800)  # a month in which nobody else files
    numbered = Complaint.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True)[:NUMBERED]
    for serial, pk in enumerate(numbered):
        Complaint.objects.filter(pk=pk).update(number=numbers.number_of(filed, serial))
    ended = Complaint.objects.filter(is_open=False).order_by("pk").values_list("pk", flat=True)
    own = list(ended[1000 : 1000 + OWN * 1000 : 1000]) or list(ended[:OWN])
    Complaint.objects.filter(pk__in=own).update(citizen=citizen, phone_index=blind_phone(CITIZEN_PHONE))
