"""What pages read: who sees what, the tracking bar, the board."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from complaints import queries, services
from complaints.models import Complaint
from complaints.numbers import NotANumber
from complaints.tracking import timeline
from complaints.workflow import TRACK, Stage
from portal.accounts.models import User
from tests.complaints.conftest import World


def _seen(user: User | AnonymousUser) -> set[Complaint]:
    return set(Complaint.objects.visible_to(user))


def test_everybody_sees_what_concerns_them_and_nothing_else(world: World) -> None:
    lamp = world.file(by=world.haneul)
    bench = world.file(body="공원 벤치가 부서졌어요", by=world.bada)
    unsure = world.file(body="도와주세요", phone="")

    assert _seen(world.haneul) == {lamp}
    assert _seen(world.bada) == {bench}
    assert _seen(world.officer) == _seen(world.head) == {lamp}
    assert _seen(world.parks_officer) == {bench}
    assert _seen(world.clerk) == {unsure}
    assert _seen(world.examiner) == {lamp, bench, unsure}
    assert _seen(AnonymousUser()) == set()


def test_an_official_who_left_sees_only_what_she_filed_herself(world: World) -> None:
    world.file()
    world.officer.official.is_active = False
    world.officer.official.save()

    assert _seen(world.officer) == set()


def test_a_link_opens_its_own_case_only(world: World) -> None:
    complaint, other = world.file(), world.file()

    assert queries.by_token(complaint.token) == complaint
    assert queries.by_token(other.token) == other
    assert queries.by_token("A" * 22) is None


def test_a_number_alone_opens_nothing(world: World) -> None:
    complaint = world.file()

    assert queries.by_number_and_phone(complaint.number.lower(), "010-1234-5678") == complaint
    assert queries.by_number_and_phone(complaint.number, "010-9999-9999") is None
    with pytest.raises(NotANumber):
        queries.by_number_and_phone("M2611-000001-0", "010-1234-5678")


def _bar(complaint: Complaint) -> list[tuple[str, str]]:
    return [(row.stage.value, row.state) for row in timeline(complaint)]


@pytest.mark.parametrize("stage", Stage)
def test_the_bar_always_shows_the_six(stage: Stage, world: World) -> None:
    complaint = world.at(stage)

    assert [row.stage for row in timeline(complaint) if row.stage in TRACK] == list(TRACK)


def test_the_bar_of_a_case_under_way(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    assert _bar(complaint) == [
        ("received", "done"),
        ("routed", "done"),
        ("assigned", "done"),
        ("inspecting", "skipped"),
        ("reviewing", "now"),
        ("resolved", "todo"),
    ]


def test_the_bar_names_officer_and_phone_as_they_were_then(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.officer.official.name = "개명"
    world.officer.official.save()

    assigned = timeline(complaint)[2]

    assert (assigned.department, assigned.officer, assigned.phone) == ("도로과", "이담당 주무관", "02-123-4567")
    assert assigned.at == world.now


@pytest.mark.parametrize(
    ("stage", "last"),
    [
        (Stage.SUBMITTED, [("submitted", "now"), ("received", "todo")]),
        (Stage.SUPPLEMENTING, [("assigned", "done"), ("supplementing", "now"), ("inspecting", "todo")]),
        (Stage.TRANSFERRED, [("assigned", "done"), ("transferred", "done"), ("inspecting", "skipped")]),
        (Stage.WITHDRAWN, [("assigned", "done"), ("withdrawn", "done"), ("inspecting", "skipped")]),
        (Stage.RESOLVED, [("inspecting", "skipped"), ("reviewing", "done"), ("resolved", "done")]),
        (Stage.REOPENING, [("reviewing", "done"), ("resolved", "done"), ("reopening", "now")]),
        (Stage.MERGED, [("merged", "done"), ("received", "done"), ("routed", "done"), ("assigned", "now")]),
    ],
)
def test_the_bar_shows_where_a_case_left_the_track(stage: Stage, last: list[tuple[str, str]], world: World) -> None:
    bar = _bar(world.at(stage))

    start = bar.index(last[0])
    assert bar[start : start + len(last)] == last


def test_next_steps_put_what_one_may_do_first_and_say_why_not(world: World) -> None:
    complaint = world.at(Stage.ASSIGNED)

    steps = queries.next_steps(complaint, by=world.officer)

    allowed = [choice.step.name for choice in steps if choice.is_allowed]
    in_hand = ["reassign", "inspect", "review", "ask_supplement", "resolve", "transfer", "merge", "split"]
    on_the_clock = ["extend", "ask_extension", "exclude", "end_exclusion"]
    assert allowed == [*in_hand, *on_the_clock, "publish", "correct"]
    forbidden = {choice.step.name: choice.why_not for choice in steps if not choice.is_allowed}
    assert forbidden["close"] == "부서장·민원심사관만 할 수 있습니다."
    assert "write" not in forbidden


def test_the_inbox_holds_what_the_officer_has_in_hand(world: World) -> None:
    held, answered = world.file(), world.at(Stage.RESOLVED)

    inbox = queries.inbox_of(world.officer.official)

    assert held in inbox
    assert answered not in inbox


def test_the_board_counts_what_the_user_may_see(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.file()
    world.at(Stage.RESOLVED)
    waiting = world.file(body="도와주세요", phone="")
    services.write(waiting, text="급해요", by=None, now=world.now)

    board = queries.board(world.examiner, now=world.now)
    own = queries.board(world.officer, now=world.now)

    assert (board.open_count, board.filed_today_count, board.resolved_today_count) == (2, 3, 1)
    assert (board.to_triage_count, board.unread_count, board.overdue_count) == (1, 1, 0)
    assert (own.open_count, own.to_triage_count) == (1, 0)
    assert [(line.name, line.open_count) for line in board.departments] == [("도로과", 1)]
    fresh = User.objects.select_related("official").get(pk=world.examiner.pk)
    with django_assert_num_queries(3):  # the user's roles once, the figures, the departments
        queries.board(fresh, now=world.now)


def test_overdue_begins_at_the_due_moment(world: World) -> None:
    complaint = world.file()
    assert complaint.due_at is not None

    assert queries.board(world.head, now=complaint.due_at - timedelta(seconds=1)).overdue_count == 0
    assert queries.board(world.head, now=complaint.due_at).overdue_count == 1


def test_a_paused_case_is_never_overdue(world: World) -> None:
    world.at(Stage.SUPPLEMENTING)

    assert queries.board(world.head, now=world.now + timedelta(days=60)).overdue_count == 0
