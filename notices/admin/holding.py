"""보류와 표본: one notice per screen, its pages beside the row of the roster, decided with a key."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import checking_queries, queries, services
from notices.admin.access import address, campaign_for, note_look, page
from notices.forms import ReasonForm
from notices.models import Campaign, Notice, Recipient, Sample, SampleVerdict, VerdictWithdrawal
from notices.proof import rule_of_three
from notices.services import releasing, sampling
from portal.accounts.looking import user_of
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Refused

SHOWN_PEOPLE = 20


@require_GET
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """The first held notice, or that there is none."""
    campaign = campaign_for(request, pk)
    waiting = checking_queries.held_first_pages(campaign)
    if not waiting:
        messages.success(request, "보류된 통지서가 없습니다.")
        return redirect(address("review", campaign.pk))
    return redirect(address("held_notice", campaign.pk, waiting[0][1]))


@require_GET
def held_notice(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """보류 한 건: why, the differences, and what can be done."""
    campaign = campaign_for(request, pk)
    notice = _notice(campaign, notice_pk)
    place = checking_queries.place_of(notice, campaign)
    is_checking = campaign.state == Campaign.State.CHECKING
    values = {
        "notice": notice,
        "recipient": notice.recipient,
        "place": place,
        "before_url": address("held_notice", campaign.pk, place.before) if place.before else "",
        "after_url": address("held_notice", campaign.pk, place.after) if place.after else "",
        "doubts": checking_queries.doubts_of(notice),
        "witnesses": checking_queries.witnesses_of(notice),
        "obstacles": releasing.obstacles_of_row(notice) if notice.state == Notice.State.HELD else [],
        "is_releasable": not releasing.obstacles(notice),
        "is_released": notice.state == Notice.State.RELEASED,
        "can_sign": is_checking and notice.state == Notice.State.HELD,
        "has_signed": notice.released_by_id == user_of(request).pk,
        "can_hold_again": is_checking and notice.released_by_id is not None,
        "form": ReasonForm(),
    }
    note_look(request, campaign, [notice.recipient], action="view_held")
    return page(request, "held", campaign, step="review", title="보류", **values)


@require_POST
def release(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """보류 풀기: the first or the second signature."""
    campaign = campaign_for(request, pk)
    notice = _notice(campaign, notice_pk)
    place = checking_queries.place_of(notice, campaign)
    try:
        signed = services.release_notice(
            notice, note=request.POST.get("reason", ""), by=user_of(request), now=clock.now()
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("held_notice", campaign.pk, notice.pk))
    half = "서명했습니다. 다른 담당자가 한 번 더 확인해야 합니다."
    messages.success(request, "보류를 풀었습니다." if signed.state == Notice.State.RELEASED else half)
    return redirect(address("held_notice", campaign.pk, place.after or notice.pk))


@require_POST
def hold_again(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """서명 거두기."""
    campaign = campaign_for(request, pk)
    notice = _notice(campaign, notice_pk)
    try:
        services.hold_again(notice, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("held_notice", campaign.pk, notice.pk))


@require_http_methods(["GET", "POST"])
def stray(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A page that does not say whose it is, beside the people who have none."""
    campaign = campaign_for(request, pk)
    claim = checking_queries.stray_page(campaign, number)
    if claim is None:
        raise Http404
    if request.method == "POST":
        recipient = get_object_or_404(Recipient, campaign=campaign, key=request.POST.get("key", "").strip())
        try:
            notice = services.name_owner(claim, recipient, by=user_of(request), now=clock.now())
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(address("stray", campaign.pk, number))
        return redirect(address("held_notice", campaign.pk, notice.pk))
    people = list(checking_queries.people_without_notice(campaign)[:SHOWN_PEOPLE])
    note_look(request, campaign, people, action="view_stray_page")
    return page(request, "stray", campaign, step="review", title=f"주인 없는 {number}쪽", number=number, people=people)


@require_http_methods(["GET", "POST"])
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """표본 확인: one group per screen, 1 for right, 2 for wrong."""
    campaign = campaign_for(request, pk)
    document = queries.current_document(campaign)
    drawn = checking_queries.sample_of(document) if document else None
    if request.method == "POST":
        return _decide(request, campaign, drawn)
    left = sampling.unseen(drawn) if drawn else []
    notice = checking_queries.group_of(drawn, left[0]) if drawn and left else None
    values: dict[str, Any] = {
        "sample": drawn,
        "notice": notice,
        "recipient": notice.recipient if notice else None,
        "witnesses": checking_queries.witnesses_of(notice) if notice else [],
        "seen_count": len(drawn.first_pages) - len(left) if drawn else 0,
        "all_count": len(drawn.first_pages) if drawn else 0,
        "words": rule_of_three(drawn.random_count) if drawn else "",
        **_wrong_ones(drawn, user_of(request)),
        "form": ReasonForm(),
        "is_reading": campaign.state == Campaign.State.READING,
        "can_draw": campaign.state == Campaign.State.CHECKING,
    }
    if notice:
        note_look(request, campaign, [notice.recipient], action="view_sample")
    return page(request, "sample", campaign, step="review", title="표본 확인", **values)


def _wrong_ones(drawn: Sample | None, user: User) -> dict[str, Any]:
    """What was found wrong and still counts, and what a second official has taken back."""
    if drawn is None:
        return {"wrong": [], "withdrawn": []}
    standing = drawn.verdicts.filter(is_right=False, withdrawal=None).select_related("by__official").order_by("pk")
    withdrawn = VerdictWithdrawal.objects.filter(verdict__sample=drawn).select_related("by__official", "verdict")
    return {
        "wrong": [{"verdict": one, "is_own": one.by_id == user.pk} for one in standing],
        "withdrawn": withdrawn.order_by("pk"),
    }


def _decide(request: HttpRequest, campaign: Campaign, drawn: Sample | None) -> HttpResponse:
    by, now = user_of(request), clock.now()
    first_page = request.POST.get("first_page", "")
    try:
        if drawn is None or not first_page.isdecimal():
            services.draw_sample(campaign, by=by, now=now)
        else:
            services.judge_group(
                drawn,
                first_page=int(first_page),
                is_right=request.POST.get("verdict") == "right",
                note=request.POST.get("reason", ""),
                by=by,
                now=now,
            )
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("sample", campaign.pk))


@require_POST
def withdraw(request: HttpRequest, pk: int, verdict_pk: int) -> HttpResponse:
    """판정 거두기: a second official says that a group was not wrong; everything is proved anew."""
    campaign = campaign_for(request, pk)
    verdict = get_object_or_404(SampleVerdict, pk=verdict_pk, sample__campaign=campaign)
    try:
        services.withdraw_verdict(verdict, note=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("sample", campaign.pk))
    messages.success(request, "판정을 거두었습니다. 모든 쪽을 다시 확인한 뒤에 표본을 한 번 더 봐 주세요.")
    return redirect(address("progress", campaign.pk))


@require_POST
def allow_fonts(request: HttpRequest, pk: int) -> HttpResponse:
    """글꼴 없는 파일 허용: by a named approver who has seen pages."""
    campaign = campaign_for(request, pk)
    document = queries.latest_document(campaign)
    if document is None:
        raise Http404
    try:
        services.allow_fonts(document, reason=request.POST.get("reason", ""), by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(address("files", campaign.pk))


def _notice(campaign: Campaign, notice_pk: int) -> Notice:
    found = Notice.objects.select_related("recipient__campaign", "document", "released_by", "second_released_by")
    return get_object_or_404(found, pk=notice_pk, recipient__campaign=campaign)
