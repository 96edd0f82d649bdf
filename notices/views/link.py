"""
The page behind a link: a box for the date of birth, then the notice itself for ten minutes.

A GET without a visit shows the box and nothing else, sets no cookie and leaves no trace: robots that look ahead only
ever GET. Who has proven to be the owner carries a signed cookie that is sent to this one address only.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from notices import bill_queries, opening_queries
from notices.lock_forms import LinkForm
from notices.models import NoticeLink
from notices.opening import ACKNOWLEDGED, DOCUMENT, PICTURE, Visit
from notices.services import opening, showing
from notices.views.paying import from_notice
from notices.views.visits import cookie_name, seen_at, visit_of
from portal.accounts.services import KeyDestroyed
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused

COOKIE = cookie_name("notice")
FILE_NAME = "통지서.pdf"
ENDED = gettext_noop("10분이 지나 통지서를 닫았습니다. 생년월일을 다시 적으시면 이어서 볼 수 있습니다.")


@public
@personal
@csrf_exempt  # the address is the proof, and no cookie counts but the one that only this address is sent
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the box, or the notice to whoever has proven to be its owner; POST acts."""
    now = clock.now()
    found = opening.link_of(token, now=now)
    if found is None:
        return _gone(request)
    visit = visit_of(request, COOKIE, found, now=now)
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _notice(request, token, visit, found, now) if visit else _box(request, found, _empty(found))
    if act not in _ACTS:
        return _prove(request, token, found, now)
    if visit is None:
        return _box(request, found, _empty(found), words=_(ENDED), status=422)
    return _ACTS[act](request, token, visit, found, now)


@public
@personal
@require_safe
def picture(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """One picture. When the first one leaves, the notice is opened."""
    now = clock.now()
    found, visit = _let_in(request, token, now)
    try:
        content = showing.picture_of(found.notice, number=number, now=now)
    except (Refused, KeyDestroyed) as refused:
        raise Http404 from refused
    _opened(request, found, visit, PICTURE, content, now)
    return HttpResponse(content, content_type="image/jpeg")


@public
@personal
@require_safe
def document(request: HttpRequest, token: str) -> HttpResponse:
    """Her own pages as a PDF."""
    now = clock.now()
    found, visit = _let_in(request, token, now)
    try:
        content = showing.document_of(found.notice, now=now)
    except (Refused, KeyDestroyed) as refused:
        return _not_now(request, found, refused)
    _opened(request, found, visit, DOCUMENT, content, now)
    disposition = f"attachment; filename*=UTF-8''{quote(FILE_NAME)}"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


# --- who is there ---------------------------------------------------------------------------------------------------


def _let_in(request: HttpRequest, token: str, now: datetime) -> tuple[NoticeLink, Visit]:
    found = opening.link_of(token, now=now)
    visit = visit_of(request, COOKIE, found, now=now) if found else None
    if found is None or visit is None:
        raise Http404
    return found, visit


def _to_the_notice(token: str, visit: Visit | None, *, part: str = "") -> HttpResponse:
    """See the notice after a POST; without a visit, the box again."""
    path = reverse("notices:link", args=[token])
    response = seen_at(path, COOKIE, visit, part=part)
    if visit is None:
        response.delete_cookie(COOKIE, path=path)
    return response


def _opened(
    request: HttpRequest, found: NoticeLink, visit: Visit, evidence: str, content: bytes, now: datetime
) -> None:
    if request.method == "GET":
        opening.record_opening(
            found.notice.recipient,
            factor=visit.factor,
            evidence=evidence,
            served=content,
            visit=visit,
            address=address_of(request),
            now=now,
        )


# --- what can be done -----------------------------------------------------------------------------------------------


def _prove(request: HttpRequest, token: str, found: NoticeLink, now: datetime) -> HttpResponse:
    form = LinkForm(request.POST, factor=opening.factor_of(found))
    if not form.is_valid():
        return _box(request, found, form, status=422)
    try:
        visit = opening.prove(found, typed=form.typed, address=address_of(request), now=now)
    except Refused as refused:
        form.add_error(None if form.asks_phone else "birth", _(refused.sentence))
        return _box(request, found, form, status=429 if isinstance(refused, opening.TooManyTries) else 422)
    return _to_the_notice(token, visit)


def _acknowledge(request: HttpRequest, token: str, visit: Visit, found: NoticeLink, now: datetime) -> HttpResponse:
    """확인했습니다: she says so herself, be it after the pictures or after the words alone."""
    opening.record_opening(
        found.notice.recipient,
        factor=visit.factor,
        evidence=ACKNOWLEDGED,
        visit=visit,
        address=address_of(request),
        now=now,
    )
    return _to_the_notice(token, visit, part="#confirmed")


def _prolong(request: HttpRequest, token: str, visit: Visit, found: NoticeLink, now: datetime) -> HttpResponse:
    return _to_the_notice(token, opening.prolonged(visit, now=now))


def _close(request: HttpRequest, token: str, visit: Visit, found: NoticeLink, now: datetime) -> HttpResponse:
    return _to_the_notice(token, None)


def _to_bill(request: HttpRequest, token: str, visit: Visit, found: NoticeLink, now: datetime) -> HttpResponse:
    """납부하기: on to the bill, where nobody is asked again who she is."""
    bill = bill_queries.bill_of(found.notice.recipient)
    return from_notice(bill, visit) if bill else _to_the_notice(token, visit)


_Act = Callable[[HttpRequest, str, Visit, NoticeLink, datetime], HttpResponse]
_ACTS: dict[str, _Act] = {"acknowledge": _acknowledge, "prolong": _prolong, "close": _close, "bill": _to_bill}


# --- what is seen ---------------------------------------------------------------------------------------------------


def _gone(request: HttpRequest) -> HttpResponse:
    """The same page for what never was, what has ended, and what does not count any more."""
    return render(request, "notices/gone.html", status=404)


def _empty(found: NoticeLink) -> LinkForm:
    return LinkForm(factor=opening.factor_of(found))


def _box(
    request: HttpRequest, found: NoticeLink, form: LinkForm, *, words: str = "", status: int = 200
) -> HttpResponse:
    """Department and kind of document only: no name, no amount, not even the title."""
    department = found.notice.recipient.campaign.department
    context = {"form": form, "department": department, "words": words}
    return render(request, "notices/box.html", context, status=status)


def _not_now(request: HttpRequest, found: NoticeLink, refused: Refused) -> HttpResponse:
    department = found.notice.recipient.campaign.department
    context = {"words": _(refused.sentence), "department": department}
    return render(request, "notices/not_now.html", context, status=503)


def _notice(request: HttpRequest, token: str, visit: Visit, found: NoticeLink, now: datetime) -> HttpResponse:
    try:
        shown = showing.show(found.notice, now=now)
    except KeyDestroyed:
        return _gone(request)
    except Refused as refused:
        return _not_now(request, found, refused)
    recipient = found.notice.recipient
    context = {
        "token": token,
        "campaign": recipient.campaign,
        "officer": recipient.campaign.officer,
        "name": recipient.name,
        "shown": shown,
        "closes_at": visit.until,
        "seconds_left": int((visit.until - now).total_seconds()),
        "acknowledged_at": opening_queries.acknowledged_at(found.notice),
        "code": opening_queries.code_of(found.notice),
        "bill": bill_queries.bill_of(recipient),
    }
    return render(request, "notices/notice.html", context)
