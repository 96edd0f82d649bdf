"""Questions people ask many times a day, each with its index and without."""

from typing import Any

from django.http import QueryDict

from complaints import nearby_queries, queries, search_queries
from complaints.admin.worklist import Listing
from complaints.benchmarks.stage import compared, town
from complaints.geography import Point
from complaints.models import Complaint

OWN_SHOWN = 20


def worklist(size: int) -> dict[str, Any]:
    """The open cases of the largest department, by due date."""
    place = town(size)
    asked = QueryDict("tab=open")

    def ask() -> object:
        listing = Listing(place.head, asked, place.now)
        return listing.rows, listing.counts

    return compared(ask)


def first_rows(size: int) -> dict[str, Any]:
    """The fifty rows of that list alone, without the counts of its tabs."""
    place = town(size)
    return compared(lambda: Listing(place.head, QueryDict("tab=open"), place.now).rows)


def number(size: int) -> dict[str, Any]:
    """접수번호와 휴대전화: one case."""
    sample = town(size).sample(7)
    spelled, phone = sample.number, sample.phone
    return compared(lambda: queries.by_number_and_phone(spelled, phone))


def mine(size: int) -> dict[str, Any]:
    """내 민원: a citizen's own."""
    citizen = town(size).citizen
    return compared(lambda: list(queries.of_citizen(citizen)[:OWN_SHOWN]))


def nearby(size: int) -> dict[str, Any]:
    """Likely duplicates around a place, asked while a citizen is still filing."""
    place = town(size)
    sample = place.sample(11)
    point = Point(sample.lat or 0.0, sample.lon or 0.0)
    category = sample.category
    found = compared(
        lambda: nearby_queries.likely_duplicates(point, text="", now=place.now, category=category, exclude=[sample.pk])
    )
    return {**found, "open": Complaint.objects.open().count()}


def search(size: int) -> dict[str, Any]:
    """Two syllables that one text in 1,500 holds, every hit opened and confirmed."""
    place = town(size)
    everything = Complaint.objects.all()
    found = compared(lambda: search_queries.search(everything, place.word))
    return {**found, "hits": len(search_queries.search(everything, place.word).pks)}
