"""정산: everything that must add up, what it cost and will cost, the reports, and the certificate of destruction."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from notices import balancing, charts, costs, forecasting, queries
from notices.admin.access import address, campaign_for, note_look, page
from notices.admin.letters import file_response
from notices.balance_queries import all_facts_of
from notices.forms import ReasonForm
from notices.models import Destruction, Recipient, Report
from notices.services.reporting import approve_report, make_report, open_report, return_report
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.clock import day_in_korea
from portal.core.errors import Refused


@require_GET
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    """The sums with money and pictures, the costs by wave, the reports so far."""
    campaign = campaign_for(request, pk)
    counts = queries.counts_of(campaign)
    user, spent = user_of(request), costs.spent(campaign, counts)
    reports = Report.objects.filter(campaign=campaign).select_related("made_by", "approved_by", "returned_by")
    return page(
        request,
        "balance",
        campaign,
        step="balance",
        title="정산",
        form=ReasonForm(),
        identities=balancing.identities(all_facts_of(campaign)),
        spent=spent,
        money=charts.money(campaign, counts, text_won=spent.won),
        waves=costs.spent_by_wave(campaign),
        ahead=forecasting.ahead(campaign, counts, day=day_in_korea(clock.now())),
        reports=[{"report": one, "is_own": one.made_by_id == user.pk} for one in reports.order_by("-number")],
        destruction=Destruction.objects.filter(campaign=campaign).first(),
    )


@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a report; the reason is kept with it."""
    campaign = campaign_for(request, pk)
    form = ReasonForm(request.POST)
    try:
        made = make_report(
            campaign,
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
            is_masked="unmasked" not in request.POST,
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{made.number}차 보고 {made.row_count:,}행을 만들었습니다.")
    return redirect(address("balance", campaign.pk))


@require_POST
def report_approve(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A second official stands for a report."""
    campaign = campaign_for(request, pk)
    found = get_object_or_404(Report, campaign=campaign, number=number)
    try:
        approve_report(found, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("balance", campaign.pk))


@require_POST
def report_return(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A second official sends a report back, saying why."""
    campaign = campaign_for(request, pk)
    found = get_object_or_404(Report, campaign=campaign, number=number)
    try:
        return_report(found, note=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{number}차 보고를 돌려보냈습니다. 아무도 내려받을 수 없습니다.")
    return redirect(address("balance", campaign.pk))


@require_GET
def report_file(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """One report as it was made; every download is written down."""
    campaign = campaign_for(request, pk)
    found = get_object_or_404(Report, campaign=campaign, number=number)
    if kind not in ("xlsx", "csv"):
        raise Http404
    try:
        content = open_report(found, kind=kind, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("balance", campaign.pk))
    people = Recipient.objects.filter(campaign=campaign).values_list("pk", flat=True)
    note_look(request, campaign, list(people), action="download", reason=found.reason)
    return file_response(content, f"{campaign.number}-report-{number}", kind)
