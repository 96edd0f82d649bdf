"""What there is to answer with on a given day: the approved rows, and the same as the engine reads them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from chatbot.engine.index import Document
from chatbot.models import Faq, Phrasing, Synonym


def served(on: date) -> QuerySet[Faq]:
    """The only answers a citizen ever sees: published, and within their dates."""
    return Faq.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        status=Faq.Status.PUBLISHED,
    )


def documents(on: date) -> list[Document]:
    """Those answers with the phrasings officials approved, always in the same order."""
    phrasings: dict[int, list[str]] = defaultdict(list)
    approved = Phrasing.objects.filter(state=Phrasing.State.APPROVED).order_by("pk")
    for faq_id, text in approved.values_list("faq_id", "text"):
        phrasings[faq_id].append(text)
    rows = served(on).order_by("pk").values_list("pk", "question", "answer", "tags", "kind")
    return [
        Document(pk, question, answer, tuple(tags), tuple(phrasings[pk]), kind)
        for pk, question, answer, tags, kind in rows
    ]


def synonyms() -> dict[str, str]:
    """What citizens say, and the words that are added to it."""
    approved = Synonym.objects.filter(state=Synonym.State.APPROVED)
    return dict(approved.order_by("term").values_list("term", "expands_to"))


@dataclass(frozen=True, slots=True)
class Name:
    """An answer's key in the index, said in a way that outlives the row."""

    slug: str
    kind: str


def names() -> dict[int, Name]:
    """Every answer by its key, also those no longer served: an older index may still hold them."""
    return {pk: Name(slug, kind) for pk, slug, kind in Faq.objects.values_list("pk", "slug", "kind")}


def stamp() -> tuple[object, ...]:
    """Changes with every row a service has written: cheap enough to be asked all the time, and not to be believed."""
    seen = {"at": Max("changed_at"), "last": Max("id"), "count": Count("id")}
    faqs, phrasings, known = Faq.objects.all(), Phrasing.objects.all(), Synonym.objects.all()
    return tuple(value for rows in (faqs, phrasings, known) for value in rows.aggregate(**seen).values())
