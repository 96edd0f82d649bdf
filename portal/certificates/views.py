"""A holder's own certificates: one of them, its file, and the one-time addresses it is handed in by."""

from datetime import timedelta
from typing import cast
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.guards import citizen_of, citizens_only, recent_proof
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.accounts.sessions import device_name
from portal.certificates import queries, services
from portal.certificates.forms import HandInForm
from portal.certificates.issuers.registry import foreign_kinds, issuer
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate, CertificateEvent, CertificateShare
from portal.certificates.printing import Sheet, qr_image
from portal.certificates.services.issuing import read_file
from portal.certificates.services.sharing import end_of_share
from portal.core import clock
from portal.core.errors import Refused

RETRIES_PER_HOUR = 10
MOST_SHOWN = 100
SOON = timedelta(seconds=20)


@citizens_only
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """지갑: what she has, and what she can have made."""
    user = cast(User, citizen_of(request))
    rows = [
        {"certificate": one, "name": queries.name_of(one), "state": state_of(one)}
        for one in queries.of_owner(user)[:MOST_SHOWN]
    ]
    foreign = {code: (kind, issuer(alias).label) for code, (alias, kind) in foreign_kinds().items()}
    context = {"rows": rows, "kinds": kinds(), "foreign": foreign, "is_open": bool(settings.SEAL_KEY_FILE)}
    return render(request, "certificates/wallet.html", context)


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What it says, whether it counts, what can be done with it, and its book. A POST tries to make it once more."""
    certificate, now = _own(request, reference), clock.now()
    if request.method == "POST":
        if take_token(
            key=f"certificates.again:{certificate.owner_id}", capacity=RETRIES_PER_HOUR, per_seconds=3600, now=now
        ):
            services.make(certificate, now=now)
        return redirect("certificates:detail", reference)
    context = {
        "certificate": certificate,
        "name": queries.name_of(certificate),
        "state": state_of(certificate),
        "is_late": now - certificate.requested_at > SOON,
        "sheet": Sheet.read(certificate.facts) if certificate.facts else None,
        "can_hand_in": certificate.is_valid(now) and certificate.erased_at is None,
        "has_file": certificate.sha256 and certificate.erased_at is None,
        "shares": [_shown(share) for share in queries.shares_of(certificate)],
        "book": [_line(event) for event in queries.book_of(certificate)],
        "last": queries.LAST,
        "verify_url": f"{settings.SITE_URL}{reverse('notices:verify_code', args=[certificate.code])}"
        if certificate.sha256
        else "",
    }
    return render(request, "certificates/detail.html", context)


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, reference: UUID) -> HttpResponse:
    """A POST takes the file and stands in the book; a GET, as after a fresh proof, leads to the button."""
    certificate = _own(request, reference)
    if request.method != "POST":
        return redirect("certificates:detail", reference)
    content = read_file(certificate)
    if not content:
        raise Http404
    services.note_download(certificate, device=device_of(request), now=clock.now())
    return pdf(content, certificate)


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: HttpRequest, reference: UUID) -> HttpResponse:
    """제출하기: where it goes; then the address for it."""
    certificate, now = _own(request, reference), clock.now()
    form = HandInForm(request.POST or None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.share(
                certificate,
                receiver=form.cleaned_data["receiver"],
                purpose=form.cleaned_data["purpose"],
                device=device_of(request),
                form_key=form.cleaned_data["key"],
                now=now,
            )
        except Refused as refused:
            form.add_error(None, _(refused.sentence))
        else:
            return redirect("certificates:link", reference, made.sealed_id)
    context = {
        "certificate": certificate,
        "name": queries.name_of(certificate),
        "form": form,
        "until": end_of_share(certificate, now=now),
    }
    return render(request, "certificates/hand_in.html", context, status=422 if form.errors else 200)


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, reference: UUID, share: UUID) -> HttpResponse:
    """One address: to show, to copy, to take back."""
    certificate, now = _own(request, reference), clock.now()
    found = queries.share_of(certificate, share)
    if found is None:
        raise Http404
    if request.method == "POST":
        if services.take_back(found, device=device_of(request), now=now):
            messages.success(request, _("제출 링크를 거두었습니다. 이제 아무도 열 수 없습니다."))
        else:
            messages.warning(request, _("이미 열었거나 거둔 링크입니다."))
        return redirect("certificates:detail", reference)
    address = f"{settings.SITE_URL}{reverse('certificates:receive', args=[found.token])}"
    is_open = found.is_open(now) and certificate.is_valid(now)
    context = {
        "certificate": certificate,
        "name": queries.name_of(certificate),
        "share": found,
        "state": share_state(found),
        "is_open": is_open,
        "address": address if is_open else "",
        "qr": qr_image(address) if is_open else "",
    }
    return render(request, "certificates/link.html", context)


# --- words and shapes the pages share -------------------------------------------------------------------------------


def pdf(content: bytes, certificate: Certificate) -> HttpResponse:
    """The file for download, with nothing personal in its name."""
    name = f"{certificate.title} {certificate.shown_code}.pdf"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def device_of(request: HttpRequest) -> str:
    """What opened it, as its holder may read it: kind of device and browser, no address."""
    return device_name(request.headers.get("User-Agent", ""))


def state_of(certificate: Certificate) -> tuple[str, str]:
    """How it stands: the badge's shape and its words."""
    now, state = clock.now(), Certificate.State(certificate.state)
    if certificate.is_over(now):
        return "merged", _("기간 만료")
    return {
        Certificate.State.REQUESTED: ("reviewing", _("만드는 중")),
        Certificate.State.ISSUED: ("success", _("유효")),
        Certificate.State.FAILED: ("danger", _("만들지 못함")),
        Certificate.State.REVOKED: ("danger", _("철회")),
    }[state]


def share_state(share: CertificateShare) -> tuple[str, str]:
    """How a hand-in stands."""
    if share.opened_at:
        return "success", _("열람함")
    if share.revoked_at:
        return "merged", _("거둠")
    now = clock.now()
    if share.is_open(now) and share.certificate.is_valid(now):
        return "routed", _("기다리는 중")
    return "merged", _("닫힘")


def _shown(share: CertificateShare) -> dict[str, object]:
    return {"share": share, "state": share_state(share)}


def _line(event: CertificateEvent) -> dict[str, object]:
    """A line of the book; whom it was for stands there by the words its holder wrote."""
    words = {
        CertificateEvent.What.ISSUED: _("발급"),
        CertificateEvent.What.FAILED: _("만들지 못함"),
        CertificateEvent.What.DOWNLOADED: _("내려받음"),
        CertificateEvent.What.SHARED: _("제출 링크를 만듦"),
        CertificateEvent.What.OPENED: _("받는 곳에서 열람"),
        CertificateEvent.What.TAKEN_BACK: _("제출 링크를 거둠"),
        CertificateEvent.What.REVOKED: _("철회"),
        CertificateEvent.What.ERASED: _("내용을 지움"),
    }
    return {
        "at": event.at,
        "words": words[CertificateEvent.What(event.what)],
        "receiver": event.share.receiver if event.share else "",
        "device": event.device,
    }


def _own(request: HttpRequest, reference: UUID) -> Certificate:
    found = queries.one_of(cast(User, citizen_of(request)), reference)
    if found is None:
        raise Http404
    return found
