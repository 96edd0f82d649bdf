"""Whose case an official may open, and the line in the audit book that every look leaves."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from complaints import queries
from complaints.models import Complaint
from portal.accounts.models import User
from portal.accounts.services import record_access
from portal.core import clock
from portal.core.client import address_of


def user_of(request: HttpRequest) -> User:
    """The signed-in official's user."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def complaint_for(request: HttpRequest, pk: int) -> Complaint:
    """A case the official may see; any other is not there."""
    user = user_of(request)
    if not user.has_perm("complaints.view_complaint"):
        raise PermissionDenied
    found = queries.seen_by(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def note_look(request: HttpRequest, pks: Iterable[int], *, action: str = "view", reason: str = "") -> None:
    """Write down who is about to be shown; called after all reading, before the page is drawn."""
    match = request.resolver_match
    record_access(
        actor=user_of(request),
        action=action,
        subject_kind="complaints.complaint",
        subject_ids=list(pks),
        reason=reason,
        task=(match.url_name or "") if match else "",
        address=address_of(request),
        now=clock.now(),
    )


def address(name: str, *args: object) -> str:
    """The address of one of our pages: case, step, note, read, reveal, photo."""
    return reverse(f"admin:complaints_complaint_{name}", args=args)
