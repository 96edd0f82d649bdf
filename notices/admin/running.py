"""Pages while people are asked and pictures are sent: tally, lists behind its numbers, unclear replies, letters."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from messaging.queries import pause_of
from notices import balancing, costs, queries, services, tabulation
from notices.admin.access import address, campaign_for, home_of, note_look, page, user_of
from notices.forms import ReasonForm
from notices.models import Answer, Campaign, PaperBatch, Recipient
from notices.workflow import reason_label
from portal.core import clock
from portal.core.errors import Refused
from portal.core.live import live
from portal.core.privacy import mask_birth, mask_name, mask_phone

C = Campaign.State
PER_PAGE = 100
_SHOWN = (
    ("명부", ("all", "excluded", "defective", "no_mobile", "minor")),
    ("동의 요청", ("addressable", "asked", "ask_delivered", "ask_undelivered", "replied")),
    ("회신", ("verified", "declined", "triage", "agreed", "identity_mismatch", "waiting", "silent")),
    ("통지서", ("queued", "sent", "delivered", "undelivered", "unresolved", "revoked")),
    ("귀결", ("electronic", "paper", "cancelled")),
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
            for label, names in _SHOWN
        ],
        "identities": balancing.identities(facts),
        "triage_count": facts.counts.get("triage", 0),
        "stream_pause": pause_of(campaign.stream),
        "spent": costs.spent(campaign),
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
        is_drafter=campaign.created_by_id == user_of(request).pk,
        is_running=campaign.state in (C.ASKING, C.ASKED, C.SENDING, C.FOLLOWING),
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
    response = render(request, "admin/notices/_tally.html", _tally(campaign))
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
    rows = [
        {
            "recipient": one,
            "name": mask_name(one.name),
            "birth": mask_birth(one.birth) if one.birth else "",
            "phone": mask_phone(one.phone) if one.phone else "",
            "state": Recipient.State(one.state).label,
            "reason": reason_label(one.reason) if one.reason else "",
            "url": address("person", campaign.pk, one.pk),
        }
        for one in shown
    ]
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
send_notices = _acting(
    lambda request, campaign: services.send_notices(
        campaign, manifest=request.POST.get("manifest", ""), by=user_of(request), now=clock.now()
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


@require_http_methods(["GET", "POST"])
def triage(request: HttpRequest, pk: int) -> HttpResponse:
    """불명확 회신: one reply per screen, three buttons."""
    campaign = campaign_for(request, pk)
    if request.method == "POST":
        asked = get_object_or_404(Answer, pk=request.POST.get("answer", "0"), recipient__campaign=campaign)
        try:
            services.decide_answer(asked, meaning=request.POST.get("meaning", ""), by=user_of(request), now=clock.now())
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
        count=waiting.count(),
        name=mask_name(answer.recipient.name) if answer else "",
        phone=mask_phone(answer.recipient.phone) if answer else "",
        earlier=queries.earlier_answers(answer) if answer else [],
        question=campaign.questions.get(position=1).text,
    )


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """종이 우편: who gets a letter and why, and the lists made so far."""
    campaign = campaign_for(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = services.export_paper(
                campaign, reason=form.cleaned_data["reason"], by=user_of(request), now=clock.now()
            )
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, f"{batch.number}차 목록에 {batch.row_count:,}명을 실었습니다.")
        return redirect(address("paper", campaign.pk))
    facts = queries.facts_of(campaign)
    return page(
        request,
        "paper",
        campaign,
        step="paper",
        title="종이 우편",
        form=form,
        reasons=queries.paper_reasons(campaign),
        total=facts.counts.get("bucket:paper", 0),
        unlisted=facts.counts.get("bucket:paper", 0) - facts.letters,
        batches=campaign.paper_batches.select_related("made_by").order_by("-number"),
        can_export=campaign.state in (C.FOLLOWING, C.CANCELLED),
        can_close=campaign.state == C.FOLLOWING,
    )


@require_GET
def paper_file(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """One list as it was made, byte for byte; every download is written down."""
    campaign = campaign_for(request, pk)
    batch = get_object_or_404(PaperBatch, campaign=campaign, number=number)
    if kind not in ("xlsx", "csv"):
        raise Http404
    content = services.open_paper(batch, kind=kind, now=clock.now())
    ids = list(batch.items.values_list("recipient_id", flat=True))
    note_look(request, campaign, ids, action="download", reason=batch.reason)
    types = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
    response = HttpResponse(content, content_type=types[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.number}-{number}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
