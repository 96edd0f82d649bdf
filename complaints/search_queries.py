"""Complaints that hold given words: asked of the blind index, and confirmed on the opened text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from complaints.models import Complaint, ComplaintQuerySet
from complaints.searching import grams_for, stands_in, terms_of
from portal.core import sealing
from portal.core.fields import context_of

PAGE = 200
MOST_FOUND = 500  # nobody reads further; another word narrows it
MOST_OPENED = 5000  # texts opened for one question

_Candidate = tuple[int, datetime, UUID, Any, str]  # the database gives bytes or a view of them


@dataclass(frozen=True, slots=True)
class Found:
    """The newest cases with the words. `is_all` is false if there may be more."""

    pks: tuple[int, ...]
    is_all: bool


def search(rows: ComplaintQuerySet, query: str, *, most: int = MOST_FOUND) -> Found:
    """
    Which of some rows hold every word of a query in their text or address, newest first.

    :raises complaints.searching.TooShort: if a word is a single syllable
    """
    terms = terms_of(query)
    opened = _candidates(rows, terms)
    pks, looked_at = [], 0
    for pk, _, sealed_id, body, address in islice(opened, MOST_OPENED):
        looked_at += 1
        if stands_in(terms, _open(body, sealed_id), address):
            pks.append(pk)
            if len(pks) > most:
                return Found(tuple(pks[:most]), is_all=False)
    return Found(tuple(pks), is_all=looked_at < MOST_OPENED)


def _candidates(rows: ComplaintQuerySet, terms: Sequence[str]) -> Iterator[_Candidate]:
    """Rows whose index holds every piece, page after page by keyset: a cursor would hold a transaction open."""
    matching = rows.filter(search_grams__contains=grams_for(terms)).order_by("-submitted_at", "-pk")
    columns = matching.values_list("pk", "submitted_at", "sealed_id", "body_sealed", "address")
    after = Q()
    while True:
        page: list[_Candidate] = list(columns.filter(after)[:PAGE])
        yield from page
        if len(page) < PAGE:
            return
        pk, at = page[-1][:2]
        after = Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=pk)


def _open(body: Any, sealed_id: UUID) -> str:
    if not body:
        return ""
    context = context_of(Complaint, "body_sealed")
    return sealing.open_sealed(bytes(body), context=context, row=sealed_id).decode()
