"""Many cases at once: each its own result, by the very same verbs; and whoever waits for nobody takes a case herself."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints import services
from complaints.models import Complaint, Duty
from complaints.workflow import Stage
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import LIST, page, signed_in
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")

CHOOSE = reverse("admin:complaints_complaint_bulk")
TAKE = reverse("admin:complaints_complaint_take")


def _mark(complaint: Complaint) -> str:
    return f"{complaint.pk}.{complaint.version}"


def _run(client: Client, name: str, marks: str, **values: object) -> Any:
    address = reverse("admin:complaints_complaint_bulk_run", args=[name])
    return client.post(address, {"marks": marks, **{f"{name}-{field}": value for field, value in values.items()}})


def test_of_five_hundred_three_illegal_ones_are_named_and_the_rest_is_done(world: World, officer: Client) -> None:
    cases = [world.file(phone=f"+82105555{number:04d}") for number in range(6)]
    ended, stale = cases[0], cases[1]
    marks = [_mark(case) for case in cases]
    services.withdraw(ended, by=None, now=world.now)
    services.write(stale, text="급해요", by=None, now=world.now)
    foreign = world.file(body="공원 벤치가 부서졌어요", phone=BADA)

    response = _run(officer, "review", " ".join([*marks, _mark(foreign)]))

    assert len(response.context["done"]) == 4
    troubles = {one.number: one.trouble for one in response.context["failed"]}
    assert "그사이" in troubles[ended.number]
    assert "그사이" in troubles[stale.number]
    assert troubles[f"#{foreign.pk}"] == "볼 수 없는 민원입니다."
    assert "4건 처리, 3건은 하지 못했습니다" in html(response)
    assert foreign.number not in html(response)
    assert Complaint.objects.filter(stage=Stage.REVIEWING).count() == 4


def test_a_page_asks_for_what_the_step_needs_and_keeps_the_choice(world: World, officer: Client) -> None:
    cases = [world.file(), world.file(phone=BADA)]

    asked = officer.post(CHOOSE, {"step": "transfer", "row": [_mark(case) for case in cases]})
    refused = _run(officer, "transfer", " ".join(map(_mark, cases)), agency="", reason="")

    assert asked.status_code == 200
    assert "2건 한꺼번에: 타기관 이송" in html(asked)
    assert refused.status_code == 422
    assert refused.context["marks"] == " ".join(map(_mark, cases))
    assert Complaint.objects.filter(stage=Stage.ASSIGNED).count() == 2


def test_the_whole_list_can_be_meant_not_only_the_page(world: World, officer: Client) -> None:
    for number in range(4):
        world.file(phone=f"+82105555{number:04d}")
    services.inspect(Complaint.objects.order_by("pk")[0], by=world.officer, now=world.now)

    asked = officer.post(CHOOSE, {"step": "review", "everything": "1", "query": "tab=mine&stage=assigned"})

    assert asked.context["count"] == 3


@pytest.mark.parametrize(
    "marks", ["x", "1", "1.2.3", "٣.1", "1.1 " * 600 + "z", " ".join(f"{n}.1" for n in range(501))]
)
def test_marks_nobody_could_have_made_do_nothing(world: World, officer: Client, marks: str) -> None:
    complaint = world.file()

    assert _run(officer, "review", marks).status_code == 302
    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED


def test_steps_that_are_no_bulk_steps_are_not_there(world: World, officer: Client) -> None:
    complaint = world.file()

    assert officer.post(CHOOSE, {"step": "withdraw", "row": _mark(complaint)}).status_code == 404
    assert _run(officer, "discard", _mark(complaint)).status_code == 404
    assert officer.post(CHOOSE, {"step": "review"}).status_code == 302
    assert officer.get(CHOOSE).status_code == 405


def test_an_officer_on_duty_takes_what_waits_and_the_book_says_so(world: World, officer: Client) -> None:
    complaint = world.at(Stage.ROUTED)

    shown = html(officer.get(LIST, {"tab": "unassigned"}))
    officer.post(TAKE, {"take": _mark(complaint), "query": "tab=unassigned"})

    assert "내가 맡기" in shown
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.officer) == (Stage.ASSIGNED, world.officer.official)
    assignment = complaint.assignments.order_by("-pk")[0]
    assert assignment.by == world.officer
    assert "스스로 맡았습니다" in assignment.explanation


def test_who_is_not_on_duty_elsewhere_or_too_late_takes_nothing(world: World, officer: Client) -> None:
    complaint = world.at(Stage.ROUTED)

    with pytest.raises(services.NotAvailable):
        services.claim(complaint, by=world.parks_officer, now=world.now)
    with pytest.raises(services.NotAnOfficial):
        services.claim(complaint, by=world.haneul, now=world.now)
    Duty.objects.filter(official=world.officer.official).delete()
    with pytest.raises(services.NotAvailable):
        services.claim(complaint, by=world.officer, now=world.now)
    assert signed_in(world.parks_officer).post(TAKE, {"take": _mark(complaint)}).status_code == 404
    mark = _mark(complaint)
    services.claim(complaint, by=world.head, now=world.now)
    again = officer.post(TAKE, {"take": mark}, follow=True)
    assert "할 수 있습니다" in html(again) or "그사이" in html(again)
    complaint.refresh_from_db()
    assert complaint.officer == world.head.official


def test_a_bulk_step_leaves_a_line_in_the_audit_book(world: World, officer: Client) -> None:
    from portal.accounts.models import AuditEntry

    complaint = world.file()

    _run(officer, "review", _mark(complaint))

    assert AuditEntry.objects.filter(action="bulk", subject_ids=[complaint.pk]).count() == 1
    assert officer.get(page("case", complaint)).status_code == 200
