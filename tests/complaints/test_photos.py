"""Photos: what is taken, what is refused, what comes out of the cage."""

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from complaints import attachments, services
from complaints.attachments import Photo
from complaints.models import Attachment, Complaint
from complaints.services import processing
from portal.core.cage import CageError
from portal.core.sealing import Tampered
from portal.core.workdays import KST
from tests.complaints.conftest import World


def exif_of(
    orientation: int = 1, taken: str = "", offset: str = "", place: tuple[float, float] | None = None
) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    if taken:
        details = exif.get_ifd(IFD.Exif)
        details[Base.DateTimeOriginal] = taken
        if offset:
            details[Base.OffsetTimeOriginal] = offset
    if place is not None:
        position = exif.get_ifd(IFD.GPSInfo)
        position[GPS.GPSLatitudeRef], position[GPS.GPSLatitude] = "N", _dms(place[0])
        position[GPS.GPSLongitudeRef], position[GPS.GPSLongitude] = "E", _dms(place[1])
    return exif


def _dms(degrees: float) -> tuple[float, float, float]:
    whole, minutes = int(degrees), (degrees % 1) * 60
    return float(whole), float(int(minutes)), (minutes % 1) * 60


def photo_of(
    form: str = "JPEG", size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None, name: str = "IMG.jpg"
) -> Photo:
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))  # the upper left quarter tells which way is up
    out = io.BytesIO()
    image.save(out, form, exif=(exif or Image.Exif()).tobytes())
    return Photo(name, out.getvalue())


def _heic() -> Photo:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(out)
    return Photo("IMG_0001.HEIC", out.getvalue())


def _processed(world: World, *photos: Photo) -> list[Attachment]:
    complaint = world.file(photos=photos)
    services.process_photos(now=world.now)
    return list(complaint.attachments.order_by("ordinal"))


def _view(row: Attachment) -> Image.Image:
    return Image.open(io.BytesIO(attachments.read(row, "view")))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_clean_picture_and_a_thumbnail(form: str, world: World) -> None:
    photo = photo_of(form, size=(2400, 1200), exif=exif_of(place=(37.5, 127.0)))

    (row,) = _processed(world, photo)

    assert (row.state, row.width, row.height) == ("ready", 1600, 800)
    view, thumbnail = _view(row), Image.open(io.BytesIO(attachments.read(row, "thumbnail")))
    assert (view.format, view.size, thumbnail.size) == ("WEBP", (1600, 800), (320, 160))
    assert not view.getexif()
    assert b"EXIF" not in attachments.read(row, "view")


def test_a_heic_photo_is_taken(world: World) -> None:
    (row,) = _processed(world, _heic())

    assert (row.state, row.media_type) == ("ready", "image/heic")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(orientation: int, world: World) -> None:
    upright = Image.new("RGB", (64, 48), "white")
    upright.paste("red", (0, 0, 32, 24))
    undo = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = upright
    for turn in undo[orientation]:
        stored = stored.transpose(turn)
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif_of(orientation).tobytes(), quality=95)

    (row,) = _processed(world, Photo("turned.jpg", out.getvalue()))

    view = _view(row).convert("RGB")
    assert view.size == (64, 48)
    red, green, _ = view.getpixel((8, 8))  # type: ignore[misc]
    assert red > 200 > 80 > green
    assert min(view.getpixel((56, 40))) > 200  # type: ignore[arg-type]


def test_time_and_place_are_read_before_they_are_stripped(world: World) -> None:
    exif = exif_of(taken="2026:11:01 20:30:00", offset="+09:00", place=(37.5665, 126.978))

    (row,) = _processed(world, photo_of(exif=exif))

    assert row.taken_at == datetime(2026, 11, 1, 11, 30, tzinfo=UTC)
    assert row.taken_offset_known
    assert row.exif_lat == pytest.approx(37.5665, abs=1e-4)
    assert row.exif_lon == pytest.approx(126.978, abs=1e-4)


def test_a_camera_without_an_offset_is_taken_to_be_in_korea(world: World) -> None:
    (row,) = _processed(world, photo_of(exif=exif_of(taken="2026:11:01 20:30:00")))

    assert row.taken_at == datetime(2026, 11, 1, 20, 30, tzinfo=KST)
    assert not row.taken_offset_known


@pytest.mark.parametrize("place", [(0.0, 0.0), (35.6, 139.7)])
def test_a_position_at_sea_or_abroad_is_dropped(place: tuple[float, float], world: World) -> None:
    (row,) = _processed(world, photo_of(exif=exif_of(place=place)))

    assert (row.state, row.exif_lat, row.exif_lon) == ("ready", None, None)


