"""증명서 발급: a kind, a matter, one tap. Notices and bills keep their own lock: the date of birth."""

from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from notices import opening_queries
from notices.lock_forms import LinkForm
from notices.models import Notice
from notices.opening import PHONE_DIGITS, Typed
from notices.services import opening
from portal.accounts.guards import citizen_of, recent_proof
from portal.accounts.models import User
from portal.accounts.services import KeyDestroyed
from portal.certificates import services
from portal.certificates.issuers.base import IssuerRefused
from portal.certificates.kinds import Kind
from portal.core import clock
from portal.core.client import address_of
from portal.core.errors import Refused
from portal.site.certifying import Matter, Source, kind_named, source_of


class NotHere(Refused):
    """What stands behind the lock of a notice that has none."""

    sentence = gettext_noop("이 증명서는 누리집에서 만들 수 없습니다. %(office)s(%(phone)s)에 전화해 주세요.")


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything of this kind she can have certified; a POST makes it."""
    chosen = kind_named(kind)
    if chosen is None:
        raise Http404
    source = source_of(kind)
    if request.method != "POST":
        return _page(request, chosen, source)
    form = _lock(source, request)
    if form is not None and not form.is_valid():
        return _page(request, chosen, source, form=form, status=422)
    try:
        return _issued(request, chosen, source, form)
    except Refused as refused:
        sentence = _(refused.sentence)
        if form is not None and isinstance(refused, opening.NotShe | opening.TooManyTries):
            form.add_error("birth", sentence)
            sentence = ""
        return _page(request, chosen, source, form=form, refusal=sentence, status=422)


def _issued(request: HttpRequest, kind: Kind, source: Source, form: LinkForm | None) -> HttpResponse:
    user, now, subject = cast(User, citizen_of(request)), clock.now(), request.POST.get("subject", "")[:80]
    if source.notice is not None and form is not None:
        _prove(source.notice(user, subject), form, user, address_of(request), now)
    asked = services.request(source.wanted(kind, user, subject, now), owner=user, now=now)
    services.make(asked, now=clock.now())
    return redirect("certificates:detail", asked.sealed_id)


def _lock(source: Source, request: HttpRequest) -> LinkForm | None:
    """The box for the date of birth, where a notice has one. The phone is the one she is signed in by."""
    if source.notice is None:
        return None
    return LinkForm(request.POST or None, factor="birth")


def _prove(notice: Notice | None, form: LinkForm, user: User, address: str, now: datetime) -> None:
    """
    The lock of the notice itself: its tries and its pauses count here too.

    :raises NotHere: if the roster has nothing to ask for, or what it had is destroyed
    """
    if notice is None:
        return  # a bill of her own account, which came with no notice
    try:
        opening.link_for(notice, now=now)
    except (opening.NoSecondFactor, KeyDestroyed):
        office = notice.recipient.campaign.department
        raise NotHere(_(NotHere.sentence) % {"office": office.spoken_name, "phone": office.phone}) from None
    link = opening_queries.link_of_recipient(notice.recipient)
    if link is None:
        raise services.Incomplete
    typed = Typed(form.typed.birth, user.phone[-PHONE_DIGITS:])
    opening.prove(link, typed=typed, address=address, now=now)


def _page(
    request: HttpRequest,
    kind: Kind,
    source: Source,
    *,
    form: LinkForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    user = cast(User, citizen_of(request))
    matters, refusal = _matters(source, user, refusal)
    wanted = request.GET.get("of", "")
    if any(one.subject == wanted for one in matters):
        matters = [one for one in matters if one.subject == wanted]
    context = {
        "kind": kind,
        "matters": matters,
        "form": form or (LinkForm(factor="birth") if source.notice is not None and matters else None),
        "refusal": refusal,
        "days": settings.CERTIFICATES_VALID_DAYS,
    }
    return render(request, "certificates/new.html", context, status=status)


def _matters(source: Source, user: User, refusal: str) -> tuple[list[Matter], str]:
    try:
        return list(source.matters(user)), refusal
    except IssuerRefused as refused:
        return [], refusal or _(refused.sentence)
