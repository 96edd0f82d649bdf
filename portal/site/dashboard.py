"""현황판: each room counts its own work, this page only places the numbers. Every number links to exactly its list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from chatbot import queries as chatbot
from complaints import queries as complaints
from complaints import routing_queries as routing
from complaints.workflow import Clock, Stage
from messaging import queries as messaging
from messaging import senders
from notices import queries as notices
from notices.models import Campaign
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.approvals import queries as approvals
from portal.core.clock import day_in_korea, now
from portal.core.workdays import start_of

SOON_DAYS = 2
CHAT_DAYS = 7  # what chatbot.queries.board looks back
BAR_STEPS = 20  # a style attribute has no place here, so widths are classes
ON_THE_WAY = (
    Stage.SUBMITTED,
    Stage.RECEIVED,
    Stage.ROUTED,
    Stage.ASSIGNED,
    Stage.INSPECTING,
    Stage.REVIEWING,
    Stage.SUPPLEMENTING,
    Stage.REOPENING,
)
OVER = (Campaign.State.CLOSED, Campaign.State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One card: a number and the list it counts. `tone` is empty, warning or danger; the label says it in words."""

    label: str
    count: int
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its share of the longest in twentieths."""

    label: str
    count: int
    url: str
    stage: str
    width: int


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign on its way."""

    title: str
    state: str
    url: str
    all_count: int
    agreed_count: int
    unclear_count: int
    delivered_count: int


