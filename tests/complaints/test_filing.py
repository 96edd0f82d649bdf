"""Filing: once, for everybody, and straight to an officer when the words are clear."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import numbers, services
from complaints.models import Assignment, Channel, Complaint, Kind, StageChange
from complaints.workflow import Clock, Stage
from portal.core.sealing import blind_phone
from portal.core.workdays import KST
from tests.complaints.conftest import BADA, HANEUL, LAMP, World


def test_a_clear_report_reaches_an_officer_in_one_go(world: World) -> None:
    complaint = world.file()

    assert complaint.stage == Stage.ASSIGNED
    assert (complaint.department, complaint.category, complaint.officer) == (
        world.roads,
        world.lamps,
        world.officer.official,
    )
    assert list(complaint.changes.order_by("seq").values_list("step", "actor")) == [
        ("file", "citizen"),
        ("receive", "system"),
        ("route", "system"),
        ("assign", "system"),
    ]


def test_the_due_date_is_the_categorys_legal_one(world: World) -> None:
    complaint = world.file()

    assert complaint.clock == Clock.RUNNING
    assert complaint.due_at is not None
    assert complaint.due_at.astimezone(KST).isoformat() == "2026-11-11T00:00:00+09:00"  # 7일 from Monday the 2nd
    assert complaint.receive_by_at.astimezone(KST).isoformat() == "2026-11-03T10:00:00+09:00"


def test_what_the_router_is_unsure_of_waits_for_people(world: World) -> None:
    complaint = world.file(body="도와주세요")

    assert complaint.stage == Stage.RECEIVED
    assert complaint.department is None
    assert complaint.due_at is not None


def test_a_chosen_category_is_taken_at_its_word(world: World) -> None:
    complaint = world.file(body="여기 좀 봐 주세요", category=world.trees)

    assert complaint.department == world.parks
    assert complaint.officer == world.parks_officer.official


def test_the_reason_for_each_choice_is_stored(world: World) -> None:
    complaint = world.file()

    by_words, by_load = Assignment.objects.filter(complaint=complaint).order_by("pk")

    assert by_words.explanation == "‘가로등’이라고 쓰셔서 도로과로 보냅니다."
    assert by_words.breakdown["words"][0][0] == "가로등"
    assert by_load.officer == world.officer.official
    assert by_load.breakdown["chosen"] == world.officer.official.pk


def test_nobody_on_duty_leaves_it_with_the_department(world: World) -> None:
    complaint = world.at(Stage.ROUTED)

    assert complaint.stage == Stage.ROUTED
    assert complaint.officer is None


def test_the_sweep_gives_it_to_whoever_comes_on_duty(world: World) -> None:
    complaint = world.at(Stage.ROUTED)

    found = services.sweep(now=world.now)

    complaint.refresh_from_db()
    assert found == 1
    assert complaint.officer == world.officer.official
    assert services.sweep(now=world.now) == 0


def test_the_same_key_again_is_the_same_complaint(world: World) -> None:
    key = uuid4()

    first = world.file(intake_key=key)
    second = world.file(intake_key=key, body="다른 글")

    assert second == first
    assert Complaint.objects.get().body == LAMP
    assert StageChange.objects.filter(step="file").count() == 1


def test_the_phone_is_sealed_and_found_by_its_index(world: World) -> None:
    complaint = world.file()

    assert complaint.phone == HANEUL
    assert b"1012345678" not in bytes(complaint.phone_sealed)
    assert Complaint.objects.get(phone_index=blind_phone(HANEUL)) == complaint


def test_only_the_hash_of_the_link_is_stored(world: World) -> None:
    complaint = world.file()

    assert bytes(complaint.token_hash) == numbers.hash_of(complaint.token)


def test_without_a_phone_it_is_a_report(world: World) -> None:
    assert world.file(phone="", kind=Kind.GRIEVANCE).kind == Kind.REPORT


def test_who_is_signed_in_need_not_type_the_phone_again(world: World) -> None:
    complaint = world.file(by=world.haneul, phone="", name="")

    assert (complaint.citizen, complaint.phone, complaint.name) == (world.haneul, HANEUL, "김하늘")


def test_a_clerk_files_for_a_caller_without_becoming_the_complainant(world: World) -> None:
    complaint = world.file(by=world.clerk, channel=Channel.PHONE)

    assert complaint.citizen is None
    assert complaint.changes.get(step="file").actor == "clerk"


def test_an_official_who_reports_something_does_so_as_a_citizen(world: World) -> None:
    complaint = world.file(by=world.officer)

    assert complaint.citizen == world.officer
    assert complaint.changes.get(step="file").actor == "citizen"


def test_a_resident_number_is_masked_before_it_is_written(world: World) -> None:
    complaint = world.file(body="가로등 신고합니다 900101-1234567")

    assert "1234567" not in complaint.body
    assert "900101" in complaint.body


def test_nothing_at_all_is_refused(world: World) -> None:
    with pytest.raises(services.Missing):
        world.file(body="  ")


def test_a_book_is_refused(world: World) -> None:
    with pytest.raises(services.TooLong):
        world.file(body="가" * 5001)


@pytest.mark.parametrize("place", [(0.0, 0.0), (35.6, 139.7), (37.5, None)])
def test_a_place_outside_korea_or_half_a_place_is_refused(place: tuple[float, float | None], world: World) -> None:
    with pytest.raises(services.PlaceRefused):
        world.file(place=services.Place(lat=place[0], lon=place[1], source="gps"))


def test_a_place_is_kept_with_its_detail_sealed(world: World) -> None:
    place = services.Place(address="새빛로 12", detail="101동 202호", lat=37.5, lon=127.0, source="pin")

    complaint = Complaint.objects.get(pk=world.file(place=place).pk)

    assert (complaint.address, complaint.address_detail, complaint.lat) == ("새빛로 12", "101동 202호", 37.5)
    assert b"202" not in bytes(complaint.address_detail_sealed)


def test_the_sixth_of_a_day_waits_for_a_look_and_is_received_by_hand(world: World) -> None:
    complaint = world.at(Stage.SUBMITTED)
    assert complaint.stage == Stage.SUBMITTED
    assert complaint.clock == Clock.INTAKE

    services.receive(complaint, by=world.clerk, now=world.tick(hours=1))

    assert complaint.stage == Stage.RECEIVED
    assert complaint.received_at == world.now


def test_a_machine_is_told_to_slow_down(world: World) -> None:
    for _ in range(20):
        world.file(body="공원 벤치")

    with pytest.raises(services.TooMany):
        world.file()
    world.tick(hours=1)
    world.file()


def test_the_clerk_may_discard_a_test_but_nothing_that_sounds_like_danger(world: World) -> None:
    harmless = world.at(Stage.SUBMITTED)
    urgent = world.at(Stage.SUBMITTED)
    Complaint.objects.filter(pk=urgent.pk).update(priority=1)
    urgent.refresh_from_db()

    services.discard(harmless, reason="시험글", by=world.clerk, now=world.now)

    assert harmless.stage == Stage.CLOSED
    with pytest.raises(services.NotAllowed):
        services.discard(urgent, reason="시험글", by=world.clerk, now=world.now)


def test_danger_is_never_held_back(world: World) -> None:
    complaint = world.at(Stage.SUBMITTED, body="가스 냄새가 심하게 나고 가로등 옆에서 가스가 누출되고 있어요")

    assert complaint.priority == 1
    assert complaint.stage != Stage.SUBMITTED


def test_numbers_follow_one_another(world: World) -> None:
    first, second = world.file().number, world.file().number

    assert int(second[6:12]) == (int(first[6:12]) + 1) % 1_000_000
    assert first.startswith("M2611-")


def test_lists_show_the_beginning_of_the_words(world: World) -> None:
    long = world.file(body="가로등이\n꺼졌어요 " + "아" * 100)
    photo_only = world.file(body="", category=world.lamps, photos=[services.Photo("a.jpg", b"\xff\xd8\xff")])

    assert long.title.startswith("가로등이 꺼졌어요 아")
    assert len(long.title) == 40
    assert photo_only.title == "사진으로 보낸 신고"


def test_a_category_out_of_use_attracts_nothing(world: World) -> None:
    world.lamps.is_active = False
    world.lamps.save()

    assert world.file().stage == Stage.RECEIVED


def test_filing_is_one_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.services.send", _broken)

    with pytest.raises(RuntimeError):
        world.file()

    assert not Complaint.objects.exists()
    assert not StageChange.objects.exists()


def _broken(**_: object) -> None:
    raise RuntimeError("the outbox is on fire")


def test_filing_asks_the_database_no_more_than_it_must(world: World) -> None:
    """Filed, received, sent on, given to an officer, two texts queued: what a citizen waits for."""
    world.file()

    with CaptureQueriesContext(connection) as found:
        complaint = world.file(phone=BADA)

    assert complaint.stage == Stage.ASSIGNED
    assert len(found) <= 70, [query["sql"][:90] for query in found]
