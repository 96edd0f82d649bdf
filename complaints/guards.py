"""Whose case this is: filed on this device, proven by number and phone, or one's own when signed in."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.http import HttpRequest

from complaints import numbers
from complaints.models import Complaint
from complaints.services.correcting import Proof
from portal.accounts.models import User

_SESSION = "complaints"
_DIGITS = "complaints.digits"
_MOST = 20


def remember(request: HttpRequest, complaint: Complaint, *, by_digits: bool = False) -> None:
    """From now on this device may open the case, until its session ends."""
    if by_digits:
        digits = [pk for pk in request.session.get(_DIGITS, []) if pk != complaint.pk]
        request.session[_DIGITS] = [complaint.pk, *digits][:_MOST]
    known = [pk for pk in known_keys(request) if pk != complaint.pk]
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
    return found if is_own(request, found, keys=known_keys(request)) else None


def is_own(request: HttpRequest, complaint: Complaint, *, keys: Collection[int]) -> bool:
    """Whether the case is of whoever is signed in, or known to this device."""
    is_signed_in = isinstance(request.user, User) and complaint.citizen_id == request.user.pk
    return is_signed_in or complaint.pk in keys


def proof_of(request: HttpRequest, complaint: Complaint) -> Proof:
    """How whoever asks has shown that the case is hers; the book of the case keeps it."""
    return Proof.DIGITS if complaint.pk in request.session.get(_DIGITS, []) else Proof.DEVICE


def known_keys(request: HttpRequest) -> list[int]:
    """The cases this device has proven, the latest first."""
    keys: list[int] = request.session.get(_SESSION, [])
    return keys


def known(request: HttpRequest) -> list[Complaint]:
    """The cases this device may open, the latest first."""
    pks = known_keys(request)
    found = _shown().in_bulk(pks) if pks else {}
    return [found[pk] for pk in pks if pk in found]


def _shown() -> QuerySet[Complaint]:
    return Complaint.objects.select_related("category", "department", "officer", "lead")
