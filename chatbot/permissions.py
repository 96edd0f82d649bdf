"""Whose answers an official keeps: her department's; an administrator's are all of them."""

from django.db.models import Q

from chatbot.models import Faq
from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.core.errors import Refused

_ALL_ROLES = ("administrator",)


class NotYours(Refused):
    """Another department answers for it."""

    sentence = "다른 부서의 답변입니다. 담당 부서나 관리자만 고칠 수 있습니다."


def keeps_everything(user: User) -> bool:
    """Whether all departments' answers are hers to keep."""
    if user.is_superuser:
        return True
    official = official_of(user)
    return official is not None and any(official.has_role(role) for role in _ALL_ROLES)


def may_keep(user: User, department_id: int | None) -> bool:
    """Whether `user` answers for what belongs to the department; what belongs to none is an administrator's."""
    if keeps_everything(user):
        return True
    official = official_of(user)
    return official is not None and department_id is not None and official.department_id == department_id


def check_keeps(user: User, faq: Faq) -> None:
    """
    Refuse to let another department's answer be written.

    :raises NotYours: if `user` does not answer for it
    """
    if not may_keep(user, faq.department_id):
        raise NotYours


def within_reach(user: User, *, column: str = "department") -> Q:
    """What is the official's own department's, or nobody's yet; everything for an administrator."""
    if keeps_everything(user):
        return Q()
    official: Official | None = official_of(user)
    mine = Q(**{column: official.department_id}) if official else Q(pk__in=[])
    return mine | Q(**{f"{column}__isnull": True}) if official else mine
