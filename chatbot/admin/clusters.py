"""답변 못한 질문, bundled: what to teach an existing answer, what needs a new one, what is another agency's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from chatbot import cluster_queries as queries
from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import Faq, UnansweredCluster
from chatbot.permissions import may_keep
from chatbot.services import mining
from portal.accounts.looking import note_look
from portal.accounts.models import Department, User
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin

WIDTH, HEIGHT = 96, 28
MOST_OFFERED = 400
MOST_PREFILLED = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of a trend, in the units of its drawing."""

    x: float
    y: float
    height: float


class TeachForm(forms.Form):
    """Which wordings, and which answer has them."""

    use_required_attribute = False
    texts = forms.MultipleChoiceField(
        label="더할 표현", widget=forms.CheckboxSelectMultiple, error_messages={"required": "더할 표현을 골라 주세요."}
    )
    faq = forms.ModelChoiceField(
        Faq.objects.none(), label="답변", error_messages={"required": "어느 답변의 표현인지 골라 주세요."}
    )

    def __init__(self, *args: Any, texts: list[str], near: list[int], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wording = self.fields["texts"]
        assert isinstance(wording, forms.MultipleChoiceField)  # noqa: S101  (says so to the type checker)
        wording.choices = [(text, text) for text in texts]
        answers = Faq.objects.filter(status=Faq.Status.PUBLISHED).select_related("department").order_by("question")
        choice = self.fields["faq"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101
        choice.queryset = answers
        mine = [one for one in answers[:MOST_OFFERED] if may_keep(user, one.department_id)]
        first = sorted((one for one in mine if one.pk in near), key=lambda one: near.index(one.pk))
        rest = [one for one in mine if one.pk not in near]
        choice.choices = [
            ("", "고르기"),
            ("가까운 답변", [(one.pk, one.question) for one in first]),
            ("그 밖의 답변", [(one.pk, one.question) for one in rest]),
        ]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The bundles of one's department, the most pressing first."""
    user = official_with(request, "view_turn")
    tab = request.GET.get("tab", "open")
    if tab not in queries.TABS:
        raise Http404
    rows = queries.listed(user, tab=tab, now=clock.now())
    held = queries.counts(user)
    context = {
        **site(request),
        "title": "답변 못한 질문",
        "rows": [{"row": row, "bars": bars(row.trend)} for row in rows],
        "tabs": [(name, label, held[name], name == tab) for name, (label, _) in queries.TABS.items()],
        "one_by_one_url": page_of("unanswered", "changelist"),
    }
    return render(request, "admin/chatbot/clusters.html", context)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One bundle: every wording, and what can be done."""
    user = official_with(request, "view_turn")
    cluster = _cluster(user, pk)
    return _page(request, user, cluster, None)


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """무시, 부서로 보내기, 다시 열기."""
    user = official_with(request, "change_unansweredcluster")
    cluster = _cluster(user, pk)
    if name not in _ACTS:
        raise Http404
    run, done = _ACTS[name]
    if attempt(request, lambda: run(request, cluster, user), done=done) and name != "reopen":
        return redirect(page_of("unansweredcluster", "changelist"))
    return redirect(page_of("unansweredcluster", "show", pk))


@require_POST
def teach(request: HttpRequest, pk: int) -> HttpResponse:
    """기존 FAQ의 표현으로 추가."""
    user = official_with(request, "change_unansweredcluster")
    cluster = _cluster(user, pk)
    form = _teach_form(cluster, user, request.POST)
    if not form.is_valid():
        return _page(request, user, cluster, form, status=422)
    faq, texts = form.cleaned_data["faq"], form.cleaned_data["texts"]
    done = f"표현 {len(texts)}개를 ‘{faq.question}’에 더했습니다."
    taught = attempt(
        request,
        lambda: mining.teach_from_cluster(cluster=cluster, faq=faq, texts=texts, by=user, now=clock.now()),
        done=done,
    )
    return redirect(
        page_of("unansweredcluster", "changelist") if taught else page_of("unansweredcluster", "show", cluster.pk)
    )


def _assign(request: HttpRequest, cluster: UnansweredCluster, user: User) -> None:
    chosen = request.POST.get("department", "")
    department = Department.objects.filter(pk=int(chosen) if chosen.isdecimal() else 0, is_active=True).first()
    if department is None:
        raise Http404
    mining.assign_cluster(cluster=cluster, department=department, by=user, now=clock.now())


def _dismiss(request: HttpRequest, cluster: UnansweredCluster, user: User) -> None:
    mining.dismiss_cluster(cluster=cluster, by=user, now=clock.now())


def _reopen(request: HttpRequest, cluster: UnansweredCluster, user: User) -> None:
    mining.reopen_cluster(cluster=cluster, by=user, now=clock.now())


_ACTS: Mapping[str, tuple[Callable[[HttpRequest, UnansweredCluster, User], None], str]] = {
    "assign": (_assign, "부서로 보내고 알렸습니다."),
    "dismiss": (_dismiss, "무시하기로 했습니다. ‘무시’ 탭에서 되돌릴 수 있습니다."),
    "reopen": (_reopen, "다시 열었습니다."),
}


def _cluster(user: User, pk: int) -> UnansweredCluster:
    rows = queries.seen_by(user).select_related("department", "solved_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _teach_form(cluster: UnansweredCluster, user: User, data: Any = None) -> TeachForm:
    near = [one.pk for one in queries.nearest_answers(cluster)]
    texts = [one.text for one in queries.wordings(cluster)]
    return TeachForm(data, texts=texts, near=near, user=user, initial={"texts": texts[:MOST_PREFILLED]})


def _page(
    request: HttpRequest, user: User, cluster: UnansweredCluster, form: TeachForm | None, *, status: int = 200
) -> HttpResponse:
    wordings = queries.wordings(cluster)
    asked: dict[str, list[str] | int | str] = {
        "phrasing": [one.text for one in wordings[:MOST_PREFILLED]],
        "cluster": cluster.pk,
    }
    new_url = page_of("faq", "new")
    context = {
        **site(request),
        "title": cluster.label,
        "cluster": cluster,
        "wordings": wordings,
        "bars": bars(queries.trend_of(cluster, now=clock.now())),
        "near": queries.nearest_answers(cluster),
        "form": form or _teach_form(cluster, user),
        "departments": Department.objects.filter(is_active=True).order_by("name"),
        "may_write": user.has_perm("chatbot.change_unansweredcluster"),
        "is_open": cluster.state in queries.TABS["open"][1],
        "new_url": f"{new_url}?{urlencode(asked, doseq=True)}",
        "referral_url": f"{new_url}?{urlencode({**asked, 'kind': 'referral'}, doseq=True)}",
        "list_url": page_of("unansweredcluster", "changelist"),
    }
    note_look(request, "chatbot.unansweredcluster", [cluster.pk])
    return render(request, "admin/chatbot/cluster.html", context, status=status)


def bars(trend: list[int]) -> list[Bar]:
    """The columns of a small chart."""
    most = max(trend, default=0)
    step = WIDTH / max(1, len(trend))
    return [
        Bar(round(step * at, 1), round(HEIGHT - HEIGHT * count / most, 1), round(HEIGHT * count / most, 1))
        for at, count in enumerate(trend)
        if most
    ]


_PAGES: tuple[tuple[str, str, Any], ...] = (
    ("show", "<int:pk>/show/", show),
    ("teach", "<int:pk>/teach/", teach),
    ("act", "<int:pk>/act/<slug:name>/", act),
)


@admin.register(UnansweredCluster)
class UnansweredClusterAdmin(ReadOnlyAdmin):
    """Our own pages in place of the usual ones."""

    def get_urls(self) -> list[URLPattern]:
        """One bundle and what is done with it."""
        wrap = self.admin_site.admin_view
        own = [path(route, wrap(view), name=f"chatbot_unansweredcluster_{name}") for name, route, view in _PAGES]
        return own + list(super().get_urls())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The bundles."""
        return index(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The bundle."""
        return redirect(page_of("unansweredcluster", "show", int(object_id) if object_id.isdecimal() else 0))
