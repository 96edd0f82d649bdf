"""점검·결재: the dry run, the test on an official's own phone, the proposal, and the button that starts it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from notices import services
from notices.admin.access import address, campaign_for, home_of, note_look, official, page
from notices.forms import OwnPhoneForm, ProposalForm, TestResultForm, TestSendForm
from notices.models import Campaign, DryRun, Recipient, TestSend
from notices.services.manifests import manifest_of, phase_of
from portal.accounts.looking import user_of
from portal.accounts.models import Official
from portal.accounts.services import register_phone
from portal.approvals import queries as approvals
from portal.core import clock
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

C = Campaign.State
SUBJECT = "notices.campaign"
_TO_PROPOSE = (C.READY, C.ASKED)
_AWAITING = (C.APPROVING, C.CONFIRMING)


@require_GET
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still missing before the approval, how far it has come, and what may be started."""
    campaign, me = campaign_for(request, pk), official(request)
    is_open = campaign.state in _TO_PROPOSE
    manifest = manifest_of(campaign) if is_open else campaign.manifest_sha256
    tried = services.dry_run_of(campaign, manifest)
    test = services.good_test_of(campaign) if is_open else None
    standing = None if is_open else approvals.standing(SUBJECT, campaign.number)
    return page(
        request,
        "approval",
        campaign,
        step="approval",
        title="점검·결재",
        phase=phase_of(campaign).label,
        is_open=is_open,
        tried=tried,
        latest=DryRun.objects.filter(campaign=campaign).order_by("-pk").first(),
        shown=_shown(campaign, tried) if tried else [],
        test=test,
        my_test=_test_to_confirm(campaign, me) if is_open else None,
        tests=campaign.test_sends.select_related("official", "result").order_by("-pk")[:5],
        own_phone=mask_phone(me.user.phone) if me.user.phone else "",
        phone_form=OwnPhoneForm(),
        test_form=TestSendForm(department=campaign.department, initial={"official": me.pk}),
        result_form=TestResultForm(),
        proposal_form=ProposalForm(campaign=campaign),
        may_propose=bool(tried and tried.is_clean and test),
        standing=standing,
        standing_url=reverse("admin:approvals_approval_change", args=[standing.pk]) if standing else "",
        **_start(campaign, me),
    )


def _start(campaign: Campaign, me: Official) -> dict[str, Any]:
    """Whether something may be started now, and by whom."""
    is_final = campaign.state == C.CONFIRMING and campaign.sends_approved_by_id is not None
    is_small = campaign.state == C.READY and not services.needs_approval(campaign)
    return {
        "may_start": campaign.state == C.APPROVED or is_final or is_small,
        "is_waiting": campaign.state in _AWAITING and not is_final,
        "is_small": is_small,
        "is_drafter": campaign.created_by_id == me.user_id,
        "is_asking": phase_of(campaign) == "ask",
        "manifest": campaign.manifest_sha256,
    }


def _shown(campaign: Campaign, tried: DryRun) -> list[dict[str, str]]:
    """The people of the dry run that are worth a look: by key, so that nothing personal stands here."""
    why = {int(pk): str(reason) for pk, reason in tried.shown}
    people = Recipient.objects.filter(campaign=campaign, pk__in=why).order_by("key")
    return [
        {"key": key, "why": why[pk], "url": address("person", campaign.pk, pk)}
        for pk, key in people.values_list("pk", "key")
    ]


def _test_to_confirm(campaign: Campaign, me: Official) -> TestSend | None:
    return campaign.test_sends.filter(official=me, result__isnull=True).order_by("-pk").first()


def _acting(action: Callable[[HttpRequest, Campaign], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A POST that calls one service, says what happened, and goes back to the page."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        campaign = campaign_for(request, pk)
        try:
            done = action(request, campaign)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, done)
        campaign.refresh_from_db()
        is_running = campaign.state in (C.ASKING, C.SENDING)
        return redirect(home_of(campaign) if is_running else address("approval", campaign.pk))

    return view


def _rehearse(request: HttpRequest, campaign: Campaign) -> str:
    run = services.rehearse(campaign, by=user_of(request), now=clock.now())
    if run.is_clean:
        return "점검을 마쳤습니다. 문제가 없습니다."
    return f"점검을 마쳤습니다. 문제 {len(run.problems)}건을 확인해 주세요."


def _send_test(request: HttpRequest, campaign: Campaign) -> str:
    form = TestSendForm(request.POST, department=campaign.department)
    if not form.is_valid():
        raise services.NoOwnPhone
    services.send_test(campaign, official=form.cleaned_data["official"], by=user_of(request), now=clock.now())
    return "시험 문자를 보냈습니다. 휴대전화에 온 것을 확인하고 확인 숫자를 넣어 주세요."


def _confirm_test(request: HttpRequest, campaign: Campaign) -> str:
    number = request.POST.get("test", "")
    test = get_object_or_404(TestSend, pk=int(number) if number.isdecimal() else 0, campaign=campaign)
    form = TestResultForm(request.POST)
    if not form.is_valid():
        raise Refused("확인 숫자 네 자리를 넣어 주세요.")
    services.confirm_test(test, **form.cleaned_data, by=user_of(request), now=clock.now())
    return "시험 발송을 확인했습니다."


def _register_phone(request: HttpRequest, campaign: Campaign) -> str:
    form = OwnPhoneForm(request.POST)
    if not form.is_valid():
        raise Refused("휴대전화 번호를 확인해 주세요.")
    register_phone(user=user_of(request), phone=form.cleaned_data["phone"])
    return "내 휴대전화를 등록했습니다."


def _propose(request: HttpRequest, campaign: Campaign) -> str:
    form = ProposalForm(request.POST, campaign=campaign)
    if not form.is_valid():
        raise Refused("결재할 사람을 골라 주세요.")
    services.propose(campaign, line=form.line(), by=user_of(request), now=clock.now())
    return "결재를 올렸습니다."


def _launch(request: HttpRequest, campaign: Campaign) -> str:
    manifest = request.POST.get("manifest", "")
    services.launch(campaign, manifest=manifest, by=user_of(request), now=clock.now())
    return "시작했습니다."


rehearse = _acting(_rehearse)
send_test = _acting(_send_test)
confirm_test = _acting(_confirm_test)
own_phone = _acting(_register_phone)
propose = _acting(_propose)
launch = _acting(_launch)


@require_GET
def small_picture(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """One sample picture, too small to be read; the look is written down all the same."""
    campaign = campaign_for(request, pk)
    recipient = get_object_or_404(Recipient.objects.select_related("campaign"), pk=recipient_pk, campaign=campaign)
    picture = services.small_picture(recipient, now=clock.now())
    if picture is None:
        raise Http404
    note_look(request, campaign, [recipient], action="view_sample")
    response = HttpResponse(picture, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
