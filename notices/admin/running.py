"""Pages while people are asked and pictures are sent: tally, lists behind its numbers, unclear replies, letters."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from messaging.queries import pause_of
from messaging.understanding.rules import RULES
from notices import answer_queries, balancing, charts, costs, queries, services, tabulation, wizard
from notices.admin.access import address, campaign_for, home_of, note_look, page
from notices.admin.exclusions import rows_of
from notices.forms import DecisionForm, ReasonForm
from notices.models import Answer, Campaign
from notices.models.answers import LABELS
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.live import live
from portal.core.privacy import mask_name, mask_phone

C = Campaign.State
PER_PAGE = 100
_COUNTED_BY_AREA = (Campaign.Kind.SURVEY, Campaign.Kind.VOTE, Campaign.Kind.RSVP)
_IDENTITY = {"match": ("명부와 같음", "good"), "mismatch": ("명부와 다름", "bad")}
_ASKED_ONLY = (
    ("회신", ("answered", "unanswered", "triage", "agreed", "identity_mismatch", "waiting")),
    ("물음", ("addressable", "asked", "ask_delivered", "ask_undelivered", "replied")),
    ("귀결", ("answered_end", "unanswered_end", "electronic", "paper", "unreached", "cancelled")),
    ("명부", ("all", "excluded", "defective", "no_mobile", "minor")),
)
_SHOWN = (
    ("회신", ("verified", "declined", "triage", "agreed", "identity_mismatch", "waiting", "silent")),
    ("동의 요청", ("addressable", "asked", "ask_delivered", "ask_undelivered", "replied")),
    ("통지서", ("queued", "sent", "delivered", "undelivered", "unresolved", "opened", "unopened", "revoked")),
    ("귀결", ("electronic", "paper", "unreached", "cancelled")),
    ("명부", ("all", "excluded", "defective", "no_mobile", "minor")),
)


def _tally(campaign: Campaign) -> dict[str, Any]:
    facts = queries.facts_of(campaign)
    lines = tabulation.tally(facts.counts)
    return {
        "campaign": campaign,
        "state_label": C(campaign.state).label,
        "groups": [
            {
                "label": label,
                "lines": [
                    {"line": lines[name], "url": address("people", campaign.pk, name), "name": name} for name in names
                ],
            }
            for label, names in (_SHOWN if campaign.has_documents else _ASKED_ONLY)
        ],
        "funnel": charts.funnel(campaign, facts.counts),
        "replies": charts.columns(answer_queries.replies_by_hour(campaign)) if campaign.asks else None,
        "questions": answer_queries.tally_of_questions(campaign) if campaign.asks else [],
        "has_areas": campaign.kind in _COUNTED_BY_AREA and not campaign.is_secret,
        "identities": balancing.identities(facts),
        "next": wizard.next_of(campaign, facts.counts),
        "stream_pause": pause_of(campaign.stream),
    }


@require_GET
def tally(request: HttpRequest, pk: int) -> HttpResponse:
    """집계: every number, each a link to exactly its people, and the sums that must be right."""
    campaign = campaign_for(request, pk)
    values = _tally(campaign)
    return page(
        request,
        "tally",
        campaign,
        step="tally",
        title="집계",
        form=ReasonForm(),
        spent=costs.spent(campaign, queries.counts_of(campaign)),
        is_running=campaign.state in (C.ASKING, C.ASKED, C.SENDING, C.FOLLOWING),
        can_close_asking=campaign.state == C.ASKING,
        history=campaign.changes.select_related("by").order_by("-pk")[:20],
        **{name: value for name, value in values.items() if name not in ("campaign", "state_label")},
    )


def _tally_tag(request: HttpRequest, pk: int) -> str:
    return queries.live_tag(campaign_for(request, pk).pk)


@require_GET
@live(tag=_tally_tag)
def live_tally(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page above."""
    campaign = campaign_for(request, pk)
    response = render(request, "admin/notices/_live.html", _tally(campaign))
    if campaign.state == C.CLOSED:
        response.headers["X-Live"] = "stop"
    return response


@require_GET
def people(request: HttpRequest, pk: int, line: str) -> HttpResponse:
    """The people behind one number, masked."""
    campaign = campaign_for(request, pk)
    if line not in {name for name, _, _ in tabulation.LINES}:
        raise Http404
    found = Paginator(queries.people_behind(campaign, line), PER_PAGE).get_page(request.GET.get("p"))
    shown = list(found)
    rows = rows_of(campaign, shown)
    note_look(request, campaign, shown)
    label = {name: label for name, label, _ in tabulation.LINES}[line]
    return page(request, "people", campaign, step="tally", title=label, rows=rows, people=found)


def _acting(action: Callable[[HttpRequest, Campaign], None]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A POST that calls one service and goes back to the campaign's page, with the refusal in words if there is one."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        campaign = campaign_for(request, pk)
        try:
            action(request, campaign)
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect(home_of(campaign))

    return view


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()


close_asking = _acting(
    lambda request, campaign: services.close_asking(
        campaign, by=user_of(request), now=clock.now(), reason=_reason(request)
    )
)
pause = _acting(
    lambda request, campaign: services.pause(campaign, reason=_reason(request), by=user_of(request), now=clock.now())
)
resume = _acting(lambda request, campaign: services.resume(campaign, by=user_of(request), now=clock.now()))
cancel = _acting(
    lambda request, campaign: services.cancel(campaign, reason=_reason(request), by=user_of(request), now=clock.now())
)
close = _acting(lambda request, campaign: services.close(campaign, by=user_of(request), now=clock.now()))


def _suggested(answer: Answer) -> str:
    digit = int(answer.suggested) if answer.suggested.isdecimal() else 0
    option = answer.question.options.filter(digit=digit).first()
    return option.label if option else LABELS.get(answer.suggested, answer.suggested)


@require_http_methods(["GET", "POST"])
def triage(request: HttpRequest, pk: int) -> HttpResponse:
    """불명확 회신: one reply per screen, three buttons."""
    campaign = campaign_for(request, pk)
    if request.method == "POST":
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Http404
        asked = get_object_or_404(Answer, pk=form.cleaned_data["answer"], recipient__campaign=campaign)
        try:
            services.decide_answer(asked, **form.decision(), by=user_of(request), now=clock.now())
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect(address("triage", campaign.pk))
    waiting = queries.answers_to_decide(campaign)
    answer = waiting.first()
    if answer is not None:
        note_look(request, campaign, [answer.recipient_id])
    return page(
        request,
        "triage",
        campaign,
        step="tally",
        title="불명확 회신",
        answer=answer,
        label=LABELS.get(answer.label, answer.label) if answer else "",
        rule=RULES.get(answer.rule, answer.rule) if answer else "",
        suggested=_suggested(answer) if answer else "",
        choices=answer_queries.choices_for(answer) if answer else [],
        identity=_IDENTITY.get(answer.identity, ("없음", "warn"))[0] if answer else "",
        identity_tone=_IDENTITY.get(answer.identity, ("없음", "warn"))[1] if answer else "",
        count=waiting.count(),
        name=mask_name(answer.recipient.name) if answer else "",
        phone=mask_phone(answer.recipient.phone) if answer else "",
        earlier=queries.earlier_answers(answer) if answer and campaign.kind != Campaign.Kind.VOTE else [],
        question=answer.question.text if answer else "",
    )
