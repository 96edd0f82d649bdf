"""Texts to officials about their own work: each once, without a number none, and a refusal stops nothing else."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from messaging.queries import messages_with
from messaging.services.sending import send
from portal.accounts.models import Official
from portal.core.errors import Refused

_log = structlog.get_logger(__name__)


def tell_officials(
    people: Iterable[Official],
    *,
    template: str,
    words: Mapping[str, str],
    topic: str,
    mark: str,
    reference: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Queue one text for each of them; `mark` says what it is about, so that nobody hears the same thing twice."""
    keys = {f"{template}:{mark}:{one.pk}": one for one in people}
    told = messages_with(list(keys))
    for key, official in keys.items():
        if key in told or not official.user.phone:
            continue
        try:
            send(
                to=official.user.phone,
                template=template,
                context=words,
                topic=topic,
                reference=reference,
                key=key,
                by=None,
                department=official.department,
                now=now,
                due_at=due_at,
            )
        except Refused as refused:
            _log.warning("official_not_told", official=official.pk, template=template, reason=type(refused).__name__)
