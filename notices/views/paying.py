"""
The page of one bill: a box for the date of birth, then what to pay, until when, how, and how to object.

A GET without a visit shows the box and nothing else: previews of a message read neither name nor amount. Whoever comes
from her opened notice, or has paid a moment ago, is let in by the same visit; its cookie is sent to this address only.
"""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from notices import bill_queries
from notices.bills import OBJECTIONS
from notices.lock_forms import LinkForm
from notices.models import Bill, NoticeLink
from notices.opening import Visit
from notices.payments import registry
from notices.services import opening, paying
from notices.views.visits import cookie_name, seen_at, visit_of
from portal.accounts.services import KeyDestroyed, take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused

COOKIE = cookie_name("bill")
ENDED = gettext_noop("10분이 지나 닫았습니다. 생년월일을 다시 적으시면 이어서 볼 수 있습니다.")
ASKS_PER_MINUTE = 12


@public
@personal
@csrf_exempt  # the address is the proof, and no cookie counts but the one that only this address is sent
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the box, or the bill to whoever has proven to be its owner; POST acts."""
    now = clock.now()
    bill = bill_queries.bill_behind(token)
    link = _lock_of(bill, now, is_look=request.method != "POST") if bill else None
    if bill is None or link is None:
        return render(request, "notices/gone.html", status=404)
    visit = visit_of(request, COOKIE, link, now=now)
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _bill(request, bill, now) if visit else _box(request, bill, link)
    if act not in _ACTS:
        return _prove(request, bill, link, now)
    if visit is None:
        return _box(request, bill, link, words=_(ENDED), status=422)
    return _ACTS[act](request, bill, visit, now)


@public
@personal
@require_safe
def returned(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the provider, perhaps before its news: asked once, then the bill says how it stands."""
    now = clock.now()
    bill = bill_queries.bill_behind(token)
    if bill is None:
        raise Http404
    _ask(bill, now)
    return _to_the_bill(bill)


# --- who is there -----------------------------------------------------------------------------------------------------


def _lock_of(bill: Bill, now: datetime, *, is_look: bool) -> NoticeLink | None:
    """The lock in front of a bill: that of the notice it came with. A look makes none, nor lets one live longer."""
    notice = bill_queries.notice_of(bill)
    if notice is None:
        return None
    locks = NoticeLink.objects.select_related("notice__recipient__campaign__department")
    if is_look:
        is_gone = notice.recipient.birth is None or bill_queries.is_shredded(notice.recipient.campaign)
        return None if is_gone else locks.filter(notice=notice).first() or NoticeLink(notice=notice)
    try:
        opening.link_for(notice, now=now)
    except (Refused, KeyDestroyed):
        return None
    return locks.get(notice=notice)


def _to_the_bill(bill: Bill, visit: Visit | None = None) -> HttpResponse:
    """See the bill after a POST; with a visit, whoever has it is let in."""
    return seen_at(reverse("notices:bill", args=[bill.token]), COOKIE, visit)


def from_notice(bill: Bill, visit: Visit) -> HttpResponse:
    """From her opened notice to its bill, without asking again who she is."""
    return _to_the_bill(bill, visit)


# --- what can be done -------------------------------------------------------------------------------------------------


def _prove(request: HttpRequest, bill: Bill, link: NoticeLink, now: datetime) -> HttpResponse:
    form = LinkForm(request.POST, factor=opening.factor_of(link))
    if not form.is_valid():
        return _box(request, bill, link, form=form, status=422)
    try:
        visit = opening.prove(link, typed=form.typed, address=address_of(request), now=now)
    except Refused as refused:
        form.add_error(None, _(refused.sentence))
        return _box(request, bill, link, form=form, status=429 if isinstance(refused, opening.TooManyTries) else 422)
    return _to_the_bill(bill, visit)


def _pay(request: HttpRequest, bill: Bill, visit: Visit, now: datetime) -> HttpResponse:
    """To the provider; the visit is prolonged, for she comes back."""
    try:
        place = paying.start_payment(bill, provider=request.POST.get("provider", ""), now=now)
    except Refused as refused:
        bill.refresh_from_db()
        return _bill(request, bill, now, refused=_(refused.sentence), status=422)
    response = _to_the_bill(bill, opening.prolonged(visit, now=now))
    response.headers["Location"] = place
    return response


def _check(request: HttpRequest, bill: Bill, visit: Visit, now: datetime) -> HttpResponse:
    """결과 확인: ask the provider now."""
    _ask(bill, now)
    return _to_the_bill(bill, opening.prolonged(visit, now=now))


def _ask(bill: Bill, now: datetime) -> None:
    payment = bill_queries.payment_under_way(bill)
    key = f"notices.payment:{bill.pk}"
    if payment and take_token(key=key, capacity=ASKS_PER_MINUTE, per_seconds=60, now=now):
        paying.check_payment(payment, now=now)


_Act = Callable[[HttpRequest, Bill, Visit, datetime], HttpResponse]
_ACTS: dict[str, _Act] = {"pay": _pay, "check": _check}


# --- what is seen -----------------------------------------------------------------------------------------------------


def _box(
    request: HttpRequest,
    bill: Bill,
    link: NoticeLink,
    *,
    form: LinkForm | None = None,
    words: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or LinkForm(factor=opening.factor_of(link)),
        "department": bill.department,
        "words": words,
    }
    return render(request, "notices/bill_box.html", context, status=status)


def _bill(request: HttpRequest, bill: Bill, now: datetime, *, refused: str = "", status: int = 200) -> HttpResponse:
    online = [(alias, registry.provider(alias)) for alias in registry.online()]
    is_open = bill.status == Bill.Status.OPEN
    objection = OBJECTIONS[bill.kind]
    context = {
        "bill": bill,
        "name": bill_queries.name_on(bill),
        "state": bill_queries.standing_of(bill, now=now),
        "objection": {"words": _(objection.words), "basis": objection.basis},
        "providers": [(alias, provider.label) for alias, provider in online] if is_open else [],
        "refused": refused,
        "close_url": reverse("notices:bill", args=[bill.token]),
    }
    response = render(request, "notices/bill.html", context, status=status)
    origins = ["'self'", *(origin for _, provider in online for origin in provider.origins)]
    allow = csp_update({"form-action": origins[1:]})  # browsers apply it to where a form is sent on
    return cast(HttpResponse, allow(lambda _: response)(request))
