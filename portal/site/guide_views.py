"""Pages to read: the guides, the departments, and the map of the site for search engines."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chatbot.models import Faq
from complaints.petitions import UnknownPetition, shipped
from portal.core.clock import now
from portal.core.doors import public
from portal.site import guide_queries, menu, post_queries

_PAGES_OF_PETITIONS = {"illegal_parking": "complaints:parking"}


@dataclass(frozen=True, slots=True)
class Errand:
    """What a guide's button begins."""

    label: str
    url: str


@public
@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """Every guide by field."""
    english = guide_queries.english_titles()
    fields = [
        (category, [(faq, english.get(faq.pk, "")) for faq in faqs])
        for category, faqs in guide_queries.by_category(now=now())
    ]
    return render(request, "site/guides.html", {"fields": fields, "site": _site()})


@public
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """One guide: the answer, its facts, who answers for it and what to do next."""
    moment = now()
    faq = guide_queries.guide(slug, now=moment)
    if faq is None:
        return _withdrawn(slug)
    context = {
        "guide": faq,
        "english": guide_queries.english_of(faq),
        "facets": faq.facets.all(),
        "links": faq.links.all(),
        "places": guide_queries.places(faq),
        "errand": _errand(faq),
        "chat_url": f"{reverse('chatbot:chat')}?{urlencode({'q': faq.question})}",
        "related": guide_queries.related(faq, now=moment),
        "site": _site(),
    }
    return render(request, "site/guide.html", context)


def _withdrawn(slug: str) -> HttpResponse:
    """
    A tile of the menu leads on even where the guide behind it was taken down.

    :raises Http404: for every other guide that is not there
    """
    for entry in menu.QUESTIONS + menu.QUICK:
        if entry.slug == slug:
            return redirect(f"{reverse('site:search')}?{urlencode({'q': entry.label})}")
    raise Http404


@public
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Who does what, and the number to call."""
    return render(request, "site/departments.html", {"departments": guide_queries.departments()})


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page worth finding, for search engines."""
    pages: list[dict[str, str | datetime]] = [{"url": url} for url in (reverse("site:home"), *_urls_of_menu())]
    pages += [
        {"url": reverse("site:guide", args=[faq.slug]), "on": faq.changed_at}
        for faq in guide_queries.published(now=now()).order_by("pk")
    ]
    pages += [
        {"url": reverse(f"site:{post.kind}_post", args=[post.slug]), "on": post.changed_at}
        for post in post_queries.standing(now=now())
    ]
    words = {"pages": pages, "site": _site()}
    return render(request, "site/sitemap.xml", words, content_type="application/xml; charset=utf-8")


def _urls_of_menu() -> list[str]:
    """Those that open on their own: neither words a reader would have to send, nor a page of somebody's own."""
    mine = reverse("site:me")
    return [reverse("site:menu"), *(one.url for one in menu.ENTRIES if not one.words and not one.url.startswith(mine))]


def _site() -> str:
    return str(settings.SITE_URL).rstrip("/")


def _errand(faq: Faq) -> Errand | None:
    """The petition that follows from the guide; what is filed starts as a report, the rest in the chat."""
    if not faq.petition_code:
        return None
    try:
        found = shipped().get(faq.petition_code)
    except UnknownPetition:
        return None
    if page := _PAGES_OF_PETITIONS.get(found.code):
        return Errand(_("%(title)s 시작하기") % {"title": found.title}, reverse(page))
    if found.is_filed:
        return Errand(
            _("%(title)s 시작하기") % {"title": found.title},
            f"{reverse('complaints:new')}?{urlencode({'text': f'{found.title}: '})}",
        )
    return Errand(
        _("챗봇에서 %(title)s") % {"title": found.title}, f"{reverse('chatbot:chat')}?{urlencode({'q': found.title})}"
    )
