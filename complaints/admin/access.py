"""Whose case an official may open, and the line in the audit book that every look leaves."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from complaints import queries
from complaints.models import Complaint
from portal.accounts import looking
from portal.accounts.looking import user_of


def complaint_for(request: HttpRequest, pk: int) -> Complaint:
    """A case the official may see; any other is not there."""
    user = user_of(request)
    if not user.has_perm("complaints.view_complaint"):
        raise PermissionDenied
    found = queries.seen_by(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def key_in(written: str) -> int:
    """The key an address or a form names; 0, which no row has, if it names none."""
    return int(written) if written.isdecimal() and len(written) < 19 else 0


def note_look(request: HttpRequest, pks: Iterable[int], *, action: str = "view", reason: str = "") -> None:
    """Write down whose cases are about to be shown."""
    looking.note_look(request, "complaints.complaint", pks, action=action, reason=reason)


def address(name: str, *args: object) -> str:
    """The address of one of our pages: case, step, note, read, reveal, photo …"""
    return reverse(f"admin:complaints_complaint_{name}", args=args)


def list_address() -> str:
    """The worklist."""
    return address("changelist")
