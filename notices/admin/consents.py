"""수신동의: the evidence of a department's consents, taking one back at the desk, and a person's copy of hers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from notices import consent_queries, services, sheets
from notices.admin.access import address, may_prepare, official, page
from notices.forms import ReasonForm
from notices.models import Campaign, Consent
from portal.accounts.looking import note_look, user_of
from portal.core import clock
from portal.core.admin import CappedPaginator
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

PER_PAGE = 50
COLUMNS = (
    *("목적", "발송 건", "법적 근거", "지정한 번호", "결정", "본인확인", "물은 때", "문구"),
    *("회신 원문", "결정한 때", "만료일", "철회"),
)
_TONES = {"동의": "good", "철회": "bad", "미동의": "warn"}


class SearchForm(forms.Form):
    """Whose consents, or of which campaign. Posted, so that no number stands in an address."""

    words = forms.CharField(
        label="발송 건 번호, 목적 또는 휴대전화 번호",
        max_length=60,
        required=False,
        help_text="예) N2611-0001, 010-0000-0000",
    )


def _own(request: HttpRequest) -> QuerySet[Consent]:
    """The consents of the official's own department."""
    if not may_prepare(request):
        raise PermissionDenied
    return consent_queries.consents_of(official(request).department)


def consents(request: HttpRequest) -> HttpResponse:
    """The list, newest first; searched by campaign, purpose or the whole number of a phone."""
    form = SearchForm(request.POST if request.method == "POST" else request.GET)
    words = form.cleaned_data["words"].strip() if form.is_valid() else ""
    found = CappedPaginator(consent_queries.search(_own(request), words), PER_PAGE).get_page(request.GET.get("p"))
    rows = [_row(one) for one in found]
    note_look(request, "notices.consent", [one.pk for one in found], reason="수신동의 조회")
    return page(request, "consents", Campaign(), step="", title="수신동의", form=form, rows=rows, found=found)


def _row(one: Consent) -> dict[str, Any]:
    return {
        "consent": one,
        "phone": mask_phone(one.phone),
        "shown": one.shown,
        "tone": _TONES.get(one.shown, ""),
        "url": address("consent", one.pk),
    }


@require_GET
def consent(request: HttpRequest, consent_pk: int) -> HttpResponse:
    """One consent as evidence: who was asked what, when, by which words, and what she wrote."""
    found = get_object_or_404(_own(request), pk=consent_pk)
    note_look(request, "notices.consent", [found.pk], reason="수신동의 증거 조회")
    return page(
        request,
        "consent",
        Campaign(),
        step="",
        title="수신동의 증거",
        **_row(found),
        asked_body=found.asked.body if found.asked else "",
        form=ReasonForm(),
    )


@require_POST
def revoke(request: HttpRequest, consent_pk: int) -> HttpResponse:
    """철회 처리: a citizen asked the office to take it back."""
    found = get_object_or_404(_own(request), pk=consent_pk)
    try:
        services.revoke_consent(found, reason=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        note_look(request, "notices.consent", [found.pk], action="revoke", reason=request.POST["reason"].strip()[:200])
        messages.success(request, "철회했습니다. 아직 나가지 않은 통지는 보내지 않습니다.")
    return redirect(address("consent", found.pk))


@require_POST
def export(request: HttpRequest, consent_pk: int) -> HttpResponse:
    """열람 청구: everything kept about the consents of this person with this number, as a table; the reason is kept."""
    found = get_object_or_404(_own(request), pk=consent_pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "내려받는 사유를 적어 주세요.")
        return redirect(address("consent", found.pk))
    hers = list(consent_queries.of_same_person(_own(request), found))
    now = clock.now()
    reason = form.cleaned_data["reason"]
    watermark = f"{official(request).display_name} {in_korea(now):%Y-%m-%d %H:%M} {reason}"
    body = sheets.as_csv(COLUMNS, [consent_queries.evidence(one) for one in hers], watermark=watermark)
    note_look(request, "notices.consent", [one.pk for one in hers], action="export", reason=reason)
    name = f"수신동의_{in_korea(now):%Y%m%d}_{found.pk}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(body, content_type=sheets.TYPES["csv"], headers=headers)
