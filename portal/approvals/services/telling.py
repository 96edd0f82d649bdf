"""Telling officials whose turn it is and what was decided. An office without a number decides all the same."""

from datetime import datetime

import structlog

from messaging import services as messaging
from portal.accounts.models import Official
from portal.approvals.models import Approval
from portal.approvals.queries import deputies_of
from portal.approvals.subjects import subject
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)
WAITING, DECIDED = "approvals.waiting", "approvals.decided"


def tell_next(approval: Approval, *, now: datetime) -> None:
    """Whoever has to decide now, and whoever stands in for her today."""
    step = approval.steps.select_related("official__user", "official__department").filter(decision="")
    first = step.order_by("position").first()
    if first is None:
        return
    people = [first.official, *deputies_of(first.official, on=day_in_korea(now))]
    words = {"종류": subject(approval.subject).description, "제목": approval.title, "역할": first.get_role_display()}
    for official in people:
        _text(official, WAITING, words, approval, f"{first.pk}:{official.pk}", now)


def tell_drafter(approval: Approval, *, now: datetime) -> None:
    """What became of it."""
    drafter = Official.objects.select_related("user", "department").get(pk=approval.drafter_id)
    result = Approval.State(approval.state).label
    words = {"종류": subject(approval.subject).description, "제목": approval.title, "결과": result}
    _text(drafter, DECIDED, words, approval, f"{approval.pk}:{approval.state}", now)


def _text(
    official: Official, template: str, words: dict[str, str], approval: Approval, mark: str, now: datetime
) -> None:
    """Only to her own registered number; who has none finds it in the 결재함."""
    if not official.user.phone:
        return
    try:
        messaging.send(
            to=official.user.phone,
            template=template,
            context=words,
            topic=template,
            reference=approval.reference,
            key=f"{template}:{mark}",
            by=None,
            department=official.department,
            now=now,
        )
    except Refused as refused:
        _log.warning("approval_not_told", approval=approval.pk, reason=type(refused).__name__)
