"""Each night the index at work is asked everything that is known: the gold questions, and every phrasing unread."""

import structlog
from django.db import transaction

from chatbot import catalogue
from chatbot.embedding import embedder
from chatbot.engine.index import Index, wanted_texts
from chatbot.models import IndexBuild
from chatbot.services import building, gating
from chatbot.services.vectors import Remembering, vectors_of

_log = structlog.get_logger(__name__)

FOLDS = 5


def judge_index() -> dict[str, float] | None:
    """
    Keep with the active build how it does on all questions, each phrasing asked of an index that has not read it.

    It changes nothing else: people read it. None if there is no index to judge.
    """
    active = IndexBuild.objects.filter(state=IndexBuild.State.ACTIVE).defer("blob").first()
    index = building.index_at_work()
    if active is None or index is None:
        return None
    figures = _figures(index)
    with transaction.atomic():
        build = IndexBuild.objects.select_for_update().defer("blob").get(pk=active.pk)
        build.scores = {**build.scores, "nightly": figures}
        build.save(update_fields=["scores"])
    _log.info("index_judged", build=active.pk, **figures)
    return figures


def _figures(index: Index) -> dict[str, float]:
    plug, names = embedder(), catalogue.names()
    remembering = Remembering(plug) if plug.dim else plug
    vectors = vectors_of(wanted_texts(index.documents), plug) if index.mode == "full" else None
    asked = [one for one in gating.gold() if not one.expected or one.expected & {names[key].slug for key in index.keys}]
    seen = [gating.see(index, one, names, remembering) for one in asked]
    for number in range(FOLDS):
        texts = {(one.key, text) for one in index.documents for text in one.phrasings[number::FOLDS]}
        unread = gating.without(index, {text for _, text in texts}, vectors)
        for key, text in sorted(texts):
            asked.append(gating.Asked(text, frozenset({names[key].slug})))
            seen.append(gating.see(unread, asked[-1], names, remembering))
    return {"asked": len(asked), **gating.shares(asked, seen)}
