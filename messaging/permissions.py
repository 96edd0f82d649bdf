"""Who may decide about messages that are on their way, and who may write to citizens by hand."""

from django.db.models import Model

from messaging.scope_queries import may_see
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.core.errors import Refused

DECIDERS = ("sender", "head", "administrator")
ANSWERERS = ("intake", "officer", "head", "administrator")


class NotAllowed(Refused):
    """The official has no role for this."""

    sentence = "발송승인, 부서장 또는 관리자만 할 수 있습니다."


class MayNotAnswer(NotAllowed):
    """The official only reads."""

    sentence = "접수, 담당자, 부서장 또는 관리자만 시민에게 답장하거나 확인으로 표시할 수 있습니다."


class NotYours(NotAllowed):
    """The message is another department's."""

    sentence = "다른 부서의 메시지입니다."


def may_decide(user: User) -> bool:
    """Whether the official may settle unresolved messages and pause, resume or cancel a stream by hand."""
    return _has_one_of(user, DECIDERS)


def may_answer(user: User) -> bool:
    """Whether the official may text a citizen back, see the whole number, and count a text as seen."""
    return _has_one_of(user, ANSWERERS)


def _has_one_of(user: User, roles: tuple[str, ...]) -> bool:
    official = official_of(user)
    return official is not None and any(official.has_role(role) for role in roles)


def require_decider(user: User) -> None:
    """
    :raises NotAllowed: for anybody without such a role
    """
    if not may_decide(user):
        raise NotAllowed


def require_answerer(user: User) -> None:
    """
    :raises MayNotAnswer: for anybody without such a role
    """
    if not may_answer(user):
        raise MayNotAnswer


def require_own(row: Model, user: User) -> None:
    """
    :raises NotYours: for an official of another department
    """
    if not may_see(row, user):
        raise NotYours
