"""Officials hear what waits for them: counts and ids only, each thing once a day."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from chatbot.models import Faq, UnansweredCluster
from messaging import services as messaging
from portal.accounts.models import Official
from portal.accounts.queries import calendar, officials_holding
from portal.core.clock import day_in_korea
from portal.core.workdays import CalendarMissing, add_hours

_log = structlog.get_logger(__name__)
TOPIC = "chatbot.duty"
_ONE_MINUTE = 1 / 60  # of working time, in hours


def tell_of_clusters(clusters: Iterable[UnansweredCluster], *, now: datetime) -> None:
    """How many bundles of unanswered questions are new for each department; its heads hear it, once a day."""
    counted = Counter(one.department_id for one in clusters if one.department_id is not None)
    for department_id, count in sorted(counted.items()):
        words = {"건수": str(count)}
        _tell(department_id, "chatbot.unanswered", words, mark=str(day_in_korea(now)), now=now)


def tell_of_outdated(faq: Faq, *, now: datetime) -> None:
    """A citizen says an answer is out of date: whose answer it is hears so, once a day for each answer."""
    if faq.department_id is not None:
        words = {"질문": faq.question}
        _tell(faq.department_id, "chatbot.outdated", words, mark=f"{faq.pk}:{day_in_korea(now)}", now=now)


def _tell(department_id: int, template: str, words: Mapping[str, str], *, mark: str, now: datetime) -> None:
    heads = officials_holding("head", department_id=department_id)
    tell_when_open(heads, template=template, words=words, topic=TOPIC, mark=mark, reference=mark, now=now)


def tell_when_open(
    officials: Iterable[Official],
    *,
    template: str,
    words: Mapping[str, str],
    topic: str,
    mark: str,
    reference: str,
    now: datetime,
) -> None:
    """Now, or when the office opens next: nobody is rung up at night for what can wait."""
    try:
        opens_at = add_hours(calendar(), now, _ONE_MINUTE)
    except CalendarMissing:
        _log.warning("officials_not_told", template=template, reference=reference, reason="CalendarMissing")
        return
    messaging.tell_officials(
        officials,
        template=template,
        words=words,
        topic=topic,
        mark=mark,
        reference=reference,
        now=now,
        due_at=opens_at,
    )
