"""Open311 GeoReport v2, as the clients that exist ask for it: `services.xml`, `requests.json`, form posts."""

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from complaints import services
from complaints.models import Category, Complaint
from complaints.open311 import reading
from complaints.open311.problems import Problem
from messaging.models import ApiKey, Scope
from messaging.services.keys import issue_key, revoke_key
from tests.complaints.conftest import HANEUL, MONDAY, World
from tests.complaints.pages import jpeg

pytestmark = pytest.mark.django_db
BASE = "/open311/v2/"


@pytest.fixture(autouse=True)
def on_monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def key(world: World) -> str:
    return issued(world)


def issued(world: World, *scopes: Scope, mode: ApiKey.Mode = ApiKey.Mode.LIVE) -> str:
    scopes = scopes or (Scope.OPEN311,)
    made = issue_key(
        name="동네앱",
        department=world.roads,
        mode=mode,
        scopes=scopes,
        per_minute=600,
        by=world.head,
        now=world.now,
    )
    return made[1]


def get(path: str, **query: str) -> Any:
    return Client().get(BASE + path, query)


def tree_of(response: Any) -> Tree.Element:
    return Tree.fromstring(response.content)  # noqa: S314 — our own answer


def rows(path: str, **query: str) -> list[dict[str, Any]]:
    response = get(path, **query)
    assert response.status_code == 200, response.content.decode()
    found: list[dict[str, Any]] = response.json()
    return found


def post(key: str, ending: str = ".json", **changes: Any) -> Any:
    values = {
        "api_key": key,
        "service_code": "street.light",
        "lat": "37.5665",
        "long": "126.9780",
        "address_string": "새빛로 12",
        "description": "가로등이 깜빡입니다",
        "first_name": "하늘",
        "last_name": "김",
        "phone": "010-1234-5678",
        "email": "haneul@example.org",
        **changes,
    }
    return Client().post(
        f"{BASE}requests{ending}", {name: value for name, value in values.items() if value is not None}
    )


def test_services_are_listed_in_both_formats(world: World) -> None:
    listed = rows("services.json")
    tree = tree_of(get("services.xml"))

    assert [one["service_code"] for one in listed] == ["street.light", "park.tree", "other"]
    assert listed[0] == {
        "service_code": "street.light",
        "service_name": "가로등",
        "description": "가로등 민원을 신청합니다.",
        "metadata": False,
        "type": "realtime",
        "keywords": "가로등, 도로과",
        "group": "도로과",
    }
    assert tree.tag == "services"
    assert [one.findtext("service_code") for one in tree.findall("service")] == ["street.light", "park.tree", "other"]
    assert tree.findtext("service/metadata") == "false"


def test_the_ending_beats_what_is_accepted(world: World) -> None:
    def kind(path: str, accept: str = "") -> str:
        return str(Client().get(BASE + path, headers={"accept": accept} if accept else {})["Content-Type"])

    assert kind("services.xml", "application/json") == "text/xml; charset=utf-8"
    assert kind("services") == "application/json; charset=utf-8"
    assert kind("services", "text/xml") == "text/xml; charset=utf-8"
    assert kind("services", "text/html,application/xml;q=0.9,*/*") == "application/json; charset=utf-8"


def test_xml_says_its_encoding() -> None:
    assert get("discovery.xml").content.lower().startswith(b"<?xml version='1.0' encoding='utf-8'?>")


def test_a_code_with_a_dot_has_a_definition(world: World) -> None:
    assert get("services/street.light.json").json() == {"service_code": "street.light", "attributes": []}
    tree = tree_of(get("services/street.light.xml"))
    assert (tree.tag, tree.findtext("service_code"), len(list(tree.iter("attribute")))) == (
        "service_definition",
        "street.light",
        0,
    )


