"""Pictures that a carrier wants beforehand: uploaded once, at its rate, for the right person, and again after expiry."""

import time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction

from messaging import delivery, services, topics, uploading
from messaging.carriers.base import FileRef, NotSent, Uploads
from messaging.models import Attempt, Message, Stream, Upload
from messaging.queries import database_clock
from portal.core import clock
from tests.messaging.making import Told, leg_of, make_template, phone_of, queue, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
PICTURES = {"test:1": b"first page", "test:2": b"second page", "test:3": b"third page"}


class Uploading(Told):
    """Keeps pictures for six days."""

    uploaded: list[str]
    error: NotSent | None = None

    def upload(self, image: bytes, *, sha256: str) -> FileRef:
        if self.error:
            raise self.error
        self.uploaded.append(sha256)
        return FileRef(f"file-{sha256[:8]}")


@pytest.fixture(autouse=True)
def carrier(handlers: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    made = Uploading()
    made.uploaded = []
    made.capabilities = replace(made.capabilities, uploads_per_second=1000.0, upload_lasts=timedelta(days=6))
    monkeypatch.setattr("messaging.carriers.registry.carrier", lambda alias: made)
    if "transactional_db" not in request.fixturenames:  # its thread would see nothing of the test's transaction
        monkeypatch.setattr(delivery, "_upload", lambda line, deadline: 0)
    topics.image_source("test")(lambda handle, message: PICTURES[handle])
    assert isinstance(made, Uploads)
    return made


def _notice(key: str, *handles: str) -> Message:
    if not Message.objects.exists():
        make_template(route="mms")
    images = [
        services.ImageRef(handle, sha256(PICTURES[handle]).hexdigest(), 10, 10, len(PICTURES[handle]))
        for handle in handles
    ]
    return queue(key, to=phone_of(key), images=images)


def _upload() -> int:
    made = told()
    assert isinstance(made, Uploading)
    return uploading.upload_ahead("main", made, made.capabilities, until=time.monotonic() + 30)


def test_a_picture_message_waits_until_all_its_pictures_are_with_the_carrier(carrier: Uploading) -> None:
    message = _notice("one", "test:1", "test:2")

    assert delivery.drain(seconds=0.2) == 0
    assert leg_of(message).awaits_upload
    assert _upload() == 2
    delivery.drain(seconds=2)

    assert status_of(message) == "sent"
    taken = carrier.taken[0].images
    assert [(one.content, one.file_ref) for one in taken] == [
        (PICTURES[handle], f"file-{sha256(PICTURES[handle]).hexdigest()[:8]}") for handle in ("test:1", "test:2")
    ]


def test_one_picture_is_uploaded_once_for_all_who_get_it(carrier: Uploading) -> None:
    for key in ("one", "two", "three"):
        _notice(key, "test:1")

    _upload()
    _upload()

    assert len(carrier.uploaded) == 1
    assert not Attempt.objects.filter(awaits_upload=True).exists()


def test_text_does_not_wait_for_pictures() -> None:
    make_template()

    assert not leg_of(queue()).awaits_upload


def test_a_carrier_that_takes_pictures_inside_the_call_waits_for_nothing(carrier: Uploading) -> None:
    carrier.capabilities = replace(carrier.capabilities, uploads_per_second=0.0)

    assert not leg_of(_notice("one", "test:1")).awaits_upload


def test_after_its_expiry_a_picture_is_uploaded_again(carrier: Uploading) -> None:
    message = _notice("one", "test:1")
    _upload()
    Upload.objects.update(expires_at=database_clock() - timedelta(seconds=1))

    delivery.drain(seconds=0.5)
    assert leg_of(message).awaits_upload
    _upload()
    delivery.drain(seconds=2)

    assert status_of(message) == "sent"
    assert len(carrier.uploaded) == 2


def test_a_swapped_picture_is_neither_uploaded_nor_sent(carrier: Uploading, monkeypatch: pytest.MonkeyPatch) -> None:
    message = _notice("one", "test:1")
    monkeypatch.setitem(PICTURES, "test:1", b"somebody else's page")

    _upload()
    delivery.drain(seconds=1)

    assert carrier.uploaded == []
    assert leg_of(message).reason_kind == "wrong_image"
    assert Stream.objects.get(pk=message.stream_id).paused_at is not None


def test_an_upload_that_fails_is_tried_again_when_its_lease_is_over(carrier: Uploading) -> None:
    message = _notice("one", "test:1")
    carrier.error = NotSent("HTTP 503")

    assert _upload() == 0
    carrier.error = None
    assert _upload() == 0
    Upload.objects.update(expires_at=database_clock() - timedelta(seconds=1))

    assert _upload() == 1
    assert not leg_of(message).awaits_upload


def test_uploads_keep_the_carriers_rate(carrier: Uploading) -> None:
    carrier.capabilities = replace(carrier.capabilities, uploads_per_second=10.0)
    for number in (1, 2, 3):
        _notice(str(number), f"test:{number}")
    began = time.monotonic()

    _upload()

    assert len(carrier.uploaded) == 3
    assert time.monotonic() - began >= 0.2


def test_a_paused_streams_pictures_wait() -> None:
    message = _notice("one", "test:1")
    services.pause(stream=message.stream.name, reason="점검", by=None, now=clock.now())

    assert _upload() == 0


def test_one_run_of_the_drain_uploads_and_sends(transactional_db: None, carrier: Uploading) -> None:
    with transaction.atomic():
        messages = [_notice(key, "test:1", "test:2") for key in ("one", "two")]

    assert delivery.drain(seconds=5) == 2

    assert [status_of(message) for message in messages] == ["sent", "sent"]
    assert len(carrier.uploaded) == 2


def test_a_picture_its_carrier_never_takes_keeps_nobody_waiting_past_the_deadline(carrier: Uploading) -> None:
    carrier.error = NotSent("too large")
    message = _notice("one", "test:1")
    assert _upload() == 0
    assert leg_of(message).awaits_upload
    hour = timedelta(hours=1)
    Message.objects.filter(pk=message.pk).update(due_at=clock.now() - 2 * hour, expires_at=clock.now() - hour)

    _upload()
    delivery.drain(seconds=1)

    assert status_of(message) == "cancelled"
    assert carrier.taken == []
