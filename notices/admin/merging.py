"""통지서 만들기: the words once, a look at anybody's letter, and the button that makes all of them."""

from pathlib import Path

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import queries, troubles
from notices.admin.access import address, campaign_for, home_of, note_look, page
from notices.letterforms import LetterForm
from notices.models import Campaign, MergeLetter, Recipient
from notices.services import merging
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.privacy import mask_name

_NEIGHBOURS = 8


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """통지서 문구: what everybody's notice says, and how it looks for one of them."""
    campaign = campaign_for(request, pk)
    kept = MergeLetter.objects.filter(campaign=campaign).first()
    form = LetterForm(request.POST or None, request.FILES or None, initial=LetterForm.of(kept))
    if request.method == "POST" and form.is_valid() and _write(request, campaign, form):
        return redirect(address("letter", campaign.pk))
    people = merging.receivers(campaign)
    return page(
        request,
        "letter",
        campaign,
        step="files",
        title="통지서 만들기",
        form=form,
        kept=kept,
        titles=[f"#{{{title}}}" for title in merging.titles_of(campaign)],
        roster=queries.roster_of(campaign),
        people_count=people.count(),
        people=[_shown(one) for one in _some(campaign, request.GET.get("row", ""))],
        problem_count=troubles.problems_of(campaign, code=merging.PROBLEM).count(),
        problem_code=merging.PROBLEM,
        document=queries.current_document(campaign),
    )


def _some(campaign: Campaign, row: str) -> list[Recipient]:
    people = merging.receivers(campaign)
    return list(people.filter(row__gte=int(row) if row.isdigit() else 0)[:_NEIGHBOURS])


def _shown(recipient: Recipient) -> dict[str, object]:
    return {"pk": recipient.pk, "row": recipient.row, "key": recipient.key, "name": mask_name(recipient.name)}


def _write(request: HttpRequest, campaign: Campaign, form: LetterForm) -> bool:
    upload: TemporaryUploadedFile | None = form.cleaned_data["seal"]
    try:
        merging.write_letter(
            campaign,
            letter=form.letter(),
            seal=Path(upload.temporary_file_path()) if upload else None,
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    messages.success(request, "문구를 저장했습니다. 아래에서 몇 사람의 통지서를 미리 보고 만드세요.")
    return True


@require_GET
def preview(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """How somebody's letter looks, or why it cannot be made; each look is written down."""
    campaign = campaign_for(request, pk)
    recipient = get_object_or_404(Recipient.objects.select_related("campaign"), pk=recipient_pk, campaign=campaign)
    try:
        picture, problem = merging.preview_letter(recipient, now=clock.now())
    except Refused as refused:
        picture, problem = b"", refused.sentence
    note_look(request, campaign, [recipient], action="view_page")
    if picture and "picture" in request.GET:
        response = HttpResponse(picture, content_type="image/png")
        response.headers["Cache-Control"] = "private, no-store"
        return response
    return page(
        request,
        "letter_preview",
        campaign,
        step="files",
        title=f"{recipient.row}행 미리 보기",
        recipient=recipient,
        has_picture=bool(picture),
        problem=problem,
        people=[_shown(one) for one in _some(campaign, str(recipient.row + 1))],
    )


@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """모두 만들기."""
    campaign = campaign_for(request, pk)
    try:
        merging.make_letters(campaign, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("letter", campaign.pk))
    return redirect(home_of(campaign))