def test_discovery_names_the_endpoint() -> None:
    found = get("discovery.json").json()

    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    assert tree_of(get("discovery.xml")).findtext("endpoints/endpoint/formats/format") == "text/xml"


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("services/nothing", {}, 404),
        ("requests/M2611-999999-9", {}, 404),
        ("requests/rubbish", {}, 404),
        ("tokens/rubbish", {}, 404),
        ("tokens/6f1c1c86-9a3f-4f7e-8d63-1f1a35d7d8a1", {}, 404),
        ("nonsense", {}, 404),
        ("services", {"jurisdiction_id": "sfgov.org"}, 404),
        ("requests", {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, 400),
        ("requests", {"start_date": "2026-11-02T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, 400),
        ("requests", {"start_date": "yesterday"}, 400),
        ("requests", {"status": "broken"}, 400),
    ],
)
@pytest.mark.parametrize("ending", [".json", ".xml"])
def test_refusals_are_the_standards(world: World, path: str, query: dict[str, str], status: int, ending: str) -> None:
    response = get(path + ending, **query)

    assert response.status_code == status
    if ending == ".json":
        (error,) = json.loads(response.content)
        assert error["code"] == status
        assert error["description"]
    else:
        tree = tree_of(response)
        assert (tree.tag, tree.findtext("error/code")) == ("errors", str(status))
        assert tree.findtext("error/description")


def test_our_own_jurisdiction_is_understood_with_and_without_www(world: World) -> None:
    assert rows("services.json", jurisdiction_id="localhost") == rows("services.json", jurisdiction_id="www.localhost")


def test_a_post_files_a_complaint_and_answers_its_number(world: World, key: str) -> None:
    response = post(key)

    (answer,) = response.json()
    complaint = Complaint.objects.get()
    assert response.status_code == 200
    assert answer["service_request_id"] == complaint.number
    assert answer["account_id"] is None
    assert (complaint.channel, complaint.phone, complaint.name) == ("open311", HANEUL, "김하늘")
    assert complaint.category == world.lamps
    assert complaint.body == "가로등이 깜빡입니다"


def test_a_post_in_xml_answers_in_xml(world: World, key: str) -> None:
    tree = tree_of(post(key, ".xml"))

    assert tree.tag == "service_requests"
    assert tree.findtext("request/service_request_id") == Complaint.objects.get().number


def test_the_same_post_again_is_the_same_case(world: World, key: str) -> None:
    first, again, other = post(key), post(key), post(key, description="또 꺼졌어요")

    assert first.json()[0]["service_request_id"] == again.json()[0]["service_request_id"]
    assert other.json()[0]["service_request_id"] != first.json()[0]["service_request_id"]


def test_a_case_that_waits_for_a_look_has_a_token_until_it_is_received(world: World, key: str) -> None:
    for _ in range(5):
        world.file(body="벤치가 부서졌어요")

    (answer,) = post(key).json()
    token = answer["token"]
    before = rows(f"tokens/{token}.json")
    complaint = Complaint.objects.get(channel="open311")
    services.receive(complaint, by=world.clerk, now=world.now)
    tree = tree_of(get(f"tokens/{token}.xml"))

    assert "service_request_id" not in answer
    assert before == [{"service_request_id": "", "token": token}]
    assert tree.findtext("request/service_request_id") == complaint.number
    assert token not in (str(complaint.intake_key), complaint.token)  # neither opens the case


@pytest.mark.parametrize("wrong", [None, "", "sotong_live_12345678_" + "x" * 43])
def test_without_a_key_nothing_is_filed(world: World, wrong: str | None) -> None:
    response = post(key="", api_key=wrong)

    assert response.status_code == 403
    assert response.json()[0]["code"] == 403
    assert not Complaint.objects.exists()


def test_keys_for_other_things_revoked_ones_and_test_keys_file_nothing(world: World, key: str) -> None:
    revoke_key(key=ApiKey.objects.get(), by=world.head, now=world.now)

    for refused in (key, issued(world, Scope.SEND), issued(world, mode=ApiKey.Mode.TEST)):
        assert post(refused).status_code == 403
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "nothing"}, 404),
        ({"lat": None, "long": None, "address_string": None}, 400),
        ({"lat": "north"}, 400),
        ({"long": None}, 400),
        ({"lat": "0", "long": "0"}, 400),
        ({"phone": "02-123-4567"}, 400),
        ({"service_code": "other", "description": ""}, 400),
        ({"description": "가" * 5001}, 400),
        ({"jurisdiction_id": "sfgov.org"}, 404),
    ],
)
def test_what_cannot_be_filed_is_refused_in_a_sentence(
    world: World, key: str, changes: dict[str, Any], status: int
) -> None:
    response = post(key, **changes)

    assert (response.status_code, response.json()[0]["code"]) == (status, status)
    assert response.json()[0]["description"]
    assert not Complaint.objects.exists()


def test_an_address_alone_and_no_words_are_enough(world: World, key: str) -> None:
    post(key, lat=None, long=None, description=None, phone=None, first_name="Jane", last_name="Doe")

    complaint = Complaint.objects.get()
    assert (complaint.body, complaint.address, complaint.name) == ("가로등 신고", "새빛로 12", "Jane Doe")


