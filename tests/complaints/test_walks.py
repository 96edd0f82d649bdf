"""Random walks: whatever anybody does in whatever order, no constraint breaks and the book stays whole."""

from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import queries, services
from complaints.models import Complaint
from complaints.tracking import timeline
from complaints.workflow import STEPS, TRACK, Clock, Stage
from messaging.models import Message
from portal.approvals.models import Approval
from portal.core.errors import Refused
from tests.complaints.conftest import BADA, World
from tests.complaints.test_workflow import take_step

NAMES = sorted([*(step.name for step in STEPS if step.name != "file"), "decide"])
PEOPLE = ("nobody", "clerk", "officer", "head", "examiner", "parks_officer", "parks_head")


ARGUMENTS: dict[str, dict[str, object]] = {
    "close": {"reason": "not_a_petition"},
    "send_back": {"reason": "미보완"},
    "exclude": {"reason": "hearing", "explanation": "주민 의견을 듣습니다."},
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(PEOPLE), st.integers(0, 100)), max_size=25))
def test_no_walk_breaks_a_constraint(walk: list[tuple[str, str, int]], world: World) -> None:
    began = world.now
    with transaction.atomic():
        complaint, lead = world.file(), world.file(phone=BADA)
        for name, person, hours in walk:
            world.tick(hours=hours)
            by: Any = None if person == "nobody" else getattr(world, person)
            try:
                with transaction.atomic():
                    _go(name, Complaint.objects.get(pk=complaint.pk), world, lead=lead, by=by)
            except Refused:
                continue
        _check(complaint.pk)
        _check(lead.pk)
        transaction.set_rollback(True)
    world.now = began


def _go(name: str, complaint: Complaint, world: World, *, lead: Complaint, by: Any) -> None:
    """A step; one that needs a second signature is proposed, and "decide" signs what waits."""
    if name == "decide":
        if complaint.proposals.filter(ending="").exists():
            world.decide(complaint)
        return
    try:
        with transaction.atomic():
            take_step(name, complaint, world, lead=lead, by=by)
    except services.SignatureNeeded:
        services.propose(complaint, step=name, arguments=ARGUMENTS[name], by=by, now=world.now)


def _check(pk: int) -> None:
    complaint = Complaint.objects.get(pk=pk)
    changes = list(complaint.changes.order_by("seq"))
    assert [change.seq for change in changes] == list(range(1, complaint.version + 1))
    assert all(later.before == earlier.after for earlier, later in pairwise(changes))
    assert changes[-1].after == complaint.stage
    assert [row.stage for row in timeline(complaint) if row.stage in TRACK] == list(TRACK)
    if complaint.clock == Clock.RUNNING:
        explained = queries.why_due(complaint)
        assert explained is not None
        assert explained.at == complaint.due_at
    if complaint.officer is not None and complaint.stage != Stage.MERGED:
        assert complaint.officer.department_id == complaint.department_id
    told = Message.objects.filter(topic__startswith="complaints.").values_list("key", flat=True)
    known = {f"complaints.stage:{change}" for change in complaint.changes.values_list("pk", flat=True)}
    assert all(key.rsplit(":", 1)[0] in known or ":merged" in key for key in told.filter(reference=complaint.number))
    assert complaint.round <= 3
    waiting = Approval.objects.filter(reference=complaint.number, state="in_review").count()
    assert waiting == complaint.proposals.filter(ending="").count()
