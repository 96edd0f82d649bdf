"""업무함: what waits for whom, the most urgent first. Masked, a constant number of queries, no counting of millions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict

from complaints import desk_queries
from complaints.admin.access import address
from complaints.admin.due import SOON_DAYS, DDay, d_day
from complaints.admin.listing import DUE_FIRST, NEWEST_FIRST, RECEIVE_FIRST, Order, Slice, cut
from complaints.admin.narrowing import NarrowForm, Searched, narrowed, searched, without_phone
from complaints.models import Complaint, ComplaintQuerySet, Follower
from complaints.permissions import official_behind
from complaints.wording import stage_label
from complaints.workflow import Clock, Stage
from portal.accounts.looking import user_of
from portal.accounts.models import Official, User
from portal.approvals.models import Approval
from portal.core import clock
from portal.core.clock import day_in_korea, in_korea
from portal.core.privacy import mask_address
from portal.core.workdays import WEEKDAYS, start_of

Condition = Callable[[User, datetime], Q]
_COLUMNS = (
    "number",
    "sealed_id",
    "version",
    "stage",
    "clock",
    "priority",
    "round",
    "rerouted_count",
    "unread_count",
    "phone_index",
    "body_sealed",
    "address",
    "lat",
    "submitted_at",
    "received_at",
    "receive_by_at",
    "due_at",
    "department__name",
    "officer__name",
    "dong__name",
)


def _mine(user: User, _: datetime) -> Q:
    official = official_behind(user)
    return Q(is_open=True, officer=official) if official else Q(pk__in=[])


def _soon(_: User, now: datetime) -> Q:
    until = start_of(day_in_korea(now) + timedelta(days=SOON_DAYS + 1))
    return Q(is_open=True, clock=Clock.RUNNING, due_at__gt=now, due_at__lte=until)


def _overdue(_: User, now: datetime) -> Q:
    return Q(is_open=True, clock=Clock.RUNNING, due_at__lte=now)


def _approvals(_: User, __: datetime) -> Q:
    waiting = Approval.objects.filter(subject__startswith="complaints.", state__in=["draft", "in_review"])
    return Q(number__in=waiting.values("reference"))


def _stage(stage: Stage) -> Condition:
    return lambda user, now: Q(stage=stage, is_open=True)


# `?tab=` of the list; the board links here, so a tab and its figure must ask the same question.
TABS: Mapping[str, tuple[str, Condition]] = {
    "mine": ("내 민원", _mine),
    "soon": ("기한 임박", _soon),
    "overdue": ("기한 초과", _overdue),
    "intake": ("접수 대기", _stage(Stage.SUBMITTED)),
    "triage": ("분류 대기", _stage(Stage.RECEIVED)),
    "unassigned": ("미배정", _stage(Stage.ROUTED)),
    "approvals": ("결재 중", _approvals),
    "supplement": ("보완 대기", _stage(Stage.SUPPLEMENTING)),
    "unread": ("새 메시지", lambda user, now: Q(unread_count__gt=0)),
    "open": ("부서 전체", lambda user, now: Q(is_open=True)),
    "ended": ("끝난 민원", lambda user, now: Q(is_open=False)),
    "all": ("모두", lambda user, now: Q()),
}
UNCOUNTED = ("ended", "all")


@dataclass(frozen=True, slots=True)
class Flag:
    """A small word beside a title."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, masked, in the words people read."""

    complaint: Complaint
    url: str
    left: DDay
    label: str
    title: str
    place: str
    filed: str
    officer: str
    department: str
    flags: Sequence[Flag]
    may_take: bool

    @property
    def mark(self) -> str:
        """What a tick sends: the case and the version that was seen."""
        return f"{self.complaint.pk}.{self.complaint.version}"


