"""Whose messages an official may know of: the one place where every officials' page of this room is narrowed."""

from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from messaging.models import ApiKey, Attempt, Budget, LedgerCount, Message, Reply, Stream, TriageDecision
from portal.accounts.models import Official, User

M = TypeVar("M", bound=Model)

# Where a row says which department it is of. What has none is the whole house's, and its administrators'.
DEPARTMENT_OF: Final[dict[type[Model], str]] = {
    Message: "department",
    Attempt: "message__department",
    Reply: "department",
    TriageDecision: "reply__department",
    Stream: "department",
    ApiKey: "department",
    LedgerCount: "department",
    Budget: "department",
}
# 접수 reads what citizens write to nobody in particular, as it reads the cases that have no department yet.
_AT_THE_DESK: Final = (Reply, TriageDecision)


def of_office(rows: QuerySet[M], user: User | AnonymousUser) -> QuerySet[M]:
    """
    Of these rows those the official may see: her department's, all of them for an administrator.

    Every list, page, search, figure and live part of officials starts here; what is not in it does not exist for her
    (404).
    """
    if sees_everything(user):
        return rows
    official = _at_work(user)
    if official is None:
        return rows.none()
    where = DEPARTMENT_OF[rows.model]
    hers = [Q(**{where: official.department_id})]
    if rows.model in _AT_THE_DESK and official.has_role("intake"):
        hers.append(Q(**{f"{where}__isnull": True}))
    return rows.filter(reduce(or_, hers))


def may_see(row: Model, user: User) -> bool:
    """Whether this very row is among them."""
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    return of_office(rows, user).exists()


def sees_everything(user: User | AnonymousUser) -> bool:
    """Whether departments do not matter: for administrators."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return False
    official = _at_work(user)
    return user.is_superuser or (official is not None and official.has_role("administrator"))


def _at_work(user: User | AnonymousUser) -> Official | None:
    """The official who is signed in; read once, as is what she may do."""
    official: Official | None = getattr(user, "official", None)
    return official if official is not None and official.is_active else None
