"""Before a report is sent: whose place it is, and whether the matter is known; nothing is lost by asking."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from complaints import pending, places_queries, services
from complaints.geography import Point
from complaints.models import Complaint, Dong, Follower, Place
from complaints.nearby_queries import likely_duplicates
from portal.core import clock
from tests.complaints.conftest import BADA, HANEUL, LAMP, World
from tests.complaints.pages import html, jpeg, send, upload

PLACES, NEARBY, FOLLOWING = (reverse(f"complaints:{name}") for name in ("places", "nearby", "following"))
INSIDE, EAST = Point(37.5412, 126.6812), Point(37.55, 126.80)


@pytest.fixture
def district(world: World, settings: Settings) -> World:
    """The world, in the invented district, now."""
    settings.DISTRICT_IS_DEMO = True
    services.load_places()
    world.now = clock.now()
    return world


def at(point: Point, *, north_m: float = 0) -> dict[str, str]:
    """The coordinates of a form."""
    return {"lat": f"{point.lat + north_m / 111_195:.6f}", "lon": f"{point.lon:.6f}", "source": "gps"}


def filed(world: World, *, north_m: float = 0, **changes: Any) -> Complaint:
    place = services.Place(lat=INSIDE.lat + north_m / 111_195, lon=INSIDE.lon, source="gps")
    return world.file(place=place, **{"phone": BADA, "name": "박바다", **changes})


def follow_token(page: str) -> str:
    found = re.search(r'name="follow" value="([^"]+)"', page)
    assert found
    return found[1]


def test_typed_words_become_places_and_a_point_becomes_words(district: World, client: Client) -> None:
    named = client.post(PLACES, {"text": "새빛초"}).json()
    school = Place.objects.get(name="새빛초등학교")
    point = client.post(PLACES, {"lat": str(school.lat), "lon": str(school.lon)}).json()

    assert named["found"][0] == {"name": "새빛초등학교", "area": "가정동", "lat": school.lat, "lon": school.lon}
    assert point["here"] == "가정동 새빛초등학교 근처"
    assert client.post(PLACES, {"lat": "0", "lon": "0"}).json() == {"found": [], "here": ""}
    assert client.get(PLACES).status_code == 405


def test_the_dong_of_a_report_comes_from_its_point_or_its_words(district: World, client: Client) -> None:
    send(client, **at(INSIDE))
    send(client, place="청라 2동 중앙공원")

    by_point, by_words = Complaint.objects.order_by("pk")

    assert by_point.dong_id is not None
    assert by_point.dong_id == places_queries.dong_of(point=INSIDE, text="")
    assert by_point.location_source == "gps"
    assert by_words.dong == Dong.objects.get(name="청라2동")
    assert (by_words.lat, by_words.location_source) == (None, "text")


def test_a_pin_and_a_photos_place_are_told_apart(district: World, client: Client) -> None:
    send(client, **{**at(INSIDE), "source": "pin"})
    send(client, **{**at(INSIDE), "source": "exif"}, anyway="1")

    assert list(Complaint.objects.order_by("pk").values_list("location_source", flat=True)) == ["pin", "exif"]


def test_an_outside_place_names_the_office_and_its_number_and_keeps_the_draft(district: World, client: Client) -> None:
    key = uuid4()

    asked = send(client, intake_key=str(key), photos=[upload(jpeg())], **at(EAST))
    page = html(asked)

    assert asked.status_code == 200
    assert not Complaint.objects.exists()
    assert "은빛구청" in page
    assert 'href="tel:02-120-2000"' in page
    assert "우리집 앞 가로등이 안 켜져요" in page
    assert len(pending.sizes(key)) == 1
    sent = send(client, intake_key=str(key), anyway="1", **at(EAST))
    assert sent.status_code == 303
    assert Complaint.objects.get().attachments.count() == 1
    assert pending.sizes(key) == []


def test_a_likely_duplicate_is_shown_with_distance_and_stage_but_not_its_words(district: World, client: Client) -> None:
    filed(district, body="가로등이 꺼졌는데 우리 아들 이름은 비밀이에요")

    page = html(client.post(NEARBY, {**at(INSIDE, north_m=20), "body": LAMP}))

    assert "이미 들어온 신고일 수 있어요" in page
    assert "50m 안" in page
    assert "20m" not in page  # as coarse as the public map
    assert "도로과" in page
    assert "비밀" not in page
    assert "/photos/" not in page
    assert "M26" not in page


def test_a_published_text_is_shown(district: World, client: Client) -> None:
    complaint = filed(district)
    Complaint.objects.filter(pk=complaint.pk).update(published_text="가로등 고장 신고", version=complaint.version + 1)

    assert "가로등 고장 신고" in html(client.post(NEARBY, {**at(INSIDE), "body": LAMP}))


def test_ones_own_case_is_shown_with_its_photo_and_a_link(district: World, client: Client) -> None:
    send(client, photos=[upload(jpeg())], **at(INSIDE))
    services.process_photos(now=clock.now())
    complaint = Complaint.objects.get()

    mine = html(client.post(NEARBY, {**at(INSIDE), "body": LAMP}))
    theirs = html(Client().post(NEARBY, {**at(INSIDE), "body": LAMP}))

    assert reverse("complaints:photo", args=[complaint.number, 1, "view"]) in mine
    assert "내가 보낸 신고 보기" in mine
    assert complaint.number not in theirs


@pytest.mark.parametrize(
    ("north_m", "days", "body", "is_likely"),
    [
        (49, 0, LAMP, True),
        (52, 0, LAMP, False),
        (0, 29, LAMP, True),
        (0, 31, LAMP, False),
        (0, 0, "공원 벤치가 부서졌어요", False),
        (0, 0, "", True),  # a photo without words: she sees for herself
    ],
)
def test_only_the_same_family_near_and_lately_is_likely(
    north_m: float, days: int, body: str, is_likely: bool, district: World
) -> None:
    district.now = clock.now()
    filed(district)
    point = Point(INSIDE.lat + north_m / 111_195, INSIDE.lon)

    found = likely_duplicates(point, text=body, now=district.tick(days=days))

    assert bool(found) is is_likely


def test_what_is_over_or_sensitive_is_never_shown(district: World) -> None:
    ended, secret = filed(district), filed(district)
    services.withdraw(ended, by=None, now=district.now)
    district.lamps.is_sensitive = True
    district.lamps.save()

    assert likely_duplicates(INSIDE, text="", now=district.now) == []
    assert secret.is_open


def test_a_plain_form_shows_the_card_once_and_then_sends(district: World, client: Client) -> None:
    filed(district)
    key = str(uuid4())

    asked = send(client, intake_key=key, **at(INSIDE))
    sent = send(client, intake_key=key, anyway="1", **at(INSIDE))

    assert asked.status_code == 200
    assert "다른 일이에요, 그대로 보내기" in html(asked)
    assert sent.status_code == 303
    assert Complaint.objects.count() == 2


def test_a_card_that_stood_on_the_page_is_not_shown_again(district: World, client: Client) -> None:
    filed(district)

    assert send(client, seen="1", **at(INSIDE)).status_code == 303


def test_a_repeated_post_of_a_sent_form_goes_to_its_receipt(district: World, client: Client) -> None:
    key = str(uuid4())
    first = send(client, intake_key=key, **at(INSIDE))

    again = send(client, intake_key=key, **at(INSIDE))

    assert again.url == first.url
    assert Complaint.objects.count() == 1


def test_one_tap_follows_and_files_nothing(district: World, client: Client) -> None:
    complaint = filed(district)
    token = follow_token(html(client.post(NEARBY, {**at(INSIDE), "body": LAMP})))

    answer = send(client, follow=token, **at(INSIDE))

    assert answer["Location"] == FOLLOWING
    assert Complaint.objects.count() == 1
    follower = Follower.objects.get()
    assert (follower.complaint, follower.phone) == (complaint, HANEUL)
    page = html(client.get(FOLLOWING))
    assert "진행 소식을 알려 드립니다" in page
    assert LAMP not in page
    assert complaint.number not in page


def test_following_without_a_number_asks_for_one_and_keeps_everything(district: World, client: Client) -> None:
    filed(district)
    token = follow_token(html(client.post(NEARBY, {**at(INSIDE), "body": LAMP})))

    refused = send(client, follow=token, phone="", photos=[upload(jpeg())], **at(INSIDE))

    assert refused.status_code == 422
    assert "알림을 받을 휴대전화 번호를 적어 주세요." in html(refused)
    assert "우리집 앞 가로등이 안 켜져요" in html(refused)
    assert "사진 1장은 이미 받아 두었습니다" in html(refused)


@pytest.mark.parametrize("token", ["", "1", "1:abc:def"])
def test_a_made_up_card_follows_nothing(token: str, district: World, client: Client) -> None:
    filed(district)

    assert send(client, follow=token, **at(INSIDE)).status_code == 422
    assert not Follower.objects.exists()


def test_ones_own_case_and_an_ended_one_are_not_followed(district: World) -> None:
    ended = filed(district)
    services.withdraw(ended, by=None, now=district.now)

    mine = filed(district, by=district.haneul)

    with pytest.raises(services.OwnCase):
        services.follow(mine, phone=BADA, by=district.haneul, now=district.now)
    with pytest.raises(services.AlreadyEnded):
        services.follow(ended, phone=HANEUL, by=None, now=district.now)


def test_no_answer_tells_whose_phone_reported_it(district: World, client: Client) -> None:
    filed(district, phone=BADA)
    token = follow_token(html(client.post(NEARBY, {**at(INSIDE), "body": LAMP})))

    neighbours = Client().post(reverse("complaints:new"), {"follow": token, "phone": BADA})
    anybodys = Client().post(reverse("complaints:new"), {"follow": token, "phone": HANEUL})

    assert (
        (neighbours.status_code, neighbours.headers["Location"])
        == (anybodys.status_code, anybodys.headers["Location"])
        == (302, FOLLOWING)
    )


def test_following_twice_is_once_and_ends_with_a_press(district: World, client: Client) -> None:
    filed(district)
    token = follow_token(html(client.post(NEARBY, {**at(INSIDE), "body": LAMP})))
    for _ in range(2):
        send(client, follow=token, **at(INSIDE))
    follower = Follower.objects.get()

    stranger = Client().post(FOLLOWING, {"stop": str(follower.pk)})
    stopped = client.post(FOLLOWING, {"stop": str(follower.pk)})

    assert stranger.status_code == 404
    assert stopped.status_code == 302
    follower.refresh_from_db()
    assert follower.ended_at is not None
    assert "없습니다" in html(client.get(FOLLOWING))


def test_a_phone_cannot_follow_without_end(district: World) -> None:
    cases = [filed(district, phone="", body=f"{LAMP} {number}") for number in range(21)]
    for complaint in cases[:20]:
        services.follow(complaint, phone=HANEUL, by=None, now=district.now)

    with pytest.raises(services.TooMany):
        services.follow(cases[20], phone=HANEUL, by=None, now=district.now)
