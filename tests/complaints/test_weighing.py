"""How much may be uploaded in an hour: nobody fills the disk, and nothing typed is lost."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from complaints import pending, services
from complaints.attachments import MOST_BYTES, MOST_FILES, Photo
from complaints.models import Complaint, ParkingRule
from complaints.services import weighing
from portal.accounts.models import RateBucket
from portal.core.workdays import KST
from tests.complaints.conftest import BADA, HANEUL, World
from tests.complaints.pages import html, jpeg, send, upload

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=KST)
SENTENCE = "한 시간에 올릴 수 있는 사진·파일의 크기를 넘었습니다"


def megabytes(count: int) -> list[Photo]:
    return [Photo("큰 사진.jpg", b"\0" * (count * weighing.MEGABYTE))]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """One megabyte an hour for an address."""
    monkeypatch.setattr(weighing, "HOURLY_PER_ADDRESS", 1)


def test_an_address_may_send_so_much_and_an_hour_later_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "HOURLY_PER_ADDRESS", 10)
    services.weigh(megabytes(8), address="10.0.0.1", now=NOON)

    with pytest.raises(services.TooHeavy):
        services.weigh(megabytes(3), address="10.0.0.1", now=NOON)

    services.weigh(megabytes(2), address="10.0.0.1", now=NOON)
    services.weigh(megabytes(3), address="10.0.0.2", now=NOON)
    services.weigh(megabytes(10), address="10.0.0.1", now=NOON + timedelta(hours=1))


def test_a_phone_is_counted_wherever_it_sends_from_and_a_refusal_counts_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weighing, "HOURLY_PER_PHONE", 10)
    services.weigh(megabytes(8), address="10.0.0.1", phone=HANEUL, now=NOON)

    with pytest.raises(services.TooHeavy):
        services.weigh(megabytes(3), address="10.0.0.9", phone=HANEUL, now=NOON)

    assert not RateBucket.objects.filter(key="complaints.bytes:10.0.0.9").exists()
    services.weigh(megabytes(3), address="10.0.0.1", phone=BADA, now=NOON)


def test_the_fullest_report_there_may_be_passes_twice(db: None) -> None:
    fullest = MOST_FILES * MOST_BYTES // weighing.MEGABYTE

    for _ in range(2):
        services.weigh(megabytes(fullest), address="10.0.0.1", phone=HANEUL, now=NOON)


def test_no_key_holds_a_phone_in_clear(db: None) -> None:
    services.weigh(megabytes(1), address="10.0.0.1", phone=HANEUL, now=NOON)

    assert not [key for key in RateBucket.objects.values_list("key", flat=True) if HANEUL[-8:] in key]


def test_a_report_too_heavy_keeps_its_words_and_goes_without_its_photo(
    world: World, client: Client, narrow: None
) -> None:
    key = uuid4()
    send(client, photos=[upload(jpeg())])

    refused = send(client, intake_key=str(key), body="두 번째 글입니다", photos=[upload(jpeg(50))])

    assert refused.status_code == 429
    assert SENTENCE in html(refused)
    assert "두 번째 글입니다" in html(refused)
    assert pending.sizes(key) == []
    assert send(client, intake_key=str(key), body="두 번째 글입니다").status_code == 303
    assert Complaint.objects.count() == 2


def test_a_correction_too_heavy_changes_nothing_and_keeps_its_words(world: World, client: Client, narrow: None) -> None:
    send(client, photos=[upload(jpeg())])
    case = Complaint.objects.get()
    values = {"body": "고친 글입니다", "place": case.address, "version": str(case.version)}

    refused = client.post(reverse("complaints:edit", args=[case.number]), {**values, "photos": [upload(jpeg(50))]})

    assert refused.status_code == 429
    assert SENTENCE in html(refused)
    assert "고친 글입니다" in html(refused)
    case.refresh_from_db()
    assert case.body == "우리집 앞 가로등이 안 켜져요"
    assert case.attachments.count() == 1


def test_a_parking_photo_too_heavy_leaves_the_first_one(world: World, client: Client, narrow: None) -> None:
    services.load_places()
    key, zone = uuid4(), str(ParkingRule.objects.get(zone="소화전 5m").pk)
    values = {"intake_key": str(key), "zone": zone, "phone": "010-1234-5678", "place": "", "body": "", "add": "1"}
    client.post(reverse("complaints:parking"), {**values, "shot": upload(jpeg())})

    refused = client.post(reverse("complaints:parking"), {**values, "shot": upload(jpeg(50))})

    assert SENTENCE in html(refused)
    assert len(pending.sizes(key)) == 1
