"""
The index this process answers with: the active build, at most a second old; without one, whatever still works.

A build that cannot be read is refused: then the approved rows are read and indexed here, by their words alone; and when
that fails too, PostgreSQL compares letters, which is good enough to offer choices, never to answer.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from typing import Literal

import structlog
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import DatabaseError, connections
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

from chatbot import catalogue
from chatbot.embedding import embedder
from chatbot.engine import policy
from chatbot.engine.index import Candidate, Index, Unreadable
from chatbot.engine.policy import Decision
from chatbot.engine.text import normalise
from chatbot.models import IndexBuild
from portal.core.clock import day_in_korea, now

_log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 2.0  # of a request that finds another one loading the very first index
LEAST_LIKENESS = 0.2
MOST_CHIPS = 5
Mode = Literal["full", "lexical", "trigram"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One index and where it came from; a turn keeps the one it began with."""

    index: Index | None
    build_id: int | None = None

    @property
    def mode(self) -> Mode:
        """How much of the engine stands behind an answer."""
        if self.index is None:
            return "trigram"
        return "full" if self.index.mode == "full" and embedder().dim else "lexical"

    def decide(self, masked: str, *, context: int | None = None) -> Decision:
        """What to do with one masked question; `context` is the answer the conversation was just about."""
        if self.index is None:
            return _by_letters(masked)
        return policy.decide(masked, self.index, embedder=embedder(), context=context)


@dataclass(slots=True)
class _Held:
    """What this process holds; `source` says what it was made from, so that it is made again only when that changes."""

    shelf: Shelf | None = None
    source: tuple[object, ...] = ()
    refused: tuple[object, ...] = ()
    looked_at: float = float("-inf")


_held = _Held()
_looking = threading.Lock()


def current() -> Shelf:
    """What to answer with now. Never raises for a bad build, and waits for nobody once there is something to hold."""
    held = _held.shelf
    if held is not None and time.monotonic() - _held.looked_at < FRESH_SECONDS:
        return held
    if not _looking.acquire(timeout=PATIENCE_SECONDS if held is None else 0):
        return held or Shelf(None)
    try:
        _look()
        return _held.shelf or Shelf(None)
    finally:
        _looking.release()


def mode_here() -> str:
    """For health: how this process would answer; nothing is loaded for it."""
    return _held.shelf.mode if _held.shelf else "starting"


def warm() -> None:
    """Load the index and the embedder before the first citizen asks; without a database, later."""
    try:
        current().decide("여권은 어디서 만드나요")
    except DatabaseError as error:
        _log.warning("index_not_warm", error=type(error).__name__)


def warm_beside() -> None:
    """The same in a thread that nobody waits for: a web process begins to serve meanwhile."""

    def run() -> None:
        try:
            warm()
        finally:
            connections.close_all()

    threading.Thread(target=run, name="chatbot-warm", daemon=True).start()


def forget() -> None:
    """Hold nothing, as a process that has just begun."""
    _held.shelf, _held.source, _held.refused, _held.looked_at = None, (), (), float("-inf")


def _look() -> None:
    """Take the active build if it is another one than before; without a readable one, index the rows."""
    active = IndexBuild.objects.filter(state=IndexBuild.State.ACTIVE)
    found = active.values_list("pk", "blob_sha256").first()
    source = (found[0], bytes(found[1] or b"")) if found else None
    if source and source != _held.refused:
        if source == _held.source or _took(*source):
            _held.looked_at = time.monotonic()
            return
        _held.refused = source
    _index_rows()
    _held.looked_at = time.monotonic()


def _took(build_id: int, expected: bytes) -> bool:
    blob = IndexBuild.objects.values_list("blob", flat=True).get(pk=build_id)
    try:
        index = read_blob(bytes(blob or b""), sha256=expected)
    except Unreadable:
        _log.error("index_unreadable", build=build_id)
        return False
    _held.shelf, _held.source = Shelf(index, build_id), (build_id, expected)
    return True


def read_blob(blob: bytes, *, sha256: bytes) -> Index:
    """
    The index of a build.

    :raises Unreadable: if it is not, byte for byte, what was built, or of another release
    """
    if hashlib.sha256(blob).digest() != sha256:
        raise Unreadable
    return Index.from_bytes(blob)


def _index_rows() -> None:
    """By the words alone, in this process, whenever the rows have changed."""
    today = day_in_korea(now())
    source = ("rows", today, *catalogue.stamp())
    if source == _held.source:
        return
    try:
        index = Index.build(catalogue.documents(today), synonyms=catalogue.synonyms())
    except (OSError, RuntimeError, ValueError) as error:  # the dictionary is missing or broken
        _log.error("index_impossible", error=type(error).__name__)
        _held.shelf = Shelf(None)
    else:
        _held.shelf = Shelf(index)
    _held.source = source


def _by_letters(masked: str) -> Decision:
    """Choices by trigrams that question and answer share."""
    asked = normalise(masked)
    if not asked:
        return Decision("empty")
    tags = Func(F("tags"), Value(" "), function="array_to_string", output_field=TextField())
    found = (
        catalogue.served(day_in_korea(now()))
        .annotate(said=Concat("question", Value(" "), tags, output_field=TextField()))
        .annotate(likeness=TrigramWordSimilarity(asked, "said"))
        .filter(likeness__gte=LEAST_LIKENESS)
        .order_by("-likeness", "pk")
        .values_list("pk", "likeness")[:MOST_CHIPS]
    )
    candidates = [Candidate(pk, round(likeness, 6), round(likeness, 6)) for pk, likeness in found]
    return Decision("chips" if candidates else "exits", candidates, mode="trigram")
