"""종이 우편: lists that two officials stand for, what the post office says about them, and who got it both ways."""

import tempfile
from datetime import datetime
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import letter_queries, paper, queries, services
from notices.admin.access import address, campaign_for, note_look, page
from notices.forms import ReasonForm
from notices.letter_forms import PostedForm
from notices.models import Campaign, PaperBatch
from notices.workflow import has_only_letters_left
from portal.accounts.looking import user_of
from portal.accounts.queries import official_of
from portal.core import clock
from portal.core.clock import in_korea
from portal.core.errors import Refused

C = Campaign.State
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}
_SHOWN_PROBLEMS = 20


@require_http_methods(["GET", "POST"])
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """Who gets a letter and why, the lists made so far, and what became of the letters."""
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
            messages.success(
                request, f"{batch.number}차 목록에 {batch.row_count:,}명을 실었습니다. 다른 담당자의 확인을 기다립니다."
            )
        return redirect(address("paper", campaign.pk))
    facts = queries.facts_of(campaign)
    batches = campaign.paper_batches.select_related("made_by", "approved_by", "returned_by").order_by("-number")
    return page(
        request,
        "paper",
        campaign,
        step="paper",
        title="종이 우편",
        form=form,
        posted_form=PostedForm(),
        reasons=queries.paper_reasons(campaign),
        total=facts.counts.get("bucket:paper", 0),
        unlisted=facts.counts.get("bucket:paper", 0) - facts.letters,
        batches=[{"batch": one, "is_own": one.made_by_id == user_of(request).pk} for one in batches],
        states=letter_queries.letters_by_state(campaign),
        both_ways=letter_queries.both_ways(campaign).count(),
        came_back=letter_queries.came_back(campaign).count(),
        can_export=has_only_letters_left(campaign) or campaign.state == C.CANCELLED,
        can_close=has_only_letters_left(campaign) and not batches.filter(approved_by=None, returned_by=None).exists(),
        can_post=batches.filter(approved_by__isnull=False).exists() and campaign.state != C.PURGED,
    )


@require_POST
def approve_list(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A second official stands for one list."""
    campaign = campaign_for(request, pk)
    batch = get_object_or_404(PaperBatch, campaign=campaign, number=number)
    try:
        services.approve_paper(batch, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        said = f"{batch.number}차 목록 {batch.row_count:,}명을 확인했습니다. 이제 내려받을 수 있습니다."
        messages.success(request, said)
    return redirect(address("paper", campaign.pk))


@require_POST
def return_list(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A second official sends one list back, saying why."""
    campaign = campaign_for(request, pk)
    batch = get_object_or_404(PaperBatch, campaign=campaign, number=number)
    try:
        services.return_paper(batch, note=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{number}차 목록을 돌려보냈습니다. 실렸던 분들은 다음 목록에 실립니다.")
    return redirect(address("paper", campaign.pk))


@require_POST
def take_posted(request: HttpRequest, pk: int) -> HttpResponse:
    """What the post office says became of the letters."""
    campaign = campaign_for(request, pk)
    try:
        messages.success(request, _take_file(request, campaign, clock.now()))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("paper", campaign.pk))


def _take_file(request: HttpRequest, campaign: Campaign, now: datetime) -> str:
    form = PostedForm(request.POST, request.FILES)
    if not form.is_valid():
        raise services.PostingRefused("엑셀이나 CSV 파일을 골라 주세요.")
    take = services.mark_came_back if form.cleaned_data["what"] == "came_back" else services.mark_posted
    upload = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(prefix="posted-") as folder:
        file = Path(folder) / f"posted{Path(upload.name).suffix[:6]}"
        with file.open("wb") as out:
            out.writelines(upload.chunks())
        done = take(campaign, file=file, by=user_of(request), now=now)
    for row, sentence in done.problems[:_SHOWN_PROBLEMS]:
        messages.warning(request, f"{row}행: {sentence}")
    if len(done.problems) > _SHOWN_PROBLEMS:
        messages.warning(request, f"그 밖에 문제가 있는 행이 {len(done.problems) - _SHOWN_PROBLEMS:,}개 더 있습니다.")
    return f"{done.taken_count:,}통을 반영했습니다. 이미 반영된 것 {done.known_count:,}통."


@require_GET
def list_file(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """One list as it was made, byte for byte; every download is written down."""
    campaign = campaign_for(request, pk)
    batch = get_object_or_404(PaperBatch, campaign=campaign, number=number)
    if kind not in _TYPES:
        raise Http404
    try:
        content = services.open_paper(batch, kind=kind, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("paper", campaign.pk))
    ids = list(batch.items.values_list("recipient_id", flat=True))
    note_look(request, campaign, ids, action="download", reason=batch.reason)
    return file_response(content, f"{campaign.number}-{number}", kind)


@require_POST
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """공시송달 candidates: the people whose letters came back, as a list with its reason."""
    campaign = campaign_for(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "목록을 내려받는 사유를 적어 주세요.")
        return redirect(address("paper", campaign.pk))
    items = list(letter_queries.came_back(campaign))
    official = official_of(user_of(request))
    taken_at = in_korea(clock.now()).strftime("%Y-%m-%d %H:%M")
    watermark = f"{official.display_name if official else ''} · {taken_at} · {form.cleaned_data['reason']}"
    content = paper.as_xlsx(
        [letter_queries.letter_of(item) for item in items],
        title=f"{campaign.number} {campaign.title} 공시송달 후보",
        watermark=watermark,
    )
    people = [item.recipient_id for item in items]
    note_look(request, campaign, people, action="download", reason=form.cleaned_data["reason"])
    return file_response(content, f"{campaign.number}-candidates", "xlsx")


def file_response(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file for this official alone: never cached."""
    response = HttpResponse(content, content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
