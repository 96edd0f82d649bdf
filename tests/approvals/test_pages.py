"""결재함 and 대결 through the real pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import AuditEntry, Department, Official
from portal.accounts.reference_data import load_roles
from portal.approvals.models import Approval, StandIn
from portal.approvals.services import Seat
from portal.core import clock
from tests.approvals.office import HASH, Office
from tests.approvals.office import official as employed

INBOX = "admin:approvals_approval_changelist"


@pytest.fixture(autouse=True)
def roles(office: Office) -> None:
    """What each role may open, as an installation has it."""
    load_roles()


def signed_in(official: Official) -> Client:
    client = Client()
    client.force_login(official.user)
    return client


def page_of(approval: Approval) -> str:
    return reverse("admin:approvals_approval_change", args=[approval.pk])


def text_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_inbox_shows_each_what_is_hers(office: Office) -> None:
    office.propose(title="군소음 보상금 통지")

    assert "군소음 보상금 통지" in text_of(signed_in(office.reviewer), reverse(INBOX))
    assert "결재할 문서가 없습니다" in text_of(signed_in(office.approver), reverse(INBOX))
    assert "군소음 보상금 통지" in text_of(signed_in(office.drafter), reverse(INBOX), tab="mine")


def test_from_the_first_look_to_the_last_signature(office: Office) -> None:
    approval = office.propose()

    for official in (office.reviewer, office.approver):
        client = signed_in(official)
        shown = text_of(client, page_of(approval))
        assert "보낼 사람" in shown
        assert HASH[:12] in shown
        answer = client.post(page_of(approval), {"decision": "approved", "sha256": HASH, "comment": ""})
        assert answer.headers["Location"] == reverse(INBOX)

    approval.refresh_from_db()
    assert approval.state == "approved"
    assert "군소음 통지" in text_of(signed_in(office.drafter), reverse(INBOX), tab="finished")
    looked = (
        AuditEntry.objects.filter(subject_kind="approvals.approval").order_by("id").values_list("action", flat=True)
    )
    assert list(looked) == ["view", "approved", "view", "approved"]


def test_a_return_needs_words_and_the_page_says_so(office: Office) -> None:
    approval = office.propose(Seat(office.approver))
    client = signed_in(office.approver)

    answer = client.post(page_of(approval), {"decision": "returned", "sha256": HASH}, follow=True)

    assert "무엇을 고쳐야 하는지" in answer.content.decode()
    approval.refresh_from_db()
    assert approval.state == "in_review"


def test_whoever_has_nothing_to_do_with_it_does_not_find_it(office: Office) -> None:
    approval = office.propose()

    assert signed_in(office.stranger).get(page_of(approval)).status_code == 404


def test_the_drafter_reads_it_without_buttons(office: Office) -> None:
    shown = text_of(signed_in(office.drafter), page_of(office.propose()))

    assert 'name="decision"' not in shown


def test_what_waits_stands_on_the_dashboard(office: Office) -> None:
    office.propose()

    assert "결재 대기" in text_of(signed_in(office.reviewer), reverse("admin:index"))
    assert "결재 대기" not in text_of(signed_in(office.approver), reverse("admin:index"))


def test_a_stand_in_is_named_and_taken_back(office: Office) -> None:
    client = signed_in(office.approver)
    today = clock.day_in_korea(clock.now())

    client.post(
        reverse("admin:approvals_standin_add"),
        {
            "absent": office.approver.pk,
            "deputy": office.stranger.pk,
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=3)).isoformat(),
            "reason": "교육",
        },
    )
    row = StandIn.objects.get()
    assert "남주무" in text_of(client, reverse("admin:approvals_standin_changelist"))
    approval = office.propose(Seat(office.approver), now=clock.now())
    assert "대결" in text_of(signed_in(office.stranger), page_of(approval))

    client.post(reverse("admin:approvals_standin_changelist"), {"action": "take_back", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.revoked_by == office.approver.user


def test_naming_somebody_for_another_is_refused_in_words(office: Office) -> None:
    today = clock.day_in_korea(clock.now()).isoformat()
    answer = signed_in(office.reviewer).post(
        reverse("admin:approvals_standin_add"),
        {
            "absent": office.approver.pk,
            "deputy": office.stranger.pk,
            "starts_on": today,
            "ends_on": today,
            "reason": "교육",
        },
    )

    assert "본인이나 소속 부서장" in answer.content.decode()
    assert not StandIn.objects.exists()


def test_the_list_shows_an_absence_to_her_department_her_deputy_and_administrators_only(office: Office) -> None:
    today = clock.day_in_korea(clock.now())
    ward = Department.objects.create(code="ward", name="자치과", phone="02-120-3000")
    StandIn.objects.create(
        absent=office.approver,
        deputy=office.stranger,
        starts_on=today,
        ends_on=today,
        reason="병원 진료",
        by=office.approver.user,
        at=clock.now(),
    )
    people = {
        "department": office.drafter,
        "deputy": office.stranger,
        "administrator": employed("keeper", ward, "administrator"),
        "neighbour": employed("neighbour", office.stranger.department, "sender", "head"),
        "elsewhere": employed("elsewhere", ward, "sender", "head"),
    }
    load_roles()

    address = reverse("admin:approvals_standin_changelist")
    shown = {who for who, one in people.items() if "병원 진료" in text_of(signed_in(one), address)}

    assert shown == {"department", "deputy", "administrator"}