def board(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the index page of the officials' site with what this official may see."""
    user = request.user
    if not isinstance(user, User):
        return context
    moment = now()
    figures: list[Figure] = []
    if user.has_perm("complaints.view_complaint"):
        figures += _complaint_figures(user, moment)
        context["bars"] = _bars(user)
    figures += _router_figures(user)
    figures += _message_figures(user)
    figures += _approval_figures(user, moment)
    if user.has_perm("notices.view_campaign"):
        context["campaigns"] = _campaigns(user)
    if user.has_perm("chatbot.view_turn"):
        context["chat"] = chatbot.board(user, now=moment)
        context["chat_url"] = _unanswered(moment)
    return {**context, "figures": figures}


def _router_figures(user: User) -> list[Figure]:
    """Only when something is wrong with finding departments by itself."""
    found = []
    rules = routing.rules_gone_off(user).count() if user.has_perm("complaints.change_routingrule") else 0
    if rules:
        url = f"{reverse('admin:complaints_routingrule_changelist')}?{urlencode({'is_active__exact': 0})}"
        found.append(Figure("꺼진 배정 규칙", rules, url, "고쳐서 다시 켜 주세요", "danger"))
    if user.has_perm("complaints.view_category") and (trouble := routing.trouble()):
        url = reverse("admin:complaints_routerversion_changelist")
        found.append(Figure("분류 모델 이상", 1, url, trouble, "danger"))
    return found


def _list_of_complaints(**narrowed: str) -> str:
    return f"{reverse('admin:complaints_complaint_changelist')}?{urlencode(narrowed)}"


def _complaint_figures(user: User, moment: datetime) -> list[Figure]:
    found = complaints.board(user, now=moment)
    soon = _due_soon(user, moment)
    return [
        *_own(user),
        Figure("기한 임박", soon, _list_of_complaints(tab="soon"), "이틀 안에 끝나야 해요", "warning" if soon else ""),
        Figure(
            "기한 초과",
            found.overdue_count,
            _list_of_complaints(tab="overdue"),
            "처리 기한이 지났어요",
            "danger" if found.overdue_count else "",
        ),
        Figure(
            "오늘 접수",
            found.filed_today_count,
            _list_of_complaints(tab="all", filed_from=day_in_korea(moment).isoformat()),
            f"오늘 처리 {found.resolved_today_count}건",
        ),
        Figure("접수 대기", found.to_receive_count, _list_of_complaints(tab="intake"), "사람이 먼저 봐야 해요"),
        Figure("분류 대기", found.to_triage_count, _list_of_complaints(tab="triage"), "부서를 정해 주세요"),
        Figure("미배정", found.without_officer_count, _list_of_complaints(tab="unassigned"), "담당자를 정해 주세요"),
        Figure("새 메시지", found.unread_count, _list_of_complaints(tab="unread"), "민원인이 덧붙인 말"),
    ]


def _own(user: User) -> list[Figure]:
    official = official_of(user)
    if official is None or not official.has_role("officer"):
        return []
    count = complaints.inbox_of(official).count()
    return [Figure("내 민원", count, _list_of_complaints(tab="mine"), "담당자로 지정된 민원")]


def _message_figures(user: User) -> list[Figure]:
    if not user.has_perm("messaging.view_reply"):
        return []
    found = messaging.board(user)
    replies = reverse("admin:messaging_reply_changelist")
    figures = [Figure("회신 확인", found.waiting_reply_count, replies, "답장을 기다리는 문자")]
    if user.has_perm("messaging.view_attempt"):
        unclear, calls = found.unresolved_leg_count, reverse("admin:messaging_attempt_changelist")
        figures.append(Figure("결과 확인 필요", unclear, calls, "보냈는지 사람이 정해요", "danger" if unclear else ""))
    return [*figures, *_sender_figures(user)]


def _sender_figures(user: User) -> list[Figure]:
    """Only when a sender number needs a new paper soon: no text leaves from one that has expired."""
    count = senders.expiring_count(now()) if user.has_perm("messaging.view_sendernumber") else 0
    if not count:
        return []
    numbers = reverse("admin:messaging_sendernumber_changelist")
    return [Figure("발신번호 만료", count, numbers, "30일 안에 유효기간이 끝나요", "danger")]


def _approval_figures(user: User, moment: datetime) -> list[Figure]:
    """Only when something waits for this very official."""
    may_look = user.has_perm("approvals.view_approval")
    count = approvals.waiting_count(user, on=day_in_korea(moment)) if may_look else 0
    inbox = reverse("admin:approvals_approval_changelist")
    return [Figure("결재 대기", count, inbox, "내 차례인 결재", "warning")] if count else []


def _unanswered(moment: datetime) -> str:
    since = (moment - timedelta(days=CHAT_DAYS)).isoformat()
    return f"{reverse('admin:chatbot_unanswered_changelist')}?{urlencode({'asked_at__gte': since})}"


def _due_soon(user: User, moment: datetime) -> int:
    until = start_of(day_in_korea(moment) + timedelta(days=SOON_DAYS + 1))
    running = complaints.seen_by(user).filter(is_open=True, clock=Clock.RUNNING)
    return running.filter(due_at__gt=moment, due_at__lte=until).count()


def _bars(user: User) -> list[Bar]:
    rows = complaints.seen_by(user).order_by().values_list("stage").annotate(Count("pk"))
    counts: dict[str, int] = dict(rows.filter(stage__in=ON_THE_WAY))
    longest = max(counts.values(), default=0)
    return [
        Bar(
            label=stage.label,
            count=counts.get(stage, 0),
            url=_list_of_complaints(tab="all", stage=stage.value),
            stage=stage.value,
            width=_width(counts.get(stage, 0), longest),
        )
        for stage in ON_THE_WAY
    ]


def _width(count: int, longest: int) -> int:
    """At least one step for anything at all, so that one case beside a thousand is still seen."""
    return max(1, round(BAR_STEPS * count / longest)) if count else 0


def _campaigns(user: User) -> Sequence[Running]:
    return [_running(campaign) for campaign in _on_the_way(user)]


def _on_the_way(user: User) -> Iterable[Campaign]:
    return notices.campaigns_of(user).exclude(state__in=OVER)


def _running(campaign: Campaign) -> Running:
    counts = notices.counts_of(campaign)
    return Running(
        title=campaign.title,
        state="멈춤" if campaign.paused_at else Campaign.State(campaign.state).label,
        url=reverse("admin:notices_campaign_change", args=[campaign.pk]),
        all_count=counts.get("all", 0),
        agreed_count=counts.get("verified", 0),
        unclear_count=counts.get("triage", 0),
        delivered_count=counts.get("delivered", 0),
    )
