"""What the chat's housekeeping does each night, in this order: what is forgotten was counted and bundled before."""

from datetime import datetime

import structlog

from chatbot.services import counting, experiments, mining, proposing, publishing

_log = structlog.get_logger(__name__)


def work_night(*, now: datetime) -> None:
    """Bundle the unanswered, propose what taps teach, retire what has passed, watch the experiment, count, forget."""
    mined = mining.mine_unanswered(now=now)
    phrasings, synonyms = proposing.propose(now=now)
    retired = publishing.retire_expired(now=now)
    stopped = experiments.watch(now=now)
    forgotten = counting.purge_turns(now=now)
    _log.info(
        "chatbot_night",
        questions=mined.question_count,
        clusters=mined.new_count,
        reopened=mined.reopened_count,
        phrasings=phrasings,
        synonyms=synonyms,
        retired=retired,
        experiment_stopped=bool(stopped),
        forgotten=forgotten,
    )
