"""내 정보 내려받기: everything of a citizen's own in one file, after a fresh proof, written down in the audit book."""

import json
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from chatbot.models import Turn
from complaints import queries as complaints
from complaints.citizen_queries import numbers_of
from complaints.models import Complaint, StageChange
from messaging.citizen_queries import messages_to
from messaging.preference_sheet import sheet_of
from notices.bill_queries import bills_of, is_proven
from notices.citizen_queries import payments_of
from notices.models import Bill
from notices.opening_queries import notices_of
from portal.accounts.guards import citizen_of, recent_proof
from portal.accounts.models import Device, User
from portal.accounts.services import record_access
from portal.certificates.models import Certificate
from portal.certificates.queries import of_owner, shares_of
from portal.core import clock
from portal.core.client import address_of
from portal.core.clock import in_korea
from portal.site.models import CalendarFeed, Favourite


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest) -> HttpResponse:
    """GET says what is in it, POST gives it."""
    if request.method != "POST":
        return render(request, "site/me_download.html")
    user, now = cast(User, citizen_of(request)), clock.now()
    text = json.dumps(everything_of(user, now=now), ensure_ascii=False, indent=2, default=_plain)
    record_access(
        actor=user,
        action="export",
        subject_kind="accounts.user",
        subject_ids=[user.pk],
        task="me.download",
        address=address_of(request),
        now=now,
    )
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="sotong-{in_korea(now):%Y%m%d}.json"'
    return response


def everything_of(user: User, *, now: datetime) -> dict[str, Any]:
    """What we hold about somebody under her account and her number, in words she can read."""
    index = bytes(user.phone_index or b"")
    return {
        "기관": settings.DISTRICT_NAME,
        "만든 때": now,
        "계정": {"휴대전화": user.phone, "이름": user.name, "시작한 날": user.date_joined},
        "로그인 기기": [
            {"기기": one.name, "마지막 사용": one.last_seen_at}
            for one in Device.objects.filter(user=user).order_by("-last_seen_at")
        ],
        "패스키": [
            {"이름": one.wrap().name, "등록": one.created_at, "마지막 사용": one.last_used_at}
            for one in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")
        ],
        "민원": _complaints(user),
        "통지서": [
            {
                "이름": one.campaign.title,
                "부서": one.campaign.department.name,
                "보낸 때": one.sent_at,
                "연 때": one.opened_at,
            }
            for one in notices_of(user)
        ],
        "고지서": [_bill(one) for one in bills_of(user)],
        "납부": [
            {"고지서": one.bill.title, "금액(원)": one.amount_won, "상태": one.get_status_display(), "때": one.paid_at}
            for one in payments_of(user)
        ],
        "받은 알림": [
            {
                "때": one.due_at,
                "제목": one.template_version.title,
                "상태": one.get_status_display(),
                "내용": one.shown_body,
            }
            for one in messages_to(index, since=user.date_joined, references=numbers_of(user))
        ],
        "알림 설정": _alerts(index),
        "전자증명서": [_certificate(one) for one in of_owner(user)],
        "챗봇에 물은 것": [
            {"때": one.asked_at, "질문": one.text_masked}
            for one in Turn.objects.filter(conversation__citizen=user).order_by("pk")
        ],
        "즐겨찾기": list(Favourite.objects.filter(user=user).order_by("position").values_list("path", flat=True)),
        "캘린더 구독": [
            {"만든 때": one.created_at, "없앤 때": one.revoked_at, "자세히": one.with_details}
            for one in CalendarFeed.objects.filter(user=user).order_by("pk")
        ],
    }


def _bill(bill: Bill) -> dict[str, Any]:
    """Amount and number are for whoever has shown that it is hers: her telephone number may have been another's."""
    known = {"이름": bill.title, "납부기한": bill.due_on, "상태": bill.get_status_display()}
    if not is_proven(bill):
        return known
    return {**known, "금액(원)": bill.amount_won, "전자납부번호": bill.electronic_payment_number}


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "이름": one.title,
        "발급 기관": one.issuer,
        "상태": one.get_state_display(),
        "발급한 때": one.issued_at,
        "유효 기한": one.expires_at,
        "제출": [
            {"받는 곳": share.receiver, "용도": share.purpose, "만든 때": share.made_at, "열린 때": share.opened_at}
            for share in shares_of(one)
        ],
    }


def _complaints(user: User) -> list[dict[str, Any]]:
    cases = list(complaints.of_citizen(user))
    steps: dict[int, list[StageChange]] = {case.pk: [] for case in cases}
    for change in StageChange.objects.filter(complaint__in=cases).order_by("complaint_id", "seq"):
        steps[change.complaint_id].append(change)
    return [_complaint(case, steps[case.pk]) for case in cases]


def _complaint(case: Complaint, steps: list[StageChange]) -> dict[str, Any]:
    return {
        "접수번호": case.number,
        "분류": case.category.name if case.category else "",
        "신청한 때": case.submitted_at,
        "이름": case.name,
        "연락처": case.phone,
        "내용": case.body,
        "장소": " ".join(filter(None, (case.address, case.address_detail))),
        "단계": case.get_stage_display(),
        "처리기한": case.due_at,
        "결과": case.get_outcome_display() if case.outcome else "",
        "답변": case.answer,
        "진행": [
            {
                "때": one.at,
                "단계": one.get_after_display(),
                "부서": one.department_name,
                "담당자": one.officer_name,
                "남긴 말": one.public_text,
            }
            for one in steps
        ],
        "신청서에 적은 답": json.loads(case.extra) if case.extra else {},
        "만족도": [
            {"점수": one.score, "의견": one.comment, "때": one.at} for one in case.satisfactions.order_by("round")
        ],
    }


def _alerts(phone_index: bytes) -> dict[str, Any]:
    sheet = sheet_of(phone_index)
    return {
        "먼저 받을 채널": sheet.first_means,
        "끈 알림": [f"{kind.label}: {one.label}" for kind in sheet.kinds for one in kind.switches if not one.is_on],
        "수신거부": [one.words for one in sheet.refusals],
        "바꾼 기록": [{"때": one.at, "무엇": one.words, "어디서": one.where} for one in sheet.changes],
    }


def _plain(value: object) -> str:
    return in_korea(value).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
