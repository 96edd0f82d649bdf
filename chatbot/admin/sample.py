"""표본 확인: ten questions at a time, judged without knowing how the citizen went on. A hundred take ten minutes."""

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import SampledTurn
from chatbot.services import sampling
from portal.accounts.looking import note_look
from portal.core import clock

AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One question and what the citizen was shown: neither thumbs nor taps."""

    sample: SampledTurn
    text: str
    answer: str
    choices: list[str]
    is_lost: bool


@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest) -> HttpResponse:
    """The next ten of last week's sample."""
    user = official_with(request, "change_sampledturn")
    now = clock.now()
    week_on = sampling.week_before(now)
    if request.method == "POST":
        for name, verdict in request.POST.items():
            if name.startswith("verdict-") and name[8:].isdecimal():
                one = get_object_or_404(SampledTurn, pk=int(name[8:]), week_on=week_on)
                attempt(request, partial(sampling.judge_sample, sample=one, verdict=str(verdict), by=user, now=now))
        return redirect(page_of("hourcount", "sample"))
    total = sampling.draw_sample(week_on=week_on)
    waiting = SampledTurn.objects.filter(week_on=week_on, verdict="", turn__isnull=False)
    rows = waiting.select_related("turn__faq").prefetch_related("turn__candidates__faq").order_by("pk")[:AT_ONCE]
    shown = [_shown(one) for one in rows]
    context = {
        **site(request),
        "title": "지난주 표본 확인",
        "week_on": week_on,
        "shown": shown,
        "total": total,
        "done": total - waiting.count(),
        "verdicts": SampledTurn.Verdict.choices,
        "figures_url": page_of("hourcount", "changelist"),
    }
    note_look(request, "chatbot.turn", [one.sample.turn_id for one in shown if one.sample.turn_id], action="list")
    return render(request, "admin/chatbot/sample.html", context)


def _shown(sample: SampledTurn) -> Shown:
    turn = sample.turn
    if turn is None:
        raise LookupError("only samples whose turn is there are shown")
    candidates = sorted(turn.candidates.all(), key=lambda one: one.rank)
    choices = [one.faq.question for one in candidates] if turn.decision == turn.Decision.CHIPS else []
    return Shown(
        sample, turn.text_masked, turn.faq.question if turn.faq else "", choices, turn.decision == turn.Decision.EXITS
    )
