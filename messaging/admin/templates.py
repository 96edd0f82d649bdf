"""메시지 서식: written, looked at as the recipient will see it, reviewed, compared."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from messaging import reviewing, services, template_queries
from messaging.admin.access import note_look, page
from messaging.admin.outbox import chip
from messaging.admin.writing import WritingForm
from messaging.measuring import Look, look_of, side_by_side
from messaging.models import Purpose, ReviewState, Template, TemplateVersion
from messaging.permissions import may_decide
from messaging.pricing import Tariff, tariff_on
from messaging.services.writing import writing_of
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import Refused

TONES = {
    ReviewState.APPROVED: "good",
    ReviewState.REJECTED: "bad",
    ReviewState.BLOCKED: "bad",
    ReviewState.SUBMITTED: "warn",
    ReviewState.DORMANT: "warn",
}
_DONE = {
    "submit": "검수를 청했습니다.",
    "withdraw": "검수를 거두었습니다.",
    "approve": "승인했습니다. 이제 보낼 수 있습니다.",
    "reject": "반려했습니다.",
}


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    """메시지 서식: a version is never edited; a change is a new version that is reviewed again."""

    list_display = ("code", "title", "purpose", "state", "number")
    search_fields = ("code",)
    ordering = ("code",)
    actions = None
    list_before_template = "messaging/_templates_before.html"

    class Media:
        """The chips."""

        css = {"all": ["css/campaigns.css", "css/wording.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Also the editor."""
        write = self.admin_site.admin_view(self.write_view)
        ours = [
            path("write/", write, name="messaging_template_write_first"),
            path("<int:pk>/write/", write, name="messaging_template_write"),
        ]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        """With the newest version of each."""
        newest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
        columns = {
            f"newest_{name}": Subquery(newest.values(name)[:1])
            for name in ("title", "purpose", "review_state", "number")
        }
        rows: QuerySet[Template] = super().get_queryset(request)
        found: QuerySet[Template] = rows.annotate(**columns)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With what the carriers took out of use, and what waits for a second official."""
        extra = {
            "stopped": template_queries.wordings_stopped(),
            "waiting": template_queries.wordings_waiting(),
            "may_write": may_write(request),
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **extra})
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every version, newest first, beside the one before it. POST moves one along its review."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = get_object_or_404(Template, pk=object_id)
        if request.method == "POST":
            return _move(request, template)
        return page(
            request,
            "template",
            title=template.code,
            template=template,
            versions=_versions(template),
            reviewers=reviewing.reviewing_carriers(),
            may_write=may_write(request),
            may_decide=may_decide(user_of(request)),
        )

    def write_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The editor: a look at any time, then a new draft."""
        if not may_write(request):
            raise PermissionDenied
        template = get_object_or_404(Template, pk=pk) if pk else Template()
        latest = template.versions.order_by("-number").first() if pk else None
        form = WritingForm(request.POST or None, template=template, latest=latest)
        if request.method != "POST":
            return _editor(request, form, latest, look=_look(latest))
        is_in_order = form.is_valid()
        look = look_of(form.writing(), _tariff())
        if "fragment" in request.POST:
            return render(request, "messaging/_look.html", {"look": look, "faults": _faults(form)})
        if "preview" in request.POST or not is_in_order:
            return _editor(request, form, latest, look=look)
        return self._keep(request, form, latest, look)

    def _keep(
        self, request: HttpRequest, form: WritingForm, latest: TemplateVersion | None, look: Look
    ) -> HttpResponse:
        by, now = user_of(request), clock.now()
        try:
            if latest is None:
                code = f"offices.{form.cleaned_data['code']}"
                made = services.write_template(code=code, writing=form.writing(), by=by, now=now)
            else:
                made = services.write_version(template=form.template, writing=form.writing(), by=by, now=now)
        except Refused as refused:
            field = getattr(refused, "field", None)
            form.add_error(field if field in form.fields else None, refused.sentence)
            return _editor(request, form, latest, look=look)
        note_look(request, "templateversion", [made.pk], action="add", reason=str(made))
        messages.success(request, f"{made.number}판을 저장했습니다. 미리보기를 확인하고 검수를 청해 주세요.")
        return redirect("admin:messaging_template_change", made.template_id)

    @admin.display(description="제목")
    def title(self, template: Any) -> str:
        """Of the newest version."""
        return str(template.newest_title or "")

    @admin.display(description="목적")
    def purpose(self, template: Any) -> str:
        """In words."""
        return dict(Purpose.choices).get(template.newest_purpose, "")

    @admin.display(description="검수")
    def state(self, template: Any) -> SafeString | str:
        """In colour."""
        state = template.newest_review_state
        return chip(ReviewState(state).label, TONES.get(state, "")) if state else ""

    @admin.display(description="판")
    def number(self, template: Any) -> int:
        """Of the newest version."""
        return int(template.newest_number or 0)


