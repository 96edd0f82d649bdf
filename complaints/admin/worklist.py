"""업무함: what waits for whom, the most urgent first. Masked, a constant number of queries, no counting of millions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from complaints.admin.due import SOON_DAYS
from complaints.models import Complaint
from complaints.permissions import official_behind
from complaints.workflow import Clock, Stage
from portal.accounts.looking import user_of
from portal.accounts.models import User
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.core.workdays import start_of

Condition = Callable[[User, datetime], Q]


def _mine(user: User, _: datetime) -> Q:
    official = official_behind(user)
    return Q(is_open=True, officer=official) if official else Q(pk__in=[])


def _soon(_: User, now: datetime) -> Q:
    until = start_of(day_in_korea(now) + timedelta(days=SOON_DAYS + 1))
    return Q(is_open=True, clock=Clock.RUNNING, due_at__gt=now, due_at__lte=until)


def _overdue(_: User, now: datetime) -> Q:
    return Q(is_open=True, clock=Clock.RUNNING, due_at__lte=now)


def _stage(stage: Stage) -> Condition:
    return lambda user, now: Q(stage=stage)


# `?tab=` of the list; the board links here, so a tab and its figure must ask the same question.
TABS: dict[str, tuple[str, Condition]] = {
    "mine": ("내 민원", _mine),
    "soon": ("기한 임박", _soon),
    "overdue": ("기한 초과", _overdue),
    "intake": ("접수 대기", _stage(Stage.SUBMITTED)),
    "triage": ("분류 대기", _stage(Stage.RECEIVED)),
    "unassigned": ("미배정", _stage(Stage.ROUTED)),
    "supplement": ("보완 대기", _stage(Stage.SUPPLEMENTING)),
    "unread": ("새 메시지", lambda user, now: Q(unread_count__gt=0)),
    "open": ("부서 전체", lambda user, now: Q(is_open=True)),
    "ended": ("끝난 민원", lambda user, now: Q(is_open=False)),
    "all": ("모두", lambda user, now: Q()),
}
_UNCOUNTED = ("ended", "all")
_NOT_A_FILTER = frozenset({"tab", "p", "q", "o"})


class TabFilter(admin.SimpleListFilter):
    """The tabs above the list. An officer begins with her own cases, anybody else with everything open."""

    title = "보기"
    parameter_name = "tab"
    template = "admin/complaints/_no_filter.html"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.user = user_of(request)
        self.now = clock.now()
        self.is_narrowed = bool(set(request.GET) - {"tab", "p"})
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every tab, whether or not it stands above the list."""
        return [(name, label) for name, (label, _) in TABS.items()]

    def value(self) -> str:
        """The chosen tab; a search or another filter without one looks everywhere."""
        chosen = super().value()
        if chosen in TABS:
            return str(chosen)
        if self.is_narrowed:
            return "all"
        official = official_behind(self.user)
        return "mine" if official is not None and official.has_role("officer") else "open"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Complaint]) -> QuerySet[Complaint]:
        """Only what the tab asks for."""
        return queryset.filter(TABS[self.value()][1](self.user, self.now))

    def tabs(self) -> list[dict[str, Any]]:
        """Label, count and address of each tab; the counts take one query."""
        conditions = {name: condition for name, (_, condition) in TABS.items() if name not in _UNCOUNTED}
        counts = Complaint.objects.visible_to(self.user).aggregate(
            **{name: Count("pk", filter=condition(self.user, self.now)) for name, condition in conditions.items()}
        )
        return [
            {
                "label": label,
                "count": counts.get(name),
                "query": f"?tab={name}",
                "is_current": name == self.value(),
                "is_alarming": name == "overdue" and bool(counts.get(name)),
            }
            for name, (label, _) in TABS.items()
        ]


class WorkList(ChangeList):
    """A tab is where one is, not a filter to be cleared."""

    def get_filters(self, request: HttpRequest) -> Any:
        """As usual, but only real filters colour the filter button."""
        *rest, _ = super().get_filters(request)
        return (*rest, bool(set(request.GET) - _NOT_A_FILTER))