def test_a_picture_elsewhere_is_named_and_one_in_the_post_is_kept(world: World, key: str) -> None:
    post(key, media_url="https://example.org/a.jpg", media=SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg"))

    complaint = Complaint.objects.get()
    assert complaint.body.endswith("(사진 주소: https://example.org/a.jpg)")
    assert complaint.attachments.count() == 1


def test_a_complaint_is_shown_without_its_words_place_or_person(world: World) -> None:
    complaint = world.file(
        body="우리집 가로등, 010-1234-5678 김하늘",
        place=services.Place(address="새빛로 12 김하늘네", lat=37.56651, lon=126.97801),
    )

    (shown,) = rows(f"requests/{complaint.number}.json")
    answer = get("requests.xml").content.decode()

    assert shown["description"] == "공개된 내용이 없습니다."
    assert (shown["lat"], shown["long"]) == (37.5665, 126.9785)  # the middle of the cell
    assert shown["requested_datetime"] == "2026-11-02T10:00:00+09:00"
    assert (shown["status"], shown["extended_attributes"]["detailed_status"]) == ("open", "assigned")
    assert shown["agency_responsible"] == "도로과"
    for secret in ("김하늘", "새빛로", "1234-5678", "우리집"):
        assert secret not in answer


def test_published_words_are_shown_and_closed_cases_say_so(world: World) -> None:
    complaint = world.file()
    world.resolve(complaint)
    Complaint.objects.filter(pk=complaint.pk).update(published_text="가로등 <1호> 고장 & 수리\x08")

    tree = tree_of(get("requests.xml", status="closed"))

    assert tree.findtext("request/description") == "가로등 <1호> 고장 & 수리"
    assert tree.findtext("request/status") == "closed"
    assert tree.findtext("request/extended_attributes/detailed_status") == "resolved"
    assert rows("requests.json", status="open") == []
    assert len(rows("requests.json", status="open,closed")) == 1


def test_sensitive_categories_and_unreceived_cases_do_not_exist(world: World, key: str) -> None:
    complaint = world.file()
    Category.objects.filter(pk=world.lamps.pk).update(is_sensitive=True)
    for _ in range(5):
        world.file(body="벤치가 부서졌어요", phone=HANEUL)
    waiting = Complaint.objects.get(received_at=None)

    assert complaint.number not in str(rows("requests.json"))
    assert get(f"requests/{complaint.number}.json").status_code == 404
    assert get(f"requests/{waiting.number}.json").status_code == 404
    assert get("services/street.light.json").status_code == 404
    assert post(key).status_code == 404


def test_lists_are_narrowed_by_service_number_date_and_stage(world: World) -> None:
    lamp, tree = world.file(), world.file(body="가로수가 쓰러질 듯 기울었어요")
    unknown = world.file(body="도와주세요")

    def numbers(**query: str) -> set[str]:
        return {one["service_request_id"] for one in rows("requests.json", **query)}

    assert numbers() == {lamp.number, tree.number, unknown.number}
    assert numbers(service_code="street.light") == {lamp.number}
    assert numbers(service_code="street.light,other") == {lamp.number, unknown.number}
    assert numbers(service_request_id=f"{lamp.number},{tree.number}", status="closed") == {lamp.number, tree.number}
    assert numbers(start_date="2026-11-02T01:00:01Z") == set()
    assert numbers(start_date="2026-11-02T10:00:00+09:00") == {lamp.number, tree.number, unknown.number}
    assert numbers(detailed_status="received") == {unknown.number}


def test_the_usual_span_is_ninety_days() -> None:
    asked = reading.search_of({}, now=MONDAY)
    after = reading.search_of({"start_date": "2026-01-01"}, now=MONDAY)
    before = reading.search_of({"end_date": "2026-11-01T00:00:00 09:00"}, now=MONDAY)

    assert (asked.begin, asked.end) == (MONDAY - timedelta(days=90), MONDAY)
    assert after.end - after.begin == before.end - before.begin == timedelta(days=90)
    with pytest.raises(Problem):
        reading.search_of({"end_date": "0001-01-01"}, now=MONDAY)


def test_a_list_takes_the_same_queries_whatever_its_length(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        world.file(phone="")

    with django_assert_num_queries(3):  # the limit, the cases, when they moved
        rows("requests.json")


def test_too_many_readings_of_one_address_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.open311.views.READS_PER_MINUTE", 2)

    assert [get("services.json").status_code for _ in range(3)] == [200, 200, 429]


def test_other_methods_are_refused_in_the_format(world: World) -> None:
    response = Client().post(f"{BASE}services.json")

    assert (response.status_code, response.json()[0]["code"]) == (405, 405)


def test_pages_of_other_sites_may_read(world: World) -> None:
    assert get("services.json")["Access-Control-Allow-Origin"] == "*"
