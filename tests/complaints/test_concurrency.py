"""Several people at once, on a real database with real transactions."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from complaints import services
from complaints.models import Complaint, Duty, StageChange
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import Official, User
from portal.core.errors import Refused
from tests.complaints.conftest import World, build_world


@pytest.fixture
def busy(transactional_db: None, settings: Settings, tmp_path: Path) -> World:
    """The district with transactions that really commit."""
    settings.MEDIA_DIR = tmp_path
    settings.COMPLAINTS_COLLAPSE = timedelta(minutes=10)
    return build_world()


def _at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """What each of `count` threads got, or the refusal it met; all begin at the same moment."""
    barrier = Barrier(count)

    def run(index: int) -> object:
        barrier.wait()
        try:
            return work(index)
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_forty_posts_of_one_form_make_one_complaint(busy: World) -> None:
    key = uuid4()

    results = _at_once(40, lambda _: busy.file(intake_key=key).number)

    assert len(set(results)) == 1
    assert Complaint.objects.count() == 1
    assert Counter(StageChange.objects.values_list("step", flat=True)) == {
        "file": 1,
        "receive": 1,
        "route": 1,
        "assign": 1,
    }
    assert Message.objects.count() == 2  # received, and with whom it is


def test_of_two_officers_who_press_at_once_one_wins(busy: World) -> None:
    complaint = busy.file()

    def press(index: int) -> object:
        own = Complaint.objects.get(pk=complaint.pk)
        if index:
            return services.resolve(own, outcome="accepted", answer="고침", by=busy.officer, now=busy.now)
        return services.withdraw(own, by=None, now=busy.now)

    results = _at_once(2, press)

    complaint.refresh_from_db()
    lost = [result for result in results if isinstance(result, Refused)]
    assert len(lost) == 1
    assert isinstance(lost[0], services.Stale | services.NotAllowed)
    assert complaint.stage in (Stage.RESOLVED, Stage.WITHDRAWN)
    assert complaint.changes.filter(after__in=[Stage.RESOLVED, Stage.WITHDRAWN]).count() == 1


def test_a_citizens_messages_all_land_while_officials_work(busy: World) -> None:
    complaint = busy.file()

    def act(index: int) -> object:
        own = Complaint.objects.get(pk=complaint.pk)
        if index == 0:
            return services.review(own, by=busy.officer, now=busy.now)
        return services.write(own, text=f"{index}번째", by=None, now=busy.now)

    results = _at_once(8, act)

    complaint.refresh_from_db()
    written = [result for result in results[1:] if isinstance(result, StageChange)]
    assert len(written) == 7
    assert complaint.unread_count == 7
    assert complaint.changes.count() == complaint.version


def test_no_correction_is_lost_and_none_is_made_on_what_nobody_saw(busy: World) -> None:
    """Each of ten people adds her line to what she read, and reads again when somebody was quicker."""
    complaint = busy.file(body="0")

    def edit(index: int) -> object:
        while True:
            own = Complaint.objects.get(pk=complaint.pk)
            try:
                return services.correct(
                    own,
                    changes={"body": f"{own.body} {index + 1}"},
                    proof="device",
                    version=own.version,
                    by=None,
                    now=busy.now,
                )
            except services.Stale:
                continue

    _at_once(10, edit)

    complaint.refresh_from_db()
    assert sorted(map(int, complaint.body.split())) == list(range(11))
    assert complaint.revisions.count() == 10


def test_a_signature_and_a_correction_at_once_leave_one_of_them(busy: World) -> None:
    complaint = busy.at(Stage.REVIEWING)
    arguments = {"outcome": "refused", "answer": "사유지", "refusal_reason": "사유지", "remedy": "행정심판"}
    services.propose(complaint, step="resolve", arguments=arguments, by=busy.officer, now=busy.now)

    def act(index: int) -> object:
        own = Complaint.objects.get(pk=complaint.pk)
        if index == 0:
            return busy.decide(own)
        return services.correct(
            own, changes={"body": "다른 곳"}, proof="device", version=own.version, by=None, now=busy.now
        )

    _at_once(2, act)

    complaint.refresh_from_db()
    ending = complaint.proposals.get().ending
    assert (complaint.stage == Stage.RESOLVED) == (ending == "taken")
    assert ending in ("taken", "void")


def test_filings_at_once_are_shared_evenly(busy: World) -> None:
    for number in range(2):
        user = User.objects.create(username=f"roads-{number}", password="!", is_staff=True)
        official = Official.objects.create(user=user, department=busy.roads, name=f"동료{number}", office_phone="02-1")
        Duty.objects.create(official=official, starts_on=date(2026, 1, 1))

    results = _at_once(12, lambda _: busy.file(phone="").officer_id)

    assert sorted(Counter(results).values()) == [4, 4, 4]


def test_crossing_merges_end_on_one_lead(busy: World) -> None:
    first, second, third = busy.file(), busy.file(), busy.file()

    def merge(index: int) -> object:
        complaint, lead = ((first, second), (second, third))[index]
        return services.merge(
            Complaint.objects.get(pk=complaint.pk),
            lead=Complaint.objects.get(pk=lead.pk),
            by=busy.officer,
            now=busy.now,
        )

    _at_once(2, merge)

    assert not Complaint.objects.filter(lead__lead__isnull=False).exists()
    second.refresh_from_db()
    assert second.lead == third