@pytest.mark.parametrize("taken", ["2031:01:01 00:00:00", "not a date", "0000:00:00 00:00:00"])
def test_an_impossible_time_is_dropped(taken: str, world: World) -> None:
    (row,) = _processed(world, photo_of(exif=exif_of(taken=taken)))

    assert (row.state, row.taken_at) == ("ready", None)


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_SVG, "보낼 수 없는 형식"),
        (b"<!doctype html><script>alert(1)</script>", "보낼 수 없는 형식"),
        (b"GIF89a" + bytes(100), "보낼 수 없는 형식"),
        (b"PK\x03\x04" + bytes(100), "보낼 수 없는 형식"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"), "보낼 수 없는 형식"),
        (b"", "빈 파일"),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), "20MB보다 커서"),
        (bytes(30 * 1024 * 1024), "20MB보다 커서"),
    ],
    ids=["svg", "html", "gif", "zip", "word", "empty", "20MB + 3", "30MB"],
)
def test_what_is_no_photo_is_refused_by_name_and_the_case_stands(content: bytes, why: str, world: World) -> None:
    first, second = _processed(world, Photo("증거.jpg", content), photo_of())

    assert first.state == "refused"
    assert "‘증거.jpg’" in first.reason
    assert why in first.reason
    assert not attachments.path_of(first.sealed_id, "original").exists()
    assert second.state == "ready"
    assert first.complaint.stage == "assigned"


def _bomb() -> bytes:
    """30,000 × 30,000 white pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes(30_001) * 100, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def test_a_bomb_a_torn_photo_and_rubbish_fail_with_a_reason(world: World) -> None:
    torn = photo_of(size=(800, 600)).content
    rows = _processed(
        world,
        Photo("bomb.png", _bomb()),
        Photo("torn.jpg", torn[: len(torn) // 2]),
        Photo("rubbish.jpg", b"\xff\xd8\xff" + b"\x00rubbish" * 50),
        photo_of(),
    )

    assert [row.state for row in rows] == ["failed", "failed", "failed", "ready"]
    assert "너무 커서" in rows[0].reason
    assert "손상" in rows[1].reason
    assert "손상" in rows[2].reason


def test_a_script_behind_a_photo_does_not_come_out_of_the_cage(world: World) -> None:
    photo = photo_of()

    (row,) = _processed(world, Photo("polyglot.jpg", photo.content + b"<script>alert(1)</script>PK\x03\x04"))

    assert row.state == "ready"
    assert b"script" not in attachments.read(row, "view")


def test_the_original_lies_sealed_and_bound_to_its_row(world: World) -> None:
    photo = photo_of()
    first, second = _processed(world, photo, photo_of("PNG"))

    path = attachments.path_of(first.sealed_id, "original")
    sealed = path.read_bytes()
    attachments.path_of(second.sealed_id, "original").write_bytes(sealed)

    assert photo.content[:16] not in sealed
    assert attachments.read(first, "original") == photo.content
    with pytest.raises(Tampered):
        attachments.read(second, "original")


def test_the_same_file_twice_is_kept_once(world: World) -> None:
    photo = photo_of()

    assert len(_processed(world, photo, Photo("again.jpg", photo.content))) == 1


def test_eleven_photos_are_too_many(world: World) -> None:
    with pytest.raises(services.TooMany):
        world.file(photos=[photo_of(size=(8 + number, 8)) for number in range(11)])


def test_a_photo_alone_is_a_complaint(world: World) -> None:
    complaint = world.file(body="", photos=[photo_of()], category=world.lamps)

    assert (complaint.stage, complaint.attachments.count()) == ("assigned", 1)


def test_a_killed_cage_leaves_a_row_that_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "run_caged", _killed)

    (row,) = _processed(world, photo_of())

    assert (row.state, row.reason) == ("failed", processing.CANNOT_OPEN)


def test_a_slow_machine_tries_three_times(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "run_caged", _too_slow)
    complaint = world.file(photos=[photo_of()])

    states = []
    for _ in range(3):
        services.process_photos(now=world.tick(minutes=6))
        states.append(Attachment.objects.get(complaint=complaint).state)

    assert states == ["quarantined", "quarantined", "failed"]


def test_a_photo_in_work_is_left_alone_until_its_lease_ends(world: World) -> None:
    complaint = world.file(photos=[photo_of()])
    Attachment.objects.update(lease_until=world.now + timedelta(minutes=1))

    assert services.process_photos(now=world.now) == 0
    assert services.process_photos(now=world.tick(minutes=2)) == 1
    assert complaint.attachments.get().state == "ready"


def test_a_lost_original_is_a_failure_and_not_a_crash(world: World) -> None:
    complaint = world.file(photos=[photo_of()])
    attachments.path_of(complaint.attachments.get().sealed_id, "original").unlink()

    services.process_photos(now=world.now)

    assert complaint.attachments.get().state == "failed"


def test_no_file_lies_anywhere_in_clear(world: World, tmp_path: Path) -> None:
    _processed(world, photo_of())

    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert len(files) == 3
    assert all(path.read_bytes()[:1] == b"\x01" for path in files)
    assert Complaint.objects.count() == 1


def _killed(*_: object, **__: object) -> bytes:
    raise CageError("crashed", "signal 9")


def _too_slow(*_: object, **__: object) -> bytes:
    raise CageError("time_out", "no answer in time")
