"""Whose case this is: filed on this device, proven by number and phone, or one's own when signed in."""

from django.db.models import QuerySet
from django.http import HttpRequest

from complaints import numbers
from complaints.models import Complaint
from portal.accounts.models import User

_SESSION = "complaints"
_MOST = 20


def remember(request: HttpRequest, complaint: Complaint) -> None:
    """From now on this device may open the case, until its session ends."""
    known = [pk for pk in request.session.get(_SESSION, []) if pk != complaint.pk]
    request.session[_SESSION] = [complaint.pk, *known][:_MOST]


def proven(request: HttpRequest, number: str) -> Complaint | None:
    """The case of that number if this device or this citizen has proven it; whatever else it may be, None."""
    try:
        spelled = numbers.parse_number(number)
    except numbers.NotANumber:
        return None
    found = _shown().filter(number=spelled).first()
    if found is None:
        return None
    is_own = isinstance(request.user, User) and found.citizen_id == request.user.pk
    return found if is_own or found.pk in request.session.get(_SESSION, []) else None


def known(request: HttpRequest) -> list[Complaint]:
    """The cases this device may open, the latest first."""
    pks: list[int] = request.session.get(_SESSION, [])
    found = _shown().in_bulk(pks) if pks else {}
    return [found[pk] for pk in pks if pk in found]


def _shown() -> QuerySet[Complaint]:
    return Complaint.objects.select_related("category", "department", "officer", "lead")


def citizen_of(request: HttpRequest) -> User | None:
    """The citizen who is signed in. An official who reports something reports it as anybody."""
    user = request.user
    return user if isinstance(user, User) and not user.is_staff else None
