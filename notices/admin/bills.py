"""고지·징수: what was asked for and what came in, each bill, and the bank's list."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from notices import bill_queries, sheets
from notices.admin.access import address, campaign_for, note_look, official, page
from notices.bank_lists import read_list
from notices.forms import ReasonForm
from notices.models import Bill, Campaign, Payment
from notices.payments import registry
from notices.services import billing, collecting
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_name

PER_PAGE = 50
LARGEST_LIST = 8 * 1024 * 1024
COLUMNS = (
    "관리번호",
    "성명",
    "종류",
    "금액(원)",
    "납부기한",
    "전자납부번호",
    "상태",
    "납부한 때",
    "보낸 때",
    "열람한 때",
)
_CHOICES = [("", "모두"), *Bill.Status.choices, (bill_queries.OWED, "환불 대기")]
_TONES = {"paid": "good", "disputed": "warn", "cancelled": ""}
_REASONS = {
    "paid_twice": "두 번 납부",
    "amount_differs": "금액이 다름",
    "bill_cancelled": "고지 취소",
    "official": "담당자 환불",
    "refused": "결제 거절",
    "not_found": "결제 안 됨",
    "waiting": "결제 창에 머무름",
}
_VERBS: dict[str, tuple[str, Callable[..., None]]] = {
    "cancel": ("고지 취소", billing.cancel_bill),
    "object": ("이의신청 접수", billing.record_objection),
    "reject": ("이의신청 기각", billing.reject_objection),
    "refund": ("환불", billing.refund),
}
_POSSIBLE = {
    "open": ("object", "cancel"),
    "paid": ("refund", "cancel"),
    "disputed": ("reject", "cancel"),
    "cancelled": (),
}


class BankListForm(forms.Form):
    """What the bank says came in."""

    file = forms.FileField(label="수납 자료 (CSV)", help_text="전자납부번호, 수납금액, 수납일 열이 있어야 합니다.")


@require_GET
def bills(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers by wave, and the bills behind them."""
    campaign = campaign_for(request, pk)
    status = request.GET.get("status", "")
    if status not in ("", bill_queries.OWED, *Bill.Status.values):
        raise Http404
    whole, waves = bill_queries.collected(campaign)
    owed_count, owed_won = bill_queries.owed_of(campaign)
    found = Paginator(bill_queries.bills_with(campaign, status), PER_PAGE).get_page(request.GET.get("p"))
    rows = [_row(campaign, one) for one in found]
    note_look(request, campaign, [one.recipient_id for one in found if one.recipient_id])
    return page(
        request,
        "bills",
        campaign,
        step="bills",
        title="고지·징수",
        whole=whole,
        waves=waves if len(waves) > 1 else [],
        owed_count=owed_count,
        owed_won=owed_won,
        unsent=bill_queries.unsent_count(campaign),
        rows=rows,
        status=status,
        bills=found,
        statuses=[(value, label, value == status) for value, label in _CHOICES],
        list_form=BankListForm(),
        reason_form=ReasonForm(),
    )


def _row(campaign: Campaign, one: Bill) -> dict[str, Any]:
    return {
        "bill": one,
        "name": mask_name(one.recipient.name) if one.recipient else "",
        "key": one.recipient.key if one.recipient else "",
        "kind": one.get_kind_display(),
        "status": one.get_status_display(),
        "tone": _TONES.get(one.status, "warn" if one.is_overdue(clock.day_in_korea(clock.now())) else ""),
        "url": address("bill", campaign.pk, one.pk),
    }


@require_GET
def bill(request: HttpRequest, pk: int, bill_pk: int) -> HttpResponse:
    """One bill: what happened to it, and what can be done."""
    campaign = campaign_for(request, pk)
    found = get_object_or_404(Bill.objects.select_related("recipient"), campaign=campaign, pk=bill_pk)
    note_look(request, campaign, [found.recipient_id] if found.recipient_id else [])
    payments = list(found.payments.order_by("pk"))
    counter = registry.counter()
    is_paid = any(one.status == Payment.Status.PAID for one in payments)
    return page(
        request,
        "bill",
        campaign,
        step="bills",
        title="고지서",
        row=_row(campaign, found),
        payments=[_payment(one) for one in payments],
        changes=found.changes.select_related("by").order_by("-pk"),
        verbs=[(name, _VERBS[name][0]) for name in _POSSIBLE[found.status] if name != "refund" or is_paid],
        owed=next((one for one in payments if one.status == Payment.Status.OWED and one.provider == counter), None),
        form=ReasonForm(),
    )


