"""
Every way of finding an answer, asked the same questions: the engine in both modes, pg_trgm, and TF-IDF of scikit-learn.

The two others read the same texts: question, tags, phrasings and answer. TF-IDF is tried with a document for each
answer and with one for each sentence, and the better is taken.
"""

import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from chatbot import shelf
from chatbot.benchmarks.stage import cpu_milliseconds, questions, slugs, spread
from chatbot.engine.embedders import load
from chatbot.engine.index import Document
from chatbot.engine.policy import decide
from chatbot.engine.text import mask, normalise

Find = Callable[[str], Sequence[int]]
_LETTERS = """
select id from (
  select id, question as said from chatbot_faq
  union all select id, unnest(tags) from chatbot_faq
  union all select faq_id, text from chatbot_phrasing where state = 'approved'
) as texts group by id order by max(similarity(said, %s)) desc, id limit 5
"""


def measure(size: int) -> dict[str, Any]:
    """Accuracy on questions that are ours, and time on all."""
    held = shelf.current()
    index = held.index
    if index is None:
        return {"mode": held.mode}
    plug = load(settings.CHATBOT_EMBEDDER)  # without the memory of a process: every question is embedded
    found = {
        "full": _measured(lambda text: [one.key for one in decide(mask(text), index, embedder=plug).candidates]),
        "lexical": _measured(lambda text: [one.key for one in decide(mask(text), index).candidates]),
        "pg_trgm": _measured(_by_letters, clock=time.perf_counter),
        "tfidf": _tfidf(index.documents),
    }
    ours, others = found["full"], [found["pg_trgm"], found["tfidf"]]
    best = max((one["top1"] for one in others if "top1" in one), default=0.0)
    return {**found, "mode": held.mode, "full_over_best_other_top1": round(ours["top1"] / best, 3) if best else None}


def _measured(find: Find, *, clock: Callable[[], float] = time.process_time) -> dict[str, Any]:
    """`clock` is the wall where the work is done in another process."""
    asked = [one for one in questions() if one.expected]
    ranks = []
    for one in asked:
        ranking = [slugs()[key].slug for key in find(one.text)]
        ranks.append(next((rank for rank, slug in enumerate(ranking) if slug in one.expected), 9))
    texts = [one.text for one in questions()]
    if clock is time.process_time:
        milliseconds = cpu_milliseconds(find, texts)
    else:
        milliseconds = []
        for text in texts:
            began = clock()
            find(text)
            milliseconds.append((clock() - began) * 1000)
    top = {f"top{most}": round(statistics.mean(rank < most for rank in ranks), 4) for most in (1, 3)}
    return {"n": len(asked), **top, "ms": spread(milliseconds)}


def _by_letters(text: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_LETTERS, [text])
        return [key for (key,) in cursor.fetchall()]


def _tfidf(documents: Sequence[Document]) -> dict[str, Any]:
    """Where the developers' packages are installed."""
    try:
        sklearn = importlib.import_module("sklearn.feature_extraction.text")
    except ImportError:
        return {"absent": True}
    said = [(one.key, text) for one in documents for text in (one.question, *one.tags, *one.phrasings, one.answer)]
    whole = [(one.key, " ".join(text for key, text in said if key == one.key)) for one in documents]
    tried = [_measured(_nearest(sklearn, texts)) for texts in (whole, said)]
    return max(tried, key=lambda one: one["top1"])


def _nearest(sklearn: Any, texts: Sequence[tuple[int, str]]) -> Find:
    """Characters, two to four: Korean endings make words of a kind different each time."""
    vectorizer = sklearn.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
    rows = vectorizer.fit_transform(normalise(text) for _, text in texts)
    keys = [key for key, _ in texts]

    def find(text: str) -> list[int]:
        likeness = (rows @ vectorizer.transform([normalise(text)]).T).toarray().ravel()
        ranking = dict.fromkeys(keys[at] for at in likeness.argsort()[::-1][:200])
        return list(ranking)[:5]

    return find
