"""
Complaints when everything happens at once: one report pressed forty times, two officials in one case, a dying worker.

F11 and F12 of the list of faults. The harness is shown to notice: a naive save under the same hands loses half.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from PIL import Image
from pytest_django import Settings

from complaints import services
from complaints.attachments import Photo
from complaints.models import Attachment, Complaint, Revision
from complaints.services.processing import LEASE, process_photos
from messaging.models import Message
from portal.accounts.models import User
from portal.core.sealing import blind_phone
from tests.complaints.conftest import HANEUL, World, build_world
from tests.complaints.pages import NEW, send

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]
PRESSES = 40
ROUNDS = 100  # each official edits so many times


@pytest.fixture
def busy(transactional_db: None, settings: Settings, tmp_path: Path) -> World:
    """The district with transactions that really commit."""
    settings.MEDIA_DIR = tmp_path
    settings.COMPLAINTS_COLLAPSE = timedelta(minutes=10)
    return build_world()


def _at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What each of `count` threads got; all begin at the same moment."""
    barrier = Barrier(count)

    def run(index: int) -> Any:
        barrier.wait()
        try:
            return work(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_forty_presses_of_one_button_are_one_complaint_and_forty_equal_receipts(busy: World) -> None:
    key = str(uuid4())

    answers = _at_once(PRESSES, lambda _: send(Client(), intake_key=key))

    complaint = Complaint.objects.get()
    assert {answer.status_code for answer in answers} == {303}
    assert {answer["Location"].partition("?")[0] for answer in answers} == {f"/complaints/{complaint.number}/"}
    assert complaint.changes.filter(step="file").count() == 1
    assert _texts_to_citizen() == len(set(Message.objects.values_list("key", flat=True)))


def _texts_to_citizen() -> int:
    return Message.objects.filter(phone_index=blind_phone(HANEUL)).count()


def test_the_back_button_and_a_second_tab_send_the_same_report_once(busy: World) -> None:
    key, tab = str(uuid4()), Client()
    first = send(tab, intake_key=key)
    sent = _texts_to_citizen()

    back = send(tab, intake_key=key, body="고쳐 쓴 가로등 이야기")
    copied_tab = send(Client(), intake_key=key)

    assert Complaint.objects.count() == 1
    assert back["Location"] == copied_tab["Location"] == first["Location"]
    assert Complaint.objects.get().body == "우리집 앞 가로등이 안 켜져요"
    assert _texts_to_citizen() == sent


def test_two_forms_have_two_keys(busy: World) -> None:
    """What makes the tests above mean something: without the same key, two reports are two."""
    pages = [Client().get(NEW).content for _ in range(2)]

    assert pages[0] != pages[1]
    send(Client(), intake_key=str(uuid4()))
    send(Client(), intake_key=str(uuid4()), anyway="1")

    assert Complaint.objects.count() == 2


Edit = Callable[[Complaint, str, User], bool]


def _ours(complaint: Complaint, mark: str, by: User) -> bool:
    """As the case page does it; a refused edit was not lost: its writer sees what changed and sends it again."""
    changes = {"body": f"{complaint.body} {mark}"}
    try:
        services.correct(
            complaint,
            changes=changes,
            proof="official",
            version=complaint.version,
            by=by,
            now=complaint.submitted_at + timedelta(hours=1),
        )
    except services.Stale as refused:
        return not refused.changes  # without the difference the writer could not send it again
    return True


def _naive(complaint: Complaint, mark: str, by: User) -> bool:
    """What one would write without a version."""
    complaint.body = f"{complaint.body} {mark}"
    complaint.save(update_fields=["body_sealed"])
    return True


def _edited_by_two(busy: World, edit: Edit) -> tuple[set[str], int]:
    """Two officials read the same case in each round and write at the same time; the marks that are left."""
    complaint = busy.file()
    together = Barrier(2)
    refused = []

    def work(index: int) -> None:
        by = (busy.officer, busy.clerk)[index]
        for turn in range(ROUNDS):
            mark = f"#{index}-{turn}"
            own = Complaint.objects.get(pk=complaint.pk)
            together.wait()
            while not edit(own, mark, by):
                refused.append(mark)
                own = Complaint.objects.get(pk=complaint.pk)
            together.wait()

    _at_once(2, work)
    complaint.refresh_from_db()
    return {word for word in complaint.body.split() if word.startswith("#")}, len(refused)


def test_two_hundred_edits_by_two_officials_all_survive(busy: World) -> None:
    left, refused = _edited_by_two(busy, _ours)

    assert len(left) == 2 * ROUNDS
    assert refused == ROUNDS  # one of the two in every round
    assert Revision.objects.filter(field="body").count() == 2 * ROUNDS


def test_a_naive_save_loses_edits_under_the_same_hands(busy: World) -> None:
    left, _ = _edited_by_two(busy, _naive)

    assert len(left) < 2 * ROUNDS


@pytest.fixture
def outside(busy: World, settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts photo workers in processes of their own, on the database of this test."""
    started: list[subprocess.Popen[bytes]] = []
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    environment = {**os.environ, "DATABASE_URL": address, "MEDIA_DIR": str(settings.MEDIA_DIR)}
    code = (
        "import django; django.setup()\n"
        "from datetime import datetime\n"
        "from complaints.services.processing import process_photos\n"
        f"process_photos(now=datetime.fromisoformat({busy.now.isoformat()!r}))\n"
    )

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _photo(tmp_path: Path, number: int) -> Photo:
    path = tmp_path / f"{number}.jpg"
    Image.effect_noise((2400, 1800), 60 + number).convert("RGB").save(path, "JPEG", quality=95)
    return Photo(path.name, path.read_bytes())


def _wait_until(claim: Callable[[], bool]) -> None:
    limit = time.monotonic() + 120
    while not claim():
        assert time.monotonic() < limit, "the worker never began"
        time.sleep(0.01)


def test_a_worker_killed_over_a_photo_loses_none_and_another_goes_on(
    busy: World, outside: Callable[[], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    complaint = busy.file(photos=[_photo(tmp_path, number) for number in range(3)])
    waiting = Attachment.objects.filter(complaint=complaint, state=Attachment.State.QUARANTINED)

    worker = outside()
    _wait_until(lambda: waiting.filter(lease_until__isnull=False).exists())
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    held = waiting.get(lease_until__isnull=False)

    process_photos(now=busy.now)  # another worker takes the others and leaves the held one alone
    assert list(waiting.values_list("pk", flat=True)) == [held.pk]
    process_photos(now=busy.now + LEASE + timedelta(seconds=1))

    rows = Attachment.objects.filter(complaint=complaint)
    assert set(rows.values_list("state", flat=True)) == {Attachment.State.READY}
    assert rows.get(pk=held.pk).attempt_count == 2
    assert Complaint.objects.get().stage == "assigned"  # the case never waited for its photos


def test_two_workers_never_hold_the_same_photo(busy: World, tmp_path: Path) -> None:
    busy.file(photos=[_photo(tmp_path, number) for number in range(4)])
    counts: list[int] = []

    def work() -> None:
        try:
            counts.append(process_photos(now=busy.now))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 4
    assert set(Attachment.objects.values_list("state", "attempt_count")) == {(Attachment.State.READY, 1)}
