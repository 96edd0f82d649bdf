"""When the time of a case is over: words, contacts and files go, figures stay."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from complaints import attachments, queries, services
from complaints.models import Attachment, Complaint, DailyCount, Outcome, Revision, StageChange
from complaints.models.keeping import FLAG
from complaints.tracking import timeline
from complaints.workflow import Stage
from tests.complaints.conftest import BADA, World
from tests.complaints.pages import jpeg

_YEAR = timedelta(days=366)


def _full_case(world: World) -> Complaint:
    """A case with everything that can be written about one."""
    complaint = world.file(
        photos=[services.Photo("사진.jpg", jpeg())], place=services.Place(address="중앙로 1", lat=37.56, lon=126.97)
    )
    services.correct(
        complaint,
        changes={"body": "가로등이 깜박여요"},
        proof="device",
        version=complaint.version,
        by=None,
        now=world.now,
    )
    services.note(complaint, text="현장 사진 있음", by=world.officer, now=world.now)
    services.follow(complaint, phone=BADA, by=None, now=world.now)
    world.ask(complaint)
    services.answer_supplement(complaint, content="12번 가로등", by=None, now=world.now)
    world.resolve(complaint, outcome=Outcome.REFUSED, refusal_reason="사유지입니다.", remedy="90일 안에 행정심판")
    services.rate(complaint, score=2, comment="실망입니다", by=None, now=world.now)
    return complaint


def _figures() -> dict[str, Any]:
    return {
        "stages": sorted(Complaint.objects.values_list("stage", "outcome", "department", "category", "channel")),
        "times": sorted(Complaint.objects.values_list("received_at", "due_at", "ended_at")),
        "steps": sorted(StageChange.objects.values_list("step", "at", "department_name")),
        "counts": list(DailyCount.objects.values_list("on", "measure", "value")),
    }


def test_everything_personal_goes_and_the_figures_stay(world: World) -> None:
    complaint = _full_case(world)
    before = _figures()

    assert services.erase_old_cases(now=world.now + 11 * _YEAR) == 1

    stored = Complaint.objects.get(pk=complaint.pk)
    assert (stored.body, stored.name, stored.phone, stored.address, stored.answer) == ("", "", "", "", "")
    assert (stored.phone_index, stored.lat, stored.search_grams, stored.title) == (
        None,
        None,
        [],
        "보존기간이 지나 지운 민원",
    )
    assert not any(change.public_text or change.internal_text or change.data for change in stored.changes.all())
    assert Revision.objects.get().new == ""
    assert stored.notes.get().text == ""
    assert stored.supplements.get().answer == ""
    assert (stored.satisfactions.get().score, stored.satisfactions.get().comment) == (2, "")
    assert not stored.followers.exists()
    assert stored.proposals.get().arguments == ""
    assert _figures() == before
    assert timeline(stored)
    assert queries.why_due(stored) is not None


def test_the_files_go_and_the_digest_stays(world: World) -> None:
    complaint = _full_case(world)
    photo = complaint.attachments.get()
    digest = bytes(photo.sha256)
    assert attachments.path_of(photo.sealed_id, "original").exists()

    services.erase_old_cases(now=world.now + 11 * _YEAR)

    photo.refresh_from_db()
    assert not attachments.path_of(photo.sealed_id, "original").exists()
    assert (bytes(photo.sha256), photo.state) == (digest, Attachment.State.FAILED)


def test_twice_is_once(world: World) -> None:
    _full_case(world)

    services.erase_old_cases(now=world.now + 11 * _YEAR)

    assert services.erase_old_cases(now=world.now + 11 * _YEAR) == 0


def test_each_category_has_its_own_time_and_open_cases_are_kept(world: World) -> None:
    world.lamps.retention_years = 3
    world.lamps.save()
    short, long, still_open = world.at(Stage.RESOLVED), world.at(Stage.WITHDRAWN, category=world.trees), world.file()

    services.erase_old_cases(now=world.now + 4 * _YEAR)

    erased = Complaint.objects.filter(erased_at__isnull=False)
    assert list(erased) == [short]
    assert Complaint.objects.get(pk=long.pk).body
    assert Complaint.objects.get(pk=still_open.pk).body


def _raw(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config(%s, 'on', true)", [FLAG])
        cursor.execute(sql)


def test_even_under_the_flag_a_book_may_lose_its_words_and_nothing_else(world: World) -> None:
    _full_case(world)

    for wrong in ("at = now()", "step = 'close'", "public_text_sealed = 'x'", "data = '{\"a\": 1}'"):
        with pytest.raises(DatabaseError, match="append_only"):
            _raw(f"update complaints_stagechange set {wrong}")  # noqa: S608
    with pytest.raises(DatabaseError, match="append_only"):
        _raw("delete from complaints_stagechange")
    _raw("update complaints_note set text_sealed = ''")


def test_the_flag_does_not_outlive_its_transaction(world: World) -> None:
    _full_case(world)
    services.erase_old_cases(now=world.now + 11 * _YEAR)

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update complaints_note set text_sealed = ''")
