"""One answer is written here: left the words, right the card a citizen sees and what the change does elsewhere."""

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.admin.faq_forms import FaqForm, NewFaqForm, initial_of
from chatbot.admin.pictures import PictureForm
from chatbot.admin.revisions import Line, department_names, lines_between
from chatbot.admin.showing import effect_for, look_of, neighbours
from chatbot.cluster_queries import seen_by
from chatbot.models import Faq, Phrasing, UnansweredCluster
from chatbot.permissions import may_keep
from chatbot.services import mining, publishing, seconding
from chatbot.services.publishing import content_from, content_of
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Refused

_FRONT = ("question", "answer", "phrasings", "tags")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, folded unless something is wrong in them."""

    title: str
    names: tuple[str, ...]
    about: str = ""


GROUPS = (
    Group("담당과 분류", ("category", "department", "petition_code", "kind")),
    Group(
        "짧은 답",
        tuple(f"facet_{kind}" for kind in ("fee", "place", "hours", "documents", "deadline", "how")),
        "이어서 ‘얼마예요?’처럼 짧게 물을 때 먼저 보이는 한 줄입니다.",
    ),
    Group("링크", tuple(f"link_{part}_{number}" for number in (1, 2, 3) for part in ("label", "url"))),
    Group("지도", ("map_kind", "place_name", "place_address", "lat", "lon", "map_layer")),
    Group("다른 기관 안내", ("agency_name", "agency_phone", "agency_url")),
    Group("기간과 예시", ("valid_from", "valid_to", "has_sample_facts")),
)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new answer; `?question=` and `?phrasing=` begin it with what citizens asked."""
    user = official_with(request, "add_faq")
    cluster = cluster_in(request, user)
    if request.method == "POST":
        form = NewFaqForm(request.POST, user=user, faq=None)
        if form.is_valid() and (faq := _drafted(request, form, user)) is not None:
            return redirect(page_of("faq", "edit", faq.pk) + (f"?cluster={cluster.pk}" if cluster else ""))
        return _page(request, user, form, None, status=422)
    begun = {
        "phrasings": "\n".join(request.GET.getlist("phrasing")),
        "kind": "referral" if request.GET.get("kind") == "referral" else "answer",
    }
    return _page(request, user, NewFaqForm(initial=begun, user=user, faq=None), None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer; `?version=` fills the form with a past state, which is only kept once it is published again."""
    user = official_with(request, "view_faq")
    faq = get_object_or_404(Faq.objects.select_related("department", "checked_by"), pk=pk)
    if request.method == "POST":
        official_with(request, "change_faq")
        form = FaqForm(request.POST, user=user, faq=faq)
        if form.is_valid() and _kept(request, form, faq, user):
            return redirect(page_of("faq", "edit", faq.pk))
        return _page(request, user, form, faq, status=422)
    content = content_of(faq)
    version = request.GET.get("version", "")
    if version.isdecimal():
        content = content_from(get_object_or_404(faq.revisions, version=int(version)).snapshot)
        messages.info(request, f"{version}판의 내용을 채웠습니다. 확인하고 게시해야 바뀝니다.")
    phrasings = list(faq.phrasings.filter(state=Phrasing.State.APPROVED).order_by("pk").values_list("text", flat=True))
    proposal = getattr(faq, "proposal", None)
    if not version and proposal is not None and proposal.proposed_by_id == user.pk and not proposal.is_retirement:
        content, phrasings = content_from(proposal.snapshot), proposal.phrasings  # she goes on where she was
    begun = {**initial_of(content, phrasings), "seen": faq.version}
    return _page(request, user, FaqForm(initial=begun, user=user, faq=faq), faq)


@require_POST
def effect(request: HttpRequest) -> HttpResponse:
    """The right-hand side for what is in the form now; nothing is kept."""
    user = official_with(request, "view_faq")
    pk = request.POST.get("faq", "")
    faq = Faq.objects.filter(pk=pk).first() if pk.isdecimal() else None
    form = FaqForm(request.POST, user=user, faq=faq)
    cluster = cluster_in(request, user)
    context = _beside(form, faq, cluster) if form.is_valid() else {"incomplete": True}
    return render(request, "admin/chatbot/_effect.html", context)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """그대로 맞음."""
    user = official_with(request, "change_faq")
    faq = get_object_or_404(Faq, pk=pk)
    attempt(
        request,
        lambda: publishing.confirm_faq(faq=faq, by=user, now=clock.now()),
        done="오늘 확인한 것으로 적었습니다.",
    )
    return redirect(page_of("faq", "edit", pk))


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """내리기."""
    user = official_with(request, "change_faq")
    faq = get_object_or_404(Faq, pk=pk)
    reason, seen = request.POST.get("reason", "").strip()[:200], request.POST.get("seen", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
    try:
        is_down = seconding.take_down(faq=faq, seen=version, reason=reason, by=user, now=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        waits = "올렸습니다. 다른 담당자가 확인하면 내려갑니다. 그때까지 시민에게 보입니다."
        messages.success(request, "답변을 내렸습니다. 이제 시민에게 보이지 않습니다." if is_down else waits)
    return redirect(page_of("faq", "edit", pk))


def cluster_in(request: HttpRequest, user: User) -> UnansweredCluster | None:
    """The bundle of unanswered questions this answer is written for, if the page was reached from one."""
    named = request.POST.get("cluster") or request.GET.get("cluster") or ""
    return seen_by(user).filter(pk=int(named)).first() if named.isdecimal() and len(named) < 19 else None


def _drafted(request: HttpRequest, form: NewFaqForm, user: User) -> Faq | None:
    try:
        faq = publishing.draft_faq(
            slug=form.cleaned_data["slug"],
            content=form.content(),
            phrasings=form.cleaned_data["phrasings"],
            by=user,
            now=clock.now(),
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return None
    messages.success(request, "작성 중으로 저장했습니다. 오른쪽에서 확인하고 게시해 주세요.")
    return faq


def _kept(request: HttpRequest, form: FaqForm, faq: Faq, user: User) -> bool:
    is_published = request.POST.get("do") == "publish"
    kept = {"faq": faq, "content": form.content(), "phrasings": form.cleaned_data["phrasings"]}
    stamp = {"seen": form.cleaned_data["seen"], "by": user, "now": clock.now()}
    try:
        if is_published:
            revision = seconding.put_forward(**kept, **stamp, reason=form.cleaned_data["reason"])
            if revision is None:
                messages.success(request, "올렸습니다. 다른 담당자가 번호를 걸어 보고 확인하면 게시됩니다.")
                if request.POST.get("cluster"):
                    messages.info(request, "묶음은 그대로 두었습니다. 게시된 뒤 묶음 화면에서 해결로 옮겨 주세요.")
                return True
        else:
            publishing.save_faq(**kept, **stamp)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    cluster = cluster_in(request, user)
    if is_published and cluster is not None:
        attempt(
            request,
            partial(mining.solve_cluster, cluster=cluster, faq=faq, by=user, now=clock.now()),
            done=f"‘{cluster.label}’ 묶음을 해결로 옮겼습니다.",
        )
    messages.success(request, "게시했습니다. 몇 초 안에 모든 통로에 반영됩니다." if is_published else "저장했습니다.")
    return True


def _page(request: HttpRequest, user: User, form: FaqForm, faq: Faq | None, *, status: int = 200) -> HttpResponse:
    may_write = user.has_perm("chatbot.change_faq") and (faq is None or may_keep(user, faq.department_id))
    context = {
        **site(request),
        "title": faq.question if faq else "새 답변",
        "form": form,
        "faq": faq,
        "front": [form[name] for name in _FRONT],
        "groups": [_group(form, group) for group in GROUPS],
        "may_write": may_write,
        "is_published": faq is not None and faq.status == Faq.Status.PUBLISHED,
        "needs_two": faq is not None and publishing.sends_elsewhere(faq),
        "is_retired": faq is not None and faq.status == Faq.Status.RETIRED,
        "categories": sorted(set(Faq.objects.values_list("category", flat=True))),
        "list_url": page_of("faq", "changelist"),
        "cluster": cluster_in(request, user),
        "picture": (picture := getattr(faq, "picture", None)),
        "proposal": (proposal := getattr(faq, "proposal", None)),
        "proposed": content_from(proposal.snapshot) if proposal else None,
        "changes": _changes(faq, proposal.snapshot) if faq and proposal else [],
        "is_own_proposal": proposal is not None and proposal.proposed_by_id == user.pk,
        "picture_form": PictureForm(initial={"alt": picture.alt} if picture else None),
        **(neighbours(faq) if faq else {}),
        **_first_look(form, faq, cluster_in(request, user)),
    }
    return render(request, "admin/chatbot/editor.html", context, status=status)


def _changes(faq: Faq, proposed: dict[str, Any]) -> list[Line]:
    return lines_between(asdict(content_of(faq)), proposed, department_names())


def _group(form: FaqForm, group: Group) -> dict[str, Any]:
    fields = [form[name] for name in group.names]
    return {"group": group, "fields": fields, "is_open": any(field.errors for field in fields)}


def _first_look(form: FaqForm, faq: Faq | None, cluster: UnansweredCluster | None) -> dict[str, Any]:
    """The card as it stands; what a change does is asked for once something is typed (or by the button)."""
    if form.is_bound and form.is_valid():
        return _beside(form, faq, cluster)
    return look_of(content_of(faq), now=clock.now()) if faq else {"incomplete": True}


def _beside(form: FaqForm, faq: Faq | None, cluster: UnansweredCluster | None) -> dict[str, Any]:
    content, now = form.content(), clock.now()
    key = cluster.pk if cluster else None
    return {
        **look_of(content, now=now),
        "effect": effect_for(content, form.cleaned_data["phrasings"], faq, cluster=key, now=now),
    }