def may_write(request: HttpRequest) -> bool:
    """Whether the official may write wordings and ask for their review."""
    return user_of(request).has_perm("messaging.add_template")


def _move(request: HttpRequest, template: Template) -> HttpResponse:
    version = get_object_or_404(template.versions, pk=request.POST.get("version", "0"))
    act = request.POST.get("act", "")
    by, now, comments = user_of(request), clock.now(), request.POST.get("comments", "")[:2000]
    if act not in _DONE or (act in ("submit", "withdraw") and not may_write(request)):
        raise PermissionDenied
    acts: dict[str, Callable[[], None]] = {
        "submit": lambda: services.submit_version(version=version, by=by, now=now),
        "withdraw": lambda: services.withdraw_version(version=version, now=now),
        "approve": lambda: services.decide_version(version=version, approves=True, comments=comments, by=by, now=now),
        "reject": lambda: services.decide_version(version=version, approves=False, comments=comments, by=by, now=now),
    }
    try:
        acts[act]()
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        note_look(request, "templateversion", [version.pk], action=act, reason=str(version))
        messages.success(request, _DONE[act])
    return redirect("admin:messaging_template_change", template.pk)


def _versions(template: Template) -> list[dict[str, Any]]:
    rows = list(template.versions.select_related("template", "written_by").order_by("-number"))
    reviews = template_queries.reviews_of(rows)
    tariff = _tariff()
    shown = []
    for place, version in enumerate(rows):
        older = rows[place + 1] if place + 1 < len(rows) else None
        own = reviews[version.pk]
        shown.append(
            {
                "version": version,
                "tone": TONES.get(ReviewState(version.review_state), ""),
                "look": look_of(writing_of(version), tariff),
                "older": older,
                "lines": side_by_side(_whole(older), _whole(version)) if older else [],
                "reviews": [{"review": one, "tone": TONES.get(ReviewState(one.state), "")} for one in own],
                "awaits_official": any(one.carrier == "" and one.state == ReviewState.SUBMITTED for one in own),
            }
        )
    return shown


def _whole(version: TemplateVersion) -> str:
    """Everything a version says, for the comparison."""
    buttons = [f"[{row['label']}] {row['url']}" for row in version.buttons]
    fallback = ["", "문자로 갈 때", version.fallback_body] if version.fallback_body else []
    head = f"{version.title} · {version.get_purpose_display()} · {version.get_route_display()}"
    return "\n".join([head, "", version.body, *fallback, *buttons])


def _editor(
    request: HttpRequest, form: WritingForm, latest: TemplateVersion | None, *, look: Look | None
) -> HttpResponse:
    title = f"{latest.template.code} 새 판" if latest else "새 서식"
    return page(request, "template_write", title=title, form=form, latest=latest, look=look)


def _faults(form: WritingForm) -> list[str]:
    return [str(sentence) for field, told in form.errors.items() if field != "code" for sentence in told]


def _look(latest: TemplateVersion | None) -> Look | None:
    return look_of(writing_of(latest), _tariff()) if latest else None


def _tariff() -> Tariff:
    return tariff_on(clock.day_in_korea(clock.now()))
