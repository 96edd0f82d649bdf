"""업무함 as a page: the list with its tabs, filters and keys, and the quiet word that something new has come."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from complaints import desk_queries
from complaints.admin import views
from complaints.admin.access import address, list_address, note_look
from complaints.admin.bulk import BULK
from complaints.admin.desk_forms import MOST_AT_ONCE
from complaints.admin.listing import moment_of
from complaints.admin.narrowing import without_phone
from complaints.admin.worklist import TABS, Listing, listing_of
from portal.core.live import live

NEWS_EVERY = 15  # seconds
_ALARMING = ("overdue",)
NOTHING_FOUND = ("찾는 민원이 없습니다.", "조건을 줄이거나 다른 말로 찾아 보세요.")
# What is usually done with many rows of a tab.
USUAL: Mapping[str, str] = {"intake": "receive", "triage": "route", "unassigned": "assign", "mine": "inspect"}
EMPTY: Mapping[str, tuple[str, str]] = {
    "mine": ("맡은 민원이 없습니다.", "새 민원이 배정되면 여기에 나타나고, 위쪽에 알림이 뜹니다."),
    "soon": ("이틀 안에 끝내야 할 민원이 없습니다.", "여유가 있는 날입니다."),
    "overdue": ("기한을 넘긴 민원이 없습니다.", "모두 제때 처리되고 있습니다."),
    "intake": ("접수를 기다리는 민원이 없습니다.", "사람이 먼저 보아야 하는 신청만 여기에 옵니다."),
    "triage": ("분류를 기다리는 민원이 없습니다.", "자동으로 부서를 정하지 못한 민원만 여기에 옵니다."),
    "unassigned": ("담당자를 기다리는 민원이 없습니다.", "부서는 정해졌지만 맡을 사람이 없을 때 여기에 옵니다."),
}


def _count_words(count: int) -> str:
    return f"{desk_queries.MOST_COUNTED:,}+" if count > desk_queries.MOST_COUNTED else str(count)


def _tabs(listing: Listing) -> list[dict[str, Any]]:
    """Label, count and address of each tab. What may be empty without anybody missing it is quiet then."""
    return [
        {
            "name": name,
            "label": label,
            "count": listing.counts.get(name),
            "words": _count_words(listing.counts.get(name, 0)),
            "query": f"?tab={name}",
            "is_current": name == listing.tab and not listing.form.given and not listing.term,
            "is_alarming": name in _ALARMING and bool(listing.counts.get(name)),
        }
        for name, (label, _) in TABS.items()
    ]


def show(request: HttpRequest) -> HttpResponse:
    """The list, and one line in the audit book for everybody on it."""
    listing = listing_of(request)
    rows = listing.rows
    context = {
        **admin.site.each_context(request),
        "title": "민원 업무함",
        "is_fullwidth": "1",
        "listed": listing,
        "rows": rows,
        **_around(listing),
        **_below(listing),
    }
    if rows:
        note_look(request, [row.complaint.pk for row in rows], action="list")
    return TemplateResponse(request, "admin/complaints/worklist.html", context)


def _around(listing: Listing) -> dict[str, Any]:
    """Above the list: tabs, filters, what can be done with several rows, and the question whether anything is new."""
    is_narrowed = bool(listing.term or listing.form.given)
    usual = EMPTY.get(listing.tab, ("여기에 해당하는 민원이 없습니다.", ""))
    return {
        "tabs": _tabs(listing),
        "tab_label": TABS[listing.tab][0],
        "chips": [(label, words, listing.link(**{name: ""})) for name, label, words in listing.form.in_words()],
        "is_narrowed": is_narrowed,
        "empty_words": _nothing(listing) if is_narrowed else usual,
        "search_note": listing.searched.note,
        "steps": BULK,
        "usual_step": USUAL.get(listing.tab, ""),
        "has_more": bool(listing.slice.before or listing.slice.after),
        "most_at_once": MOST_AT_ONCE,
        "news_url": f"{address('news')}{listing.link(since=listing.now.isoformat())}",
        "news_every": NEWS_EVERY,
        "clear_url": f"?tab={listing.tab}",
    }


def _nothing(listing: Listing) -> tuple[str, str]:
    return (listing.searched.note, "") if listing.searched.note else NOTHING_FOUND


def _below(listing: Listing) -> dict[str, Any]:
    """Under the list: the pages beside this one, and the views an official keeps."""
    query = listing.link().removeprefix("?")
    saved = views.saved_for(listing.official, current=query) if listing.official else []
    return {
        "query": query,
        "first_url": listing.link(),
        "before_url": listing.link(before=listing.slice.before),
        "after_url": listing.link(after=listing.slice.after),
        "saved": saved,
        "may_keep": listing.official is not None,
    }


def _news_count(request: HttpRequest) -> int:
    listing = listing_of(request)
    since = moment_of(request.GET.get("since", ""))
    if since is None:
        return 0
    return desk_queries.news_in(listing.found, user=listing.user, since=since)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """From the form above the list to the list's own address, which never holds a phone number."""
    listing_of(request)
    asked = request.POST.copy()
    for name in ["csrfmiddlewaretoken", *(name for name, value in asked.items() if not value)]:
        asked.pop(name, None)
    return redirect(f"{list_address()}?{without_phone(asked).urlencode()}")


@live(tag=lambda request: str(_news_count(request)))
def news(request: HttpRequest) -> HttpResponseBase:
    """새 민원 3건: a link to the fresh list. The rows that somebody reads never move by themselves."""
    url = f"{list_address()}{listing_of(request).link(since='')}"
    context = {"news": _news_count(request), "most": desk_queries.NEWS, "url": url}
    return render(request, "admin/complaints/_news.html", context)
