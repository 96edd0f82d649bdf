"""Which rows are held, how firmly and in which order: what keeps two people from waiting for each other for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from complaints import services
from complaints.models import Complaint, Outcome, Proposal
from complaints.workflow import Stage
from tests.complaints.conftest import BADA, World, build_world


@pytest.fixture
def busy(transactional_db: None, settings: Settings, tmp_path: Path) -> World:
    """The district with transactions that really commit."""
    settings.MEDIA_DIR = tmp_path
    settings.COMPLAINTS_COLLAPSE = timedelta(minutes=10)
    return build_world()


_HOLD = {
    "no key update": "select 1 from complaints_complaint where id = %s for no key update",
    "key share": "select 1 from complaints_complaint where id = %s for key share",
}


@contextmanager
def _held_elsewhere(complaint: Complaint, *, how: str) -> Iterator[None]:
    """Somebody else's transaction holds the row meanwhile."""
    held, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_HOLD[how], [complaint.pk])
            held.set()
            done.wait(20)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    held.wait(20)
    try:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '2s'")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = default")
        done.set()
        thread.join()


def test_words_of_a_merged_case_wait_for_the_lead_alone(busy: World) -> None:
    """Whoever ends the lead holds it and then wants the merged case: the other way round both would wait."""
    complaint, lead = busy.file(), busy.file(phone=BADA)
    services.merge(complaint, lead=lead, by=busy.officer, now=busy.now)

    with _held_elsewhere(complaint, how="no key update"):
        change = services.write(complaint, text="아직인가요", by=None, now=busy.now)

    assert change.complaint == lead


def test_a_score_does_not_wait_for_a_row_that_only_points_at_the_case(busy: World) -> None:
    complaint = busy.at(Stage.RESOLVED)

    with _held_elsewhere(complaint, how="key share"):
        services.rate(complaint, score=5, by=None, now=busy.now)

    assert complaint.satisfactions.get().score == 5


def test_the_signature_is_held_before_the_case_as_when_it_is_decided(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    done = services.act(
        complaint,
        step="resolve",
        by=world.officer,
        now=world.now,
        outcome=Outcome.REFUSED,
        answer="사유지입니다.",
        refusal_reason="사유지",
        remedy="행정심판",
    )
    assert isinstance(done, Proposal)

    with CaptureQueriesContext(connection) as seen:
        services.write(complaint, text="다시 봐 주세요", by=None, now=world.now)

    locks = [query["sql"] for query in seen if " FOR " in query["sql"]]
    assert 'FROM "approvals_approval"' in locks[0]
    assert 'FROM "complaints_complaint"' in locks[1]


def test_the_case_is_held_before_what_belongs_to_it(world: World) -> None:
    """Whoever ends a case holds it and then ends its supplement and its exclusions."""
    asked, stands = world.at(Stage.SUPPLEMENTING), world.at(Stage.REVIEWING)
    world.sign(stands, "exclude", reason="inspection", explanation="조도 검사", by=world.officer)

    with CaptureQueriesContext(connection) as answering:
        services.answer_supplement(asked, content="12번", by=None, now=world.now)
    with CaptureQueriesContext(connection) as ending:
        services.end_exclusion(stands, by=world.officer, now=world.now)

    for seen in (answering, ending):
        touched = [query["sql"] for query in seen if " FOR " in query["sql"] or query["sql"].startswith("UPDATE")]
        assert 'FROM "complaints_complaint"' in touched[0]
        assert "FOR NO KEY UPDATE" in touched[0]
