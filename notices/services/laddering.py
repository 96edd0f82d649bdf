"""The steps of one campaign's ladder: copied from a preset when it is drafted, and said in words."""

from collections.abc import Sequence

from notices import ladders
from notices.ladders import LadderRefused, Rung
from notices.models import Campaign, LadderStep
from notices.workflow import NotAllowed

K = Campaign.Kind


def ladder_of(campaign: Campaign) -> tuple[Rung, ...]:
    """The steps of a campaign, in order."""
    steps = LadderStep.objects.filter(campaign=campaign).order_by("phase", "position")
    return tuple(step.rung for step in steps)


def usual_ladder(campaign: Campaign) -> str:
    """The ladder of a campaign whose plan names none."""
    if campaign.kind == K.TEXT:
        return "plain"
    return "picture_first" if campaign.has_documents else ""


def copy_ladder(campaign: Campaign, name: str) -> None:
    """
    Give a fresh campaign the steps of a preset, and those of asking if it asks.

    :raises LadderRefused: if there is no such preset, or it does not suit the campaign
    """
    name = name or usual_ladder(campaign)
    rungs = ladders.preset(name).rungs if name and name != ladders.ASKING else ()
    if campaign.asks:
        rungs += ladders.preset(ladders.ASKING).rungs
    write_ladder(campaign, rungs)


def write_ladder(campaign: Campaign, rungs: Sequence[Rung]) -> None:
    """
    Make these the steps of a campaign; paper only where it has paper.

    :raises LadderRefused: if they make no sense, or do not suit the campaign
    """
    ladders.check(rungs)
    _refuse_unsuitable(campaign, rungs)
    LadderStep.objects.filter(campaign=campaign).delete()
    LadderStep.objects.bulk_create(
        [
            LadderStep(
                campaign=campaign,
                phase=rung.phase,
                position=rung.position,
                channel=rung.channel,
                condition=rung.condition,
                wait_hours=rung.wait_hours,
                counts_working_days=rung.counts_working_days,
            )
            for rung in rungs
            if not (rung.is_paper and not campaign.has_paper)
        ]
    )


def _refuse_unsuitable(campaign: Campaign, rungs: Sequence[Rung]) -> None:
    """
    :raises LadderRefused: if a step needs what the campaign does not have
    """
    first = ladders.first_of(rungs, ladders.DELIVER)
    if campaign.has_documents and first is None:
        raise LadderRefused("통지서를 보내는 단계가 하나는 있어야 합니다.")
    if first is not None and first.is_paper:
        raise LadderRefused("모두에게 우편으로 보낸다면 전자 발송을 만들 까닭이 없습니다.")
    needing = {ladders.PICTURE, ladders.RELAY, ladders.ALIMTALK}
    if not campaign.has_documents and any(r.channel in needing for r in rungs if r.phase == ladders.DELIVER):
        raise LadderRefused("개인별 문서가 없는 발송은 문자로만 보낼 수 있습니다.")


def words_of(rungs: Sequence[Rung]) -> str:
    """The steps in one line."""
    return " → ".join(label_of(rung) for rung in rungs if rung.phase == ladders.DELIVER)


def label_of(rung: Rung) -> str:
    """One step in words: 3일 뒤 보지 않은 분께 문자."""
    channel = LadderStep.Channel(rung.channel).label
    if rung.position == 1:
        return channel
    days, hours = divmod(abs(rung.wait_hours), 24)
    unit = "근무일" if rung.counts_working_days else "일"
    span = f"{days}{unit}" if days and not hours else f"{abs(rung.wait_hours)}시간"
    when = f"납부기한 {span} 전" if rung.is_before_due else f"{span} 뒤"
    return f"{when} {LadderStep.Condition(rung.condition).label}께 {channel}"


def first_step(rungs: Sequence[Rung]) -> Rung:
    """
    How the sending begins.

    :raises NotAllowed: if the campaign has no step that sends anything
    """
    first = ladders.first_of(rungs, ladders.DELIVER)
    if first is None:
        raise NotAllowed("보내는 단계가 없는 발송 건입니다.")
    return first
