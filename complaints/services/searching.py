"""The blind index is made again: for rows that have none, or for all after its key has changed."""

from collections.abc import Iterator

from django.db import transaction

from complaints.models import Complaint
from complaints.searching import grams_of

BATCH = 500


def reindex(*, after: int = 0, only_missing: bool = True) -> Iterator[int]:
    """
    Make the index of row after row by id, yielding the last id of each batch as it is committed.

    A run that was stopped goes on after the id it named last. Rows are locked while their text is read, so that a
    correction at the same moment comes before or after, never in between.
    """
    while last := _reindex_batch(after, only_missing=only_missing):
        yield last
        after = last


@transaction.atomic
def _reindex_batch(after: int, *, only_missing: bool) -> int | None:
    rows = Complaint.objects.filter(pk__gt=after).exclude(body_sealed=b"", address="")
    if only_missing:
        rows = rows.filter(search_grams=[])
    batch = list(rows.select_for_update(no_key=True).order_by("pk")[:BATCH])
    for complaint in batch:
        complaint.search_grams = grams_of(complaint.body, complaint.address)
    Complaint.objects.bulk_update(batch, ["search_grams"])
    return batch[-1].pk if batch else None
