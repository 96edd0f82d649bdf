"""News, jobs, and what to do after moving in."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.core.clock import now
from portal.core.doors import public
from portal.core.languages import house_language
from portal.site import guide_queries, menu, post_queries
from portal.site.models import Post
from portal.site.prose import blocks

LATEST = 30
BEFORE_ALL_NEWS = datetime(2026, 1, 1, tzinfo=UTC)  # a feed has to say when it changed, also while it is empty


@public
@require_safe
def posts(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything of one kind, the latest first."""
    found = post_queries.standing(now=now()).filter(kind=kind).select_related("department")
    feed_url = reverse("site:feed") if kind == Post.Kind.NEWS else ""
    return render(request, "site/posts.html", {"posts": found, "label": Post.Kind(kind).label, "feed_url": feed_url})


@public
@require_safe
def post(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """One page of news, or one job."""
    found = post_queries.standing(now=now()).filter(kind=kind, slug=slug).select_related("department").first()
    if found is None:
        raise Http404
    back = {"url": reverse(f"site:{kind}"), "label": found.get_kind_display()}
    return render(request, "site/post.html", {"post": found, "blocks": blocks(found.body), "back": back})


@public
@require_safe
@house_language()
def feed(request: HttpRequest) -> HttpResponse:
    """News for feed readers, in Atom."""
    found = list(post_queries.standing(now=now()).filter(kind=Post.Kind.NEWS).select_related("department")[:LATEST])
    words = {
        "site": str(settings.SITE_URL).rstrip("/"),
        "changed_at": max((one.changed_at for one in found), default=BEFORE_ALL_NEWS),
        "posts": [{"post": one, "blocks": blocks(one.body)} for one in found],
    }
    return render(request, "site/feed.xml", words, content_type="application/atom+xml; charset=utf-8")


@public
@require_safe
def moving_in(request: HttpRequest) -> HttpResponse:
    """What somebody new here does first, step by step."""
    found = {faq.slug: faq for faq in guide_queries.published(now=now()).filter(slug__in=menu.MOVING_IN)}
    steps = [found[slug] for slug in menu.MOVING_IN if slug in found]
    return render(request, "site/moving_in.html", {"steps": steps})
