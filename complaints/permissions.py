"""Who somebody is to a complaint. `workflow.py` says what each capacity may do."""

from complaints.models import Complaint
from complaints.workflow import Actor, Step
from portal.accounts.models import Official, User

# Somebody who is both the officer and the head acts as the officer.
_ORDER = (Actor.OFFICER, Actor.HEAD, Actor.EXAMINER, Actor.CLERK, Actor.CITIZEN, Actor.SYSTEM)


def official_behind(user: User | None) -> Official | None:
    """The active official who is signed in, if it is one."""
    official: Official | None = getattr(user, "official", None)
    return official if official is not None and official.is_active and official.user.is_active else None


def capacities(complaint: Complaint | None, by: User | None) -> frozenset[Actor]:
    """
    Everything `by` is to the complaint (None: a complaint that is being filed).

    Nobody signed in (`None`) is the citizen who holds the link or the phone, or the portal itself: no step that an
    official must take is open to either.
    """
    if by is None:
        return frozenset({Actor.CITIZEN, Actor.SYSTEM})
    found: set[Actor] = set()
    if complaint is None or (complaint.citizen_id is not None and complaint.citizen_id == by.pk):
        found.add(Actor.CITIZEN)
    official = official_behind(by)
    if official is not None:
        found |= _offices(complaint, official)
    return frozenset(found)


def is_hidden_from(complaint: Complaint, official: Official) -> bool:
    """감사 전용: nobody outside the category's own department may know of it (`ComplaintQuerySet.visible_to`)."""
    category = complaint.category
    return category is not None and category.is_sensitive and category.department_id != official.department_id


def _offices(complaint: Complaint | None, official: Official) -> set[Actor]:
    found: set[Actor] = set()
    if complaint is not None and is_hidden_from(complaint, official):
        return found
    if official.has_role("intake"):
        found.add(Actor.CLERK)
    if official.has_role("examiner"):
        found.add(Actor.EXAMINER)
    if complaint is None:
        return found
    if complaint.officer_id == official.pk:
        found.add(Actor.OFFICER)
    if official.has_role("head") and complaint.department_id == official.department_id:
        found.add(Actor.HEAD)
    return found


def actor_for(step: Step, complaint: Complaint | None, by: User | None) -> Actor | None:
    """In which capacity `by` may take the step, or None."""
    held = capacities(complaint, by) & step.who
    return next((actor for actor in _ORDER if actor in held), None)