def _payment(one: Payment) -> dict[str, Any]:
    is_known = one.provider in registry.aliases()
    return {
        "payment": one,
        "label": registry.provider(one.provider).label if is_known else one.provider,
        "reason": _REASONS.get(one.reason, one.reason),
    }


@require_POST
def act(request: HttpRequest, pk: int, bill_pk: int) -> HttpResponse:
    """One verb with its reason."""
    campaign = campaign_for(request, pk)
    found = get_object_or_404(Bill, campaign=campaign, pk=bill_pk)
    _, verb = _VERBS.get(request.POST.get("act", ""), ("", None))
    try:
        if verb is not None:
            verb(found, reason=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
        elif request.POST.get("act") == "refunded":
            payment = get_object_or_404(Payment, bill=found, pk=request.POST.get("payment", "0"))
            collecting.confirm_refund(payment, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("bill", campaign.pk, found.pk))


@require_POST
def bank_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the bank's list, and say what became of it."""
    campaign = campaign_for(request, pk)
    form = BankListForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise NotAllowed("수납 자료 파일을 골라 주세요.")
        upload = form.cleaned_data["file"]
        if upload.size > LARGEST_LIST:
            raise NotAllowed("수납 자료는 8 MB까지 올릴 수 있습니다. 나누어 올려 주세요.")
        booked = collecting.record_collections(campaign, read_list(upload.read()), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(
            request, f"{booked.paid:,}건을 납부로 기록했습니다. 이미 기록된 것이 {booked.known:,}건입니다."
        )
        _warn(request, "금액이 다르거나 이미 납부·취소되어 환불할 행", booked.owed)
        _warn(request, "이 발송 건에 없는 전자납부번호가 적힌 행", booked.unknown)
    return redirect(address("bills", campaign.pk))


def _warn(request: HttpRequest, label: str, rows: tuple[int, ...]) -> None:
    if rows:
        shown = ", ".join(map(str, rows[:20])) + (" …" if len(rows) > 20 else "")
        messages.warning(request, f"{label} {len(rows):,}개: {shown}")


@require_POST
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Every bill of the campaign with names, for the collection system; the reason is written down."""
    campaign = campaign_for(request, pk)
    reason = request.POST.get("reason", "").strip()
    if kind not in sheets.TYPES:
        raise Http404
    if not reason:
        messages.error(request, "내려받는 사유를 적어 주세요.")
        return redirect(address("bills", campaign.pk))
    found = list(bill_queries.bills_with(campaign, ""))
    taker = official(request)
    if not any(taker.has_role(role) for role in CAMPAIGN_STEPS["close"].roles):
        messages.error(request, "고지 목록을 내려받을 권한이 없습니다.")
        return redirect(address("bills", campaign.pk))
    taken_at = in_korea(clock.now()).strftime("%Y-%m-%d %H:%M")
    watermark = f"{taker.display_name} · {taken_at} · {reason}"
    title = f"{campaign.number} 고지"
    ids = [one.recipient_id for one in found if one.recipient_id]
    note_look(request, campaign, ids, action="download", reason=reason[:200])
    content = (
        sheets.as_xlsx(COLUMNS, _lines(found), title=title, watermark=watermark)
        if kind == "xlsx"
        else sheets.as_csv(COLUMNS, _lines(found), watermark=watermark)
    )
    response = HttpResponse(content, content_type=sheets.TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.number}-bills.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _lines(found: list[Bill]) -> Iterator[list[str]]:
    for one in found:
        person = one.recipient
        times = (one.paid_at, person.sent_at if person else None, person.opened_at if person else None)
        yield [
            person.key if person else "",
            person.name if person else "",
            one.get_kind_display(),
            str(one.amount_won),
            one.due_on.isoformat(),
            one.electronic_payment_number,
            one.get_status_display(),
            *(in_korea(at).strftime("%Y-%m-%d %H:%M") if at else "" for at in times),
        ]