@dataclass(frozen=True)
class Listing:
    """What one address of the worklist shows."""

    user: User
    asked: QueryDict
    now: datetime

    @cached_property
    def official(self) -> Official | None:
        """Who looks, if it is an official."""
        return official_behind(self.user)

    @cached_property
    def form(self) -> NarrowForm:
        """The filters."""
        return NarrowForm(self.asked)

    @cached_property
    def term(self) -> str:
        """What was typed into the search."""
        return self.asked.get("q", "").strip()

    @cached_property
    def tab(self) -> str:
        """The chosen tab; a search or a filter without one looks everywhere, an officer begins with her own."""
        chosen = self.asked.get("tab", "")
        if chosen in TABS:
            return chosen
        if self.term or self.form.given:
            return "all"
        return "mine" if self.official is not None and self.official.has_role("officer") else "open"

    @cached_property
    def order(self) -> Order:
        """What waits, by its due date; what has ended, the latest first."""
        if self.tab in UNCOUNTED:
            return NEWEST_FIRST
        return RECEIVE_FIRST if self.tab == "intake" else DUE_FIRST

    def of_tab(self, name: str) -> ComplaintQuerySet:
        """Every case of a tab that the user may see."""
        return Complaint.objects.of_office(self.user).filter(TABS[name][1](self.user, self.now))

    @cached_property
    def searched(self) -> Searched:
        """What the search found among what the tab and the filters leave."""
        return searched(narrowed(self.of_tab(self.tab), self.form, now=self.now), self.term)

    @property
    def found(self) -> ComplaintQuerySet:
        """Every case the address asks for."""
        return self.searched.found

    @cached_property
    def slice(self) -> Slice:
        """The page of them."""
        followers = (
            Follower.objects.filter(complaint=OuterRef("pk"), ended_at=None)
            .order_by()
            .values("complaint")
            .annotate(count=Count("pk"))
            .values("count")
        )
        rows = self.found.select_related("department", "officer", "dong").only(*_COLUMNS)
        rows = rows.annotate(follower_count=Coalesce(Subquery(followers, IntegerField()), 0))
        return cut(rows, self.order, after=self.asked.get("after", ""), before=self.asked.get("before", ""))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each counted tab has, and this very list (''): one question to the database."""
        tabs = {name: self.of_tab(name) for name in TABS if name not in UNCOUNTED}
        return desk_queries.capped_counts({**tabs, "": self.found})

    @property
    def result_count(self) -> int:
        """How many cases the address asks for, a thousand and one at most."""
        return self.counts[""]

    @cached_property
    def rows(self) -> list[Row]:
        """The lines of the page."""
        return [_row(one, self.official, now=self.now) for one in self.slice.rows]

    def link(self, **changes: str) -> str:
        """This list with something changed; always from its first page."""
        asked = self.asked.copy()
        for name in ("after", "before"):
            asked.pop(name, None)
        for name, value in changes.items():
            asked.pop(name, None)
            if value:
                asked[name] = value
        return f"?{asked.urlencode()}"


def _row(complaint: Complaint, official: Official | None, *, now: datetime) -> Row:
    at = in_korea(complaint.received_at or complaint.submitted_at)
    dong = complaint.dong.name if complaint.dong else ""
    return Row(
        complaint=complaint,
        url=address("case", complaint.pk),
        left=d_day(complaint, now=now),
        label=stage_label(complaint),
        title=complaint.title,
        place=dong or mask_address(complaint.address) or ("지도 위치" if complaint.lat is not None else "-"),
        filed=f"{at.month}. {at.day}.({WEEKDAYS[at.weekday()]}) {at:%H:%M}",
        officer=complaint.officer.name if complaint.officer else "",
        department=complaint.department.name if complaint.department else "부서 미정",
        flags=_flags(complaint),
        may_take=_may_take(complaint, official),
    )


def _flags(complaint: Complaint) -> list[Flag]:
    followers = getattr(complaint, "follower_count", 0)
    found = [
        (complaint.is_urgent, Flag("긴급", "danger")),
        (complaint.unread_count > 0, Flag(f"새 메시지 {complaint.unread_count}", "warning")),
        (followers > 0, Flag(f"함께 받는 시민 {followers}명")),
        (complaint.clock == Clock.PAUSED, Flag("기한 멈춤")),
        (complaint.round > 1, Flag(f"재검토 {complaint.round - 1}회")),
        (complaint.rerouted_count > 1, Flag(f"재배정 {complaint.rerouted_count}회")),
        (complaint.phone_index is None, Flag("연락처 없음")),
    ]
    return [flag for is_so, flag in found if is_so]


def _may_take(complaint: Complaint, official: Official | None) -> bool:
    """Whether ‘내가 맡기’ makes sense; the service has the last word."""
    if official is None or complaint.department_id != official.department_id:
        return False
    if complaint.stage == Stage.ROUTED:
        return official.has_role("officer") or official.has_role("head")
    return False


def listing_of(request: HttpRequest) -> Listing:
    """
    What the address asks for, as far as the user may see it.

    :raises PermissionDenied: for whoever may not open the worklist
    """
    user = user_of(request)
    if not user.has_perm("complaints.view_complaint"):
        raise PermissionDenied
    return Listing(user, without_phone(request.GET), clock.now())
