"""What stands around the officials' pages: names, the sidebar by job, and where this installation runs."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from unfold.dataclasses import SearchResult

from complaints import queries as complaints
from portal.accounts.models import User
from portal.core.context import the_district


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar: a model's list, or a page beside it, open to whoever may see the model."""

    title: str
    icon: str
    model: str
    page: str = "changelist"

    def line(self, request: HttpRequest) -> dict[str, Any] | None:
        """The line as Unfold draws it, or None for somebody who may not go there."""
        model = apps.get_model(self.model)
        page = admin.site._registry.get(model)
        if page is None or not page.has_view_permission(request):
            return None
        link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{self.page}")
        return {"title": self.title, "icon": self.icon, "link": link}


JOBS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "업무",
        (
            Entry("민원 업무함", "inbox", "complaints.Complaint"),
            Entry("민원 분류 대기", "alt_route", "complaints.Complaint", "triage"),
            Entry("민원 통계", "monitoring", "complaints.Complaint", "statistics"),
            Entry("표준 답변", "quickreply", "complaints.StandardText"),
            Entry("통지 캠페인", "campaign", "notices.Campaign"),
            Entry("결재함", "approval", "approvals.Approval"),
            Entry("전자증명서", "workspace_premium", "certificates.Certificate"),
            Entry("회신함", "forum", "messaging.Reply"),
            Entry("회신 분류", "rule", "messaging.TriageDecision"),
        ),
    ),
    (
        "발송",
        (
            Entry("발송 현황", "send", "messaging.Message"),
            Entry("결과 확인 필요", "troubleshoot", "messaging.Attempt"),
            Entry("발송 흐름", "speed", "messaging.Stream"),
            Entry("통신사", "cell_tower", "messaging.CarrierState"),
            Entry("메시지 서식", "description", "messaging.Template"),
            Entry("발신번호", "dialpad", "messaging.SenderNumber"),
            Entry("답장 상용구", "quickreply", "messaging.AnswerPhrase"),
            Entry("수신거부", "block", "messaging.OptOut"),
            Entry("비용", "payments", "messaging.LedgerCount"),
            Entry("단가", "sell", "messaging.Price"),
            Entry("발송 예산", "savings", "messaging.Budget"),
            Entry("통신사 청구서", "receipt_long", "messaging.Invoice"),
            Entry("결과 보고", "fact_check", "messaging.Receipt"),
            Entry("읽지 못한 웹훅", "report", "messaging.HookReject"),
        ),
    ),
    (
        "챗봇",
        (
            Entry("자주 묻는 질문", "quiz", "chatbot.Faq"),
            Entry("답변 건강", "health_and_safety", "chatbot.Faq", "health"),
            Entry("답변 못한 질문", "help", "chatbot.UnansweredCluster"),
            Entry("상담 연결", "support_agent", "chatbot.Handover"),
            Entry("표현·낱말 제안", "lightbulb", "chatbot.Synonym"),
            Entry("챗봇 지표", "monitoring", "chatbot.HourCount"),
            Entry("챗봇 시험", "science", "chatbot.Experiment"),
            Entry("색인", "account_tree", "chatbot.IndexBuild"),
            Entry("시험 질문", "fact_check", "chatbot.GoldQuestion"),
        ),
    ),
    (
        "관리",
        (
            Entry("새 소식·일자리", "newspaper", "site.Post"),
            Entry("영어 안내", "translate", "site.EnglishGuide"),
            Entry("공무원", "badge", "accounts.Official"),
            Entry("부서", "apartment", "accounts.Department"),
            Entry("로그인 아이디", "key", "accounts.User"),
            Entry("민원 분류", "category", "complaints.Category"),
            Entry("분류 낱말", "sell", "complaints.CategoryKeyword"),
            Entry("배정 규칙", "alt_route", "complaints.RoutingRule"),
            Entry("분류 모델", "model_training", "complaints.RouterVersion"),
            Entry("분류 바로잡기", "published_with_changes", "complaints.Correction"),
            Entry("이송 기관", "move_up", "complaints.Agency"),
            Entry("행정동", "map", "complaints.Dong"),
            Entry("지명", "pin_drop", "complaints.Place"),
            Entry("주정차 신고 요건", "local_parking", "complaints.ParkingRule"),
            Entry("담당", "event_available", "complaints.Duty"),
            Entry("부재", "event_busy", "complaints.Leave"),
            Entry("대결 권한 위임", "supervisor_account", "approvals.StandIn"),
            Entry("API 키", "vpn_key", "messaging.ApiKey"),
            Entry("달력", "calendar_month", "accounts.CalendarDay"),
            Entry("시스템 장애", "cloud_off", "complaints.OutageWindow"),
            Entry("접속기록", "history_edu", "accounts.AuditEntry"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar by job; a group nobody may open is not there."""
    groups: list[dict[str, Any]] = []
    for title, entries in JOBS:
        lines = [line for entry in entries if (line := entry.line(request)) is not None]
        if title == "업무":
            lines.insert(0, {"title": "현황판", "icon": "dashboard", "link": reverse("admin:index")})
        if lines:
            groups.append({"title": title, "separator": bool(groups), "items": lines})
    return groups


def palette(request: HttpRequest, term: str) -> list[SearchResult]:
    """
    Ctrl+K finds a case by its whole number, among those the official may see.

    Unfold keeps the answer in the cache for five minutes, so nothing personal is in it.
    """
    user = request.user
    if not isinstance(user, User) or not user.has_perm("complaints.view_complaint"):
        return []
    return [
        SearchResult(
            title=found.number,
            description="민원",
            link=reverse("admin:complaints_complaint_change", args=[found.pk]),
            icon="inbox",
        )
        for found in complaints.seen_by(user).filter(number=term.strip().upper())
    ]


def site_title(_: HttpRequest) -> str:
    """Behind every page's own title."""
    return f"{the_district().name} 소통 업무"


def site_header(_: HttpRequest) -> str:
    """Beside the mark."""
    return "소통 업무"


def site_subheader(_: HttpRequest) -> str:
    """Whose office this is."""
    return f"{the_district().city} {the_district().name}청"


def site_icon(_: HttpRequest) -> str:
    """The mark."""
    return static("img/favicon.svg")


def stylesheet(_: HttpRequest) -> str:
    """Our corrections to Unfold."""
    return static("css/admin.css")


def script(_: HttpRequest) -> str:
    """Our repairs to Unfold's controls."""
    return static("js/admin.js")


def environment(_: HttpRequest) -> list[str] | None:
    """A label nobody overlooks where nothing is real."""
    return ["시험 운영", "warning"] if the_district().is_demo else None
