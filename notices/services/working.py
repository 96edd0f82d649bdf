"""The worker's bench: one thing after another until nothing waits or the time is up. What was begun is found again."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import structlog

from notices.cells import Cells
from notices.models import RenderBatch, SourceDocument
from notices.services import vault
from notices.services.drawing import batches_to_draw, campaigns_to_finish, draw_batch, finish_reading
from notices.services.mailing import make_prints
from notices.services.matching import match_pages
from notices.services.merging import batches_to_make, join_parts, make_batch, next_to_join
from notices.services.reading import (
    Overtaken,
    batches_to_read,
    claim_batch,
    documents_to_match,
    examine_document,
    next_to_examine,
    read_batch,
)

WORK_SECONDS = 45.0
_log = structlog.get_logger(__name__)


def work_on_files(*, now: datetime, seconds: float = WORK_SECONDS) -> int:
    """Examine, read, match and draw whatever waits; returns how many pieces of work were done."""
    vault.sweep_shelf()
    began = time.monotonic()
    done = 0
    with _bench(now) as bench:
        while time.monotonic() - began < seconds and _one_piece(bench, now):
            done += 1
    return done + make_prints(now=now)


class _Bench:
    """Keeps the document at hand open and its children at work, so that no batch has to wait for either."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._stack = ExitStack()
        self._document_id = 0
        self._cells: Cells | None = None

    def cells_of(self, document: SourceDocument) -> Cells:
        """Children that have the plain file at hand, in memory."""
        if self._cells is None or document.pk != self._document_id:
            self.clear()
            pdf = self._stack.enter_context(vault.opened(document, now=self._now))
            self._cells = self._stack.enter_context(Cells(pdf))
            self._document_id = document.pk
        return self._cells

    def clear(self) -> None:
        """Close what is open."""
        self._stack.close()
        self._cells = None


@contextmanager
def _bench(now: datetime) -> Iterator[_Bench]:
    bench = _Bench(now)
    try:
        yield bench
    finally:
        bench.clear()


def _one_piece(bench: _Bench, now: datetime) -> bool:
    try:
        return _make(now) or _examine(now) or _read(bench, now) or _match(now) or _draw(bench, now) or _finish(now)
    except Overtaken:
        _log.info("work_overtaken")  # another worker was faster: nothing is lost, look again
        return True


def _make(now: datetime) -> bool:
    batch = claim_batch(batches_to_make())
    if batch is not None:
        make_batch(batch, now=now)
        return True
    document = next_to_join()
    if document is not None:
        join_parts(document, now=now)
    return document is not None


def _examine(now: datetime) -> bool:
    document = next_to_examine()
    if document is not None:
        examine_document(document, now=now)
    return document is not None


def _read(bench: _Bench, now: datetime) -> bool:
    batch = claim_batch(batches_to_read())
    if batch is not None:
        cells = bench.cells_of(batch.document)
        read_batch(batch, cells.pdf, now=now, cells=cells)
    return batch is not None


def _match(now: datetime) -> bool:
    return any(match_pages(document, now=now) for document in documents_to_match())


def _draw(bench: _Bench, now: datetime) -> bool:
    batch: RenderBatch | None = claim_batch(batches_to_draw())
    if batch is not None:
        cells = bench.cells_of(batch.document)
        draw_batch(batch, cells.pdf, now=now, cells=cells)
    return batch is not None


def _finish(now: datetime) -> bool:
    return any(finish_reading(campaign, now=now) for campaign in campaigns_to_finish())
