"""What officials' pages of every room need: who is looking, and the line in the audit book that every look leaves."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portal.accounts.models import User
from portal.accounts.services import record_access
from portal.core import clock
from portal.core.client import address_of


def user_of(request: HttpRequest) -> User:
    """The signed-in official's user, or 403."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def note_look(request: HttpRequest, kind: str, pks: Iterable[int], *, action: str = "view", reason: str = "") -> None:
    """Write down who is about to be shown; called after all reading, before the page is drawn."""
    match = request.resolver_match
    record_access(
        actor=user_of(request),
        action=action,
        subject_kind=kind,
        subject_ids=list(pks),
        reason=reason,
        task=(match.url_name or "") if match else "",
        address=address_of(request),
        now=clock.now(),
    )
