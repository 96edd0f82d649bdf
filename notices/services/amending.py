"""Changing a campaign's ladder until it is proposed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from notices import ladders
from notices.ladders import LadderRefused, Rung
from notices.models import Campaign
from notices.services.drafting import may_prepare, reopen_checking
from notices.services.laddering import ladder_of, words_of, write_ladder
from notices.services.steps import log
from portal.accounts.models import User


@transaction.atomic
def change_ladder(campaign: Campaign, rungs: Sequence[Rung], *, by: User, now: datetime) -> None:
    """
    Replace the steps; the campaign has to be checked again if it was ready.

    :raises NotAllowed: if it is proposed or launched already, or `by` may not prepare it
    :raises LadderRefused: if the steps make no sense
    """
    may_prepare(campaign, by)
    if campaign.state == Campaign.State.READY:
        reopen_checking(campaign, by=by, now=now)
    write_ladder(campaign, rungs)
    log(campaign, "change_ladder", by=by, now=now, note=words_of(rungs)[:300])


def choose_ladder(campaign: Campaign, name: str, *, by: User, now: datetime) -> None:
    """
    Take another preset for what is sent; the steps of asking stay.

    :raises NotAllowed: as `change_ladder`
    :raises LadderRefused: if there is no such preset
    """
    asking = [rung for rung in ladder_of(campaign) if rung.phase == ladders.ASK]
    chosen = ladders.preset(name).rungs
    if not chosen or chosen[0].phase != ladders.DELIVER:
        raise LadderRefused("보내는 단계 묶음을 골라 주세요.")
    change_ladder(campaign, [*asking, *chosen], by=by, now=now)
