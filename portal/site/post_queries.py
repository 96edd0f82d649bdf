"""News and jobs that stand today."""

from datetime import datetime

from django.db.models import Q, QuerySet

from portal.core.clock import day_in_korea
from portal.site.models import Post


def standing(*, now: datetime) -> QuerySet[Post]:
    """Published and not yet over, the latest first."""
    today = day_in_korea(now)
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Post.objects.filter(lasting, published_on__lte=today).order_by("-published_on", "-pk")
