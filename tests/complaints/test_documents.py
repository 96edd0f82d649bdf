"""Documents are files for download; any file may be scanned; originals go when their time has come."""

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from complaints import attachments, services
from complaints.attachments import Photo
from complaints.models import Attachment, Complaint
from complaints.nearby_queries import same_photo_elsewhere
from complaints.services import photos, processing
from tests.complaints.conftest import BADA, World
from tests.complaints.pages import jpeg

PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
HWP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + b"HWP Document File" + bytes(100)


def _hwpx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/hwp+zip")
        archive.writestr("Contents/section0.xml", "<sec/>")
    return out.getvalue()


def _processed(world: World, *files: Photo) -> list[Attachment]:
    complaint = world.file(photos=files)
    services.process_photos(now=world.now)
    return list(complaint.attachments.order_by("ordinal"))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (HWP, "application/x-hwp"), (_hwpx(), "application/hwp+zip")],
)
def test_a_document_is_kept_as_it_is_and_decoded_by_nobody(content: bytes, media_type: str, world: World) -> None:
    (row,) = _processed(world, Photo("탄원서.이름", content))

    assert (row.state, row.purpose, row.media_type) == ("ready", "document", media_type)
    assert row.name == "탄원서.이름"
    assert b"\xed\x83\x84" not in bytes(row.name_sealed)
    assert attachments.read(row, "original") == content
    assert not attachments.path_of(row.sealed_id, "view").exists()


def test_the_name_of_a_photo_is_not_kept(world: World) -> None:
    (row,) = _processed(world, Photo("우리집_김하늘.jpg", jpeg()))

    assert row.name == ""


@contextmanager
def _clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The other end of a scanner: reads one stream and says what it was told to."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        line, _ = server.accept()
        with line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", stream.read(4))[0]:
                content += stream.read(size)
            heard.append(content)
            line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"tcp://127.0.0.1:{server.getsockname()[1]}", heard
    server.close()
    thread.join(timeout=5)


def test_a_scanner_sees_every_byte_and_lets_a_good_file_pass(world: World, settings: Settings) -> None:
    with _clamd(b"stream: OK\0") as (address, heard):
        settings.COMPLAINTS_VIRUS_SCANNER = address
        (row,) = _processed(world, Photo("탄원서.pdf", PDF))

    assert row.state == "ready"
    assert heard == [PDF]


def test_a_harmful_file_is_refused_and_destroyed(world: World, settings: Settings) -> None:
    with _clamd(b"stream: Eicar-Test-Signature FOUND\0") as (address, _):
        settings.COMPLAINTS_VIRUS_SCANNER = address
        (row,) = _processed(world, Photo("탄원서.pdf", PDF))

    assert (row.state, row.reason) == ("refused", processing.HARMFUL)
    assert not attachments.path_of(row.sealed_id, "original").exists()


@pytest.mark.parametrize("answer", [b"", b"stream: size limit exceeded. ERROR\0"])
def test_a_scanner_without_a_verdict_leaves_the_file_waiting(answer: bytes, world: World, settings: Settings) -> None:
    with _clamd(answer) as (address, _):
        settings.COMPLAINTS_VIRUS_SCANNER = address
        (row,) = _processed(world, Photo("탄원서.pdf", PDF))

    assert row.state == "quarantined"
    settings.COMPLAINTS_VIRUS_SCANNER = ""
    services.process_photos(now=world.tick(minutes=6))
    row.refresh_from_db()
    assert row.state == "ready"


def test_files_are_added_to_an_open_case_and_the_officer_hears_of_it(world: World) -> None:
    complaint = world.file(photos=[Photo("1.jpg", jpeg(20))])

    photos.add_photos(complaint, [Photo("2.jpg", jpeg(21)), Photo("again.jpg", jpeg(20))], by=None, now=world.now)

    complaint.refresh_from_db()
    assert [row.ordinal for row in complaint.attachments.order_by("ordinal")] == [1, 2]
    assert complaint.unread_count == 1


def test_an_eleventh_file_is_refused_and_the_ten_stay(world: World) -> None:
    complaint = world.file(photos=[Photo("1.jpg", jpeg(20 + side)) for side in range(10)])

    with pytest.raises(services.TooMany, match="이미 10개"):
        photos.add_photos(complaint, [Photo("11.jpg", jpeg(60))], by=None, now=world.now)

    assert complaint.attachments.count() == 10


def test_originals_are_destroyed_ninety_days_after_the_end_and_digests_stay(world: World) -> None:
    (photo, document) = _processed(world, Photo("1.jpg", jpeg()), Photo("탄원서.pdf", PDF))
    complaint = Complaint.objects.get()
    world.resolve(complaint)

    assert photos.forget_originals(now=world.tick(days=89)) == 0
    assert photos.forget_originals(now=world.tick(days=2)) == 1
    assert photos.forget_originals(now=world.now) == 0

    photo.refresh_from_db()
    assert not photo.has_original
    assert len(bytes(photo.sha256)) == 32
    assert not attachments.path_of(photo.sealed_id, "original").exists()
    assert attachments.read(photo, "view")
    assert attachments.read(document, "original") == PDF


def test_the_same_photo_from_another_citizen_is_noticed(world: World) -> None:
    first = world.file(photos=[Photo("1.jpg", jpeg())])
    own_again = world.file(body="가로등이 또 꺼졌어요", photos=[Photo("1.jpg", jpeg())])
    other = world.file(phone=BADA, name="박바다", photos=[Photo("x.jpg", jpeg())])

    assert [copy.number for copy in same_photo_elsewhere(other, list(other.attachments.all()))] == [
        first.number,
        own_again.number,
    ]
    assert [copy.number for copy in same_photo_elsewhere(first, list(first.attachments.all()))] == [other.number]


def test_a_photo_of_a_case_about_the_office_itself_is_not_noticed_elsewhere(world: World) -> None:
    world.trees.is_sensitive = True
    world.trees.save()
    hidden = world.file(category=world.trees, photos=[Photo("1.jpg", jpeg())])
    other = world.file(phone=BADA, name="박바다", photos=[Photo("x.jpg", jpeg())])

    assert same_photo_elsewhere(other, list(other.attachments.all())) == []
    assert [copy.number for copy in same_photo_elsewhere(hidden, list(hidden.attachments.all()))] == [other.number]
