"""내 정보의 목록: all of one's complaints, notices, bills and messages, page after page."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from complaints import queries as complaints
from complaints.citizen_queries import numbers_of
from complaints.models import Complaint
from complaints.wording import due_words, stage_label
from messaging.citizen_queries import messages_to
from messaging.models import Attempt, Channel, Message, MessageStatus
from notices import citizen_queries as notices
from notices.bill_queries import is_proven
from notices.models import Bill, Recipient
from notices.opening_queries import notices_of
from notices.services.billing import bill_path
from notices.services.opening import link_for
from portal.accounts.guards import citizen_of, citizens_only
from portal.accounts.models import User
from portal.accounts.services import KeyDestroyed
from portal.core import clock
from portal.core.errors import Refused
from portal.site.paging import page_of

S = MessageStatus
_ARRIVED = gettext_lazy("전달됨")
_UNDER_WAY = gettext_lazy("보냄")
_STATES = {
    S.DELIVERED: ("resolved", _ARRIVED),
    S.FAILED: ("danger", gettext_lazy("전달하지 못함")),
    S.SUPPRESSED: ("merged", gettext_lazy("보내지 않음")),
}
_WAYS = {Channel.ALIMTALK: gettext_lazy("알림톡"), Channel.MMS: gettext_lazy("그림문자")}


@citizens_only
@require_safe
def my_complaints(request: HttpRequest) -> HttpResponse:
    """내 민원."""
    page = page_of(complaints.of_citizen(cast(User, citizen_of(request))), request)
    return render(request, "site/me_complaints.html", {"page": page, "cases": [case_row(one) for one in page.rows]})


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def my_notices(request: HttpRequest) -> HttpResponse:
    """내 통지서. Opening one is a tap that POSTs: its address is made then and there."""
    user = cast(User, citizen_of(request))
    if request.method == "POST":
        return _open_notice(request, user)
    page = page_of(notices_of(user), request)
    return render(request, "site/me_notices.html", {"page": page, "rows": [notice_row(one) for one in page.rows]})


@citizens_only
@require_safe
def my_bills(request: HttpRequest) -> HttpResponse:
    """내 고지서: what is to be paid first, then what is settled."""
    user, now = cast(User, citizen_of(request)), clock.now()
    page = page_of(notices.settled_for(user), request)
    context = {
        "page": page,
        "unpaid": [bill_row(one, now=now) for one in notices.unpaid_by(user)] if page.is_first else [],
        "settled": [bill_row(one, now=now) for one in page.rows],
    }
    return render(request, "site/me_bills.html", context)


@citizens_only
@require_safe
def my_messages(request: HttpRequest) -> HttpResponse:
    """받은 알림: what we sent to her own number, when and how, and what became of it."""
    user = cast(User, citizen_of(request))
    found = messages_to(bytes(user.phone_index or b""), since=user.date_joined, references=numbers_of(user))
    page = page_of(found, request)
    return render(request, "site/me_messages.html", {"page": page, "rows": [_message_row(one) for one in page.rows]})


# --- rows -------------------------------------------------------------------------------------------------------------


def case_row(case: Complaint) -> dict[str, Any]:
    """A complaint in a list."""
    due = due_words(case) if case.is_open else ""
    return {
        "number": case.number,
        "stage": case.stage,
        "label": stage_label(case),
        "title": case.title or _("사진 신고"),
        "note": _("%(day)s까지 처리") % {"day": due} if due else case.number,
    }


def notice_row(line: Recipient) -> dict[str, Any]:
    """A notice in a list."""
    return {
        "pk": line.pk,
        "title": line.campaign.title,
        "department": line.campaign.department.spoken_name,
        "sent_at": line.sent_at,
        "opened_at": line.opened_at,
    }


def bill_row(bill: Bill, *, now: datetime) -> dict[str, Any]:
    """A bill in a list."""
    left = (bill.due_on - clock.day_in_korea(now)).days
    return {
        "title": bill.title,
        "department": bill.department.spoken_name,
        "amount_won": bill.amount_won if is_proven(bill) else None,
        "due_on": bill.due_on,
        "path": bill_path(bill),
        "is_open": bill.is_open,
        "is_paid": bill.status == Bill.Status.PAID,
        "paid_at": bill.paid_at,
        "label": _(bill.get_status_display()),
        "is_overdue": left < 0,
        "is_today": left == 0,
        "is_soon": 0 < left <= 7,
        "days_left": left,
    }


def _message_row(message: Message) -> dict[str, Any]:
    """`전달됨` says that the telephone has it, never that somebody has read it."""
    legs = list(message.attempts.all())
    stage, label = _STATES.get(S(message.status), ("assigned", _UNDER_WAY))
    channel = legs[-1].channel if legs else ""
    return {
        "title": message.template_version.title,
        "at": message.delivered_at or message.due_at,
        "way": _WAYS.get(Channel(channel), _("문자")) if channel else "",
        "stage": stage,
        "label": label,
        "reason": _why(message.status, legs[-1]) if legs else "",
        "body": "" if message.erased_at else message.shown_body,
        "is_erased": message.erased_at is not None,
    }


def _why(status: str, leg: Attempt) -> str:
    if status == S.SUPPRESSED:
        return _(leg.reason)
    return _(leg.get_reason_kind_display()) if status == S.FAILED and leg.reason_kind else ""


def _open_notice(request: HttpRequest, user: User) -> HttpResponse:
    number = request.POST.get("open", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    notice = notices.notice_for(user, int(number)) if is_number else None
    if notice is None:
        raise Http404
    try:
        return redirect(link_for(notice, now=clock.now()))
    except (Refused, KeyDestroyed):
        office = notice.recipient.campaign.department
        words = _("이 통지서는 누리집에서 열 수 없습니다. %(office)s(%(phone)s)에 전화해 주세요.")
        messages.error(request, words % {"office": office.spoken_name, "phone": office.phone})
        return redirect("site:my_notices")
