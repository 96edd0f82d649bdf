"""Guides: the published answers as pages of their own, and who answers for what."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db.models import Q, QuerySet

from chatbot.models import Faq, MapPlace
from portal.accounts.models import Department
from portal.core.clock import day_in_korea
from portal.core.languages import is_korean
from portal.site.models import EnglishGuide

RELATED = 4
PLACES = 30


def published(*, now: datetime) -> QuerySet[Faq]:
    """The answers that stand today; small talk is no guide."""
    today = day_in_korea(now)
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    return Faq.objects.filter(begun, lasting, status=Faq.Status.PUBLISHED, kind=Faq.Kind.ANSWER)


def guide(slug: str, *, now: datetime) -> Faq | None:
    """One guide with everything its page shows."""
    return published(now=now).select_related("department").prefetch_related("links", "facets").filter(slug=slug).first()


def related(faq: Faq, *, now: datetime) -> Sequence[Faq]:
    """Guides of the same field or about the same words, those that share the most words first."""
    nearby = published(now=now).filter(Q(category=faq.category) | Q(tags__overlap=faq.tags)).exclude(pk=faq.pk)
    own = set(faq.tags)
    return sorted(nearby, key=lambda other: (-len(own & set(other.tags)), other.pk))[:RELATED]


def places(faq: Faq) -> Sequence[MapPlace]:
    """The places of the guide's layer, by name."""
    if not faq.map_layer:
        return []
    return list(MapPlace.objects.filter(layer=faq.map_layer).order_by("name", "pk")[:PLACES])


def by_category(*, now: datetime) -> list[tuple[str, list[Faq]]]:
    """Every guide, field by field, in the order in which they were written."""
    fields = groupby(published(now=now).order_by("category", "pk"), key=lambda faq: faq.category)
    return [(category, list(faqs)) for category, faqs in fields]


def departments() -> QuerySet[Department]:
    """Whom one can call."""
    return Department.objects.filter(is_active=True).order_by("name")


def english_of(faq: Faq) -> EnglishGuide | None:
    """The guide in English, where English is read and somebody wrote it."""
    return None if is_korean() else EnglishGuide.objects.select_related("faq").filter(faq=faq).first()


def english_titles() -> dict[int, str]:
    """Guide → its English title, where English is read."""
    return {} if is_korean() else dict(EnglishGuide.objects.values_list("faq_id", "title"))
