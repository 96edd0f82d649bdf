"""건강: every trouble with its number, and the pairs that citizens get mixed up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from chatbot import health_queries as queries
from chatbot.admin.access import official_with, page_of, site
from chatbot.models import Faq
from chatbot.permissions import within_reach
from portal.core import clock


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page; `?whose=mine` counts one's own department only."""
    user = official_with(request, "view_faq")
    is_mine = request.GET.get("whose") == "mine"
    faqs = Faq.objects.filter(within_reach(user)) if is_mine else Faq.objects.all()
    counts = queries.counts(faqs, now=clock.now())
    whose = {"whose": "mine"} if is_mine else {}
    lists = page_of("faq", "changelist")
    context = {
        **site(request),
        "title": "답변 건강",
        "troubles": [
            (trouble, counts[name], f"{lists}?{urlencode({'trouble': name, **whose})}")
            for name, trouble in queries.TROUBLES.items()
        ],
        "pairs": queries.conflicts(),
        "is_mine": is_mine,
        "published_count": faqs.filter(status=Faq.Status.PUBLISHED).count(),
    }
    return render(request, "admin/chatbot/health.html", context)
