"""감사 전용: complaints about officials are for the audit department alone."""

from typing import Any

import pytest

from complaints import services
from complaints.models import Complaint
from complaints.services.approving import NoApprover
from tests.complaints.conftest import World


def _hidden(world: World) -> Complaint:
    """A complaint of a kind that belongs to the parks department alone."""
    world.trees.is_sensitive = True
    world.trees.save()
    return world.file(category=world.trees, by=world.haneul)


def test_only_the_department_itself_and_the_complainant_see_it(world: World) -> None:
    complaint = _hidden(world)
    world.head.is_superuser = True
    world.head.save()

    def sees(name: str) -> bool:
        return Complaint.objects.visible_to(getattr(world, name)).filter(pk=complaint.pk).exists()

    seen = {name for name in ("clerk", "officer", "head", "examiner", "parks_officer", "parks_head") if sees(name)}
    assert seen == {"parks_officer", "parks_head"}
    assert sees("haneul")
    assert not sees("bada")


def test_who_may_not_see_it_can_do_nothing_to_it(world: World) -> None:
    complaint = _hidden(world)

    with pytest.raises(services.NotAllowed):
        services.withdraw(complaint, by=world.clerk, now=world.now)
    with pytest.raises(services.NotAllowed):
        services.act(complaint, step="close", by=world.examiner, now=world.now, reason="abusive")
    with pytest.raises(services.NotAnOfficial):
        services.note(complaint, text="메모", by=world.examiner, now=world.now)
    services.review(complaint, by=world.parks_officer, now=world.now)


def test_other_cases_are_seen_as_before(world: World) -> None:
    _hidden(world)
    plain, unsorted = world.file(), world.file(body="도와주세요")

    found = set(Complaint.objects.visible_to(world.examiner).values_list("pk", flat=True))

    assert found == {plain.pk, unsorted.pk}


def test_what_a_clerk_may_not_see_does_not_lead_either(world: World) -> None:
    lead = _hidden(world)
    unsorted = world.file(body="도와주세요")

    with pytest.raises(services.NotAllowed):
        services.merge(unsorted, lead=lead, by=world.clerk, now=world.now)


def test_nobody_is_asked_to_sign_what_she_may_not_see(world: World) -> None:
    complaint = _hidden(world)
    services.review(complaint, by=world.parks_officer, now=world.now)
    world.parks_head.groups.clear()
    refusal: dict[str, Any] = {
        "outcome": "refused",
        "answer": "안 됩니다.",
        "refusal_reason": "사유지",
        "remedy": "행정심판",
    }

    with pytest.raises(NoApprover):  # and not the examiner of another department
        services.act(complaint, step="resolve", by=world.parks_officer, now=world.now, **refusal)
