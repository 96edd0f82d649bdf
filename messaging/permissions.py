"""Who may decide about messages that are on their way."""

from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.core.errors import Refused

DECIDERS = ("sender", "head", "administrator")


class NotAllowed(Refused):
    """The official has no role for this."""

    sentence = "발송승인, 부서장 또는 관리자만 할 수 있습니다."


def may_decide(user: User) -> bool:
    """Whether the official may settle unresolved messages and pause, resume or cancel a stream by hand."""
    official = official_of(user)
    return official is not None and any(official.has_role(role) for role in DECIDERS)


def require_decider(user: User) -> None:
    """
    :raises NotAllowed: for anybody without such a role
    """
    if not may_decide(user):
        raise NotAllowed
