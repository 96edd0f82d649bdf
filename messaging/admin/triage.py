"""회신 분류: unclear replies, newest first, each decided with one key and by whom."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from messaging import conversations, services, topics
from messaging.admin.access import OfOffice, note_look, page, row_or_404
from messaging.admin.inbox import LABELS, read_as, reasons_for
from messaging.admin.outbox import BigTableAdmin
from messaging.models import Message, Reply, TriageDecision
from messaging.understanding import Question
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.live import live
from portal.core.privacy import mask_phone

Verdict = TriageDecision.Verdict
KEYS = (("1", Verdict.CONSENT), ("2", Verdict.REFUSE), ("3", Verdict.UNRELATED), ("0", Verdict.OPT_OUT))


def pieces(text: str, spans: Sequence[Sequence[int]]) -> list[tuple[str, bool]]:
    """A text cut along the places a reading rests on: (piece, whether it is one of them)."""
    marked: set[int] = set()
    for start, end in spans:
        marked.update(range(max(0, start), min(end, len(text))))
    found: list[tuple[str, bool]] = []
    for place, character in enumerate(text):
        is_marked = place in marked
        if found and found[-1][1] == is_marked:
            found[-1] = (found[-1][0] + character, is_marked)
        else:
            found.append((character, is_marked))
    return found


class _Questions:
    """What messages asked; the same matter is looked up once a page."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Question | None] = {}

    def of(self, message: Message) -> Question | None:
        key = (message.topic, message.reference or message.key)
        if key not in self._known:
            self._known[key] = topics.question_of(message)
        return self._known[key]


def _case(reply: Reply, questions: _Questions) -> dict[str, Any]:
    question = questions.of(reply.message) if reply.message else None
    options = {option.key: option for option in question.options} if question else {}
    words: dict[str, str] = {option.meaning: option.label for option in options.values()}
    suggested = options[reply.suggested].label if reply.suggested in options else LABELS.get(reply.suggested, ("",))[0]
    return {
        "reply": reply,
        "sender": mask_phone(reply.phone) or "지워진 번호",
        "pieces": pieces(reply.text, reply.spans),
        "read_as": read_as(reply.label),
        "reasons": reasons_for(reply),
        "suggested": suggested,
        "about": topics.describe(reply.message.topic) if reply.message else "",
        "verdicts": [(key, verdict.value, words.get(verdict.value, verdict.label)) for key, verdict in KEYS],
        "decisions": list(reply.decisions.all()),
    }


def _cases(request: HttpRequest) -> dict[str, Any]:
    """One page of what waits; the look at it is written down."""
    if not user_of(request).has_perm("messaging.view_triagedecision"):
        raise PermissionDenied
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    user = user_of(request)
    replies, following = conversations.replies_to_decide(user, before=place, at_most=20)
    questions = _Questions()
    cases = [_case(reply, questions) for reply in replies]
    if replies:
        note_look(request, "reply", [reply.pk for reply in replies], action="list")
    return {"cases": cases, "following": following, "count": conversations.to_decide_count(user)}


@live(tag=lambda request: conversations.triage_tag(user_of(request)))
def live_triage(request: HttpRequest) -> HttpResponseBase:
    """The top of the list, whenever it changed."""
    return page(request, "_cases", title="", **_cases(request))


@admin.register(TriageDecision)
class TriageDecisionAdmin(OfOffice, BigTableAdmin):
    """회신 분류."""

    def get_urls(self) -> list[URLPattern]:
        """Also the live part."""
        ours = [path("live/", self.admin_site.admin_view(live_triage), name="messaging_triagedecision_live")]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What waits, and what was decided lately. POST decides, or takes a decision back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decide(request)
        values = _cases(request)
        return page(
            request,
            "triage",
            title="회신 분류",
            is_live="before" not in request.GET,
            undoable=self._undoable(request),
            decisions=conversations.decisions_so_far(user_of(request)),
            **values,
        )

    def _decide(self, request: HttpRequest) -> HttpResponse:
        by, now = user_of(request), clock.now()
        here = reverse("admin:messaging_triagedecision_changelist")
        try:
            undone = request.POST.get("undo", "")
            if undone:
                decision = row_or_404(self.get_queryset(request), undone)
                services.undo_decision(decision=decision, by=by, now=now)
                messages.success(request, "되돌렸습니다. 회신이 다시 판단을 기다립니다.")
                return redirect(here)
            reply = row_or_404(conversations.replies_of(by), request.POST.get("reply", ""))
            decision = services.decide_reply(reply=reply, verdict=request.POST.get("verdict", ""), by=by, now=now)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(here)
        note_look(request, "reply", [reply.pk], action="decide", reason=decision.get_verdict_display())
        return redirect(f"{here}?decided={decision.pk}")

    def _undoable(self, request: HttpRequest) -> TriageDecision | None:
        """The decision just made, as long as nobody has heard of it."""
        decided = request.GET.get("decided", "")
        if not (decided.isascii() and decided.isdecimal() and len(decided) < 19):
            return None
        mine = TriageDecision.objects.select_related("reply").filter(pk=decided, by=user_of(request))
        return mine.filter(reply__decide_at__gt=clock.now()).exclude(verdict=Verdict.UNDONE).first()
