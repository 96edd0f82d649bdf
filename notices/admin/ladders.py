"""단계: the ladder of a campaign, chosen from presets or changed step by step until it is proposed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from notices import ladders
from notices.admin.access import address, campaign_for, page
from notices.ladders import LadderRefused, Rung
from notices.letter_forms import LadderForm
from notices.models import Campaign, LadderStep
from notices.services.amending import change_ladder, choose_ladder
from notices.services.laddering import label_of, ladder_of, words_of
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused

MOST_STEPS = 6


@require_http_methods(["GET", "POST"])
def ladder(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps as they are, the presets, and a row for each step that can be changed."""
    campaign = campaign_for(request, pk)
    if request.method == "POST":
        try:
            _change(request, campaign)
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, "단계를 바꾸었습니다.")
        return redirect(address("ladder", campaign.pk))
    rungs = ladder_of(campaign)
    return page(
        request,
        "ladder",
        campaign,
        step="wording",
        title="보내는 단계",
        form=LadderForm(),
        presets=_presets(campaign),
        phases=[_phase(rungs, LadderStep.Phase.ASK), _phase(rungs, LadderStep.Phase.DELIVER)],
        channels=LadderStep.Channel.choices,
        conditions=LadderStep.Condition.choices,
        can_change=campaign.is_being_prepared,
        words=words_of(rungs),
    )


def _presets(campaign: Campaign) -> list[ladders.Preset]:
    """The ladders that suit the campaign."""
    found = [one for one in ladders.presets().values() if one.rungs[0].phase == ladders.DELIVER]
    return [one for one in found if (one.name == "plain") != campaign.has_documents]


def _phase(rungs: tuple[Rung, ...], phase: LadderStep.Phase) -> dict[str, Any]:
    own = [{"rung": rung, "label": label_of(rung)} for rung in rungs if rung.phase == phase]
    blank = {"rung": Rung(phase=phase.value, position=len(own) + 1, channel=""), "label": ""}
    return {"phase": phase.value, "label": phase.label, "steps": own, "rows": [*own, blank][:MOST_STEPS]}


def _change(request: HttpRequest, campaign: Campaign) -> None:
    by, now = user_of(request), clock.now()
    if "ladder" in request.POST:
        form = LadderForm(request.POST)
        if not form.is_valid():
            raise LadderRefused("단계 묶음을 골라 주세요.")
        choose_ladder(campaign, form.cleaned_data["ladder"], by=by, now=now)
        return
    typed = [rung for phase in (ladders.ASK, ladders.DELIVER) for rung in _typed(request, phase)]
    change_ladder(campaign, typed, by=by, now=now)


def _typed(request: HttpRequest, phase: str) -> list[Rung]:
    """The rows of one phase that name a channel, in their order; an emptied row is a step less."""
    found: list[Rung] = []
    for place in range(1, MOST_STEPS + 1):
        channel = request.POST.get(f"{phase}-{place}-channel", "")
        if not channel:
            continue
        hours = request.POST.get(f"{phase}-{place}-hours", "0").strip() or "0"
        condition = request.POST.get(f"{phase}-{place}-condition", ladders.ALWAYS)
        if channel not in LadderStep.Channel.values or condition not in LadderStep.Condition.values:
            raise LadderRefused("목록에서 골라 주세요.")
        if not hours.lstrip("-").isdecimal() or abs(int(hours)) > 24 * 60:
            raise LadderRefused("몇 시간 뒤인지 숫자로 적어 주세요. 60일(1,440시간)까지 적을 수 있습니다.")
        found.append(
            Rung(
                phase=phase,
                position=len(found) + 1,
                channel=channel,
                condition=condition,
                wait_hours=int(hours),
                counts_working_days=f"{phase}-{place}-working" in request.POST,
            )
        )
    return found
