"""What an approver reads about a campaign on one page: whom, what, how, for how much, and what was tried."""

import io
from collections.abc import Iterator
from datetime import datetime
from random import Random

from django.db.models import Count, Q
from django.urls import reverse
from PIL import Image

from notices import costs
from notices.models import Asset, Campaign, DryRun, LadderStep, Notice, Phase, Recipient, Sample, TestSend
from notices.services.drawing import open_picture
from notices.services.manifests import phase_of
from notices.services.zoning import template_of
from notices.stamping import words_for
from notices.workflow import reason_label
from notices.zones import QrScheme
from portal.approvals.summaries import Line, Picture, Section
from portal.core.clock import day_in_korea, in_korea

R = Recipient.State
SAMPLE_PICTURES = 5
SMALL_PX = 150  # wide: the page is recognised, no letter of it can be read
_EARLY = (R.EXCLUDED, R.DEFECTIVE, R.NO_MOBILE, R.MINOR)


def summary_of(campaign: Campaign, tried: DryRun, *, now: datetime) -> list[Section]:
    """The sections of the page, frozen with the approval."""
    found = [
        Section("무엇을", tuple(_what(campaign))),
        Section("누구에게", tuple(_whom(campaign, tried))),
        Section("어떤 순서로", tuple(_steps(campaign))),
        Section("비용", tuple(_cost(campaign, tried))),
        Section("문구", tuple(_words(campaign, now))),
        Section("점검과 시험", tuple(_tried(campaign, tried))),
    ]
    if campaign.has_documents:
        found.append(Section("그림 다섯 장 (글자를 읽을 수 없게 줄임)", pictures=tuple(_pictures(campaign, tried))))
    return [section for section in found if section.lines or section.pictures]


def _what(campaign: Campaign) -> Iterator[Line]:
    yield Line("종류", f"{campaign.get_kind_display()} · {phase_of(campaign).label}")
    yield Line("법적 근거", campaign.legal_basis)
    if campaign.has_documents:
        yield Line("보내는 근거", campaign.get_consent_display(), "warn" if campaign.consent == "none" else "")
        yield Line("도달로 보는 때", campaign.get_effect_display())
    yield Line("본인확인", campaign.get_identity_display())
    if campaign.asks_from and campaign.asks_until and campaign.asks:
        yield Line("응답 기간", f"{_moment(campaign.asks_from)} ~ {_moment(campaign.asks_until)}")
    if campaign.sends_from:
        yield Line("발송 시작", _moment(campaign.sends_from))
    for question in campaign.questions.order_by("position"):
        options = [f"{one.digit} {one.label}" for one in question.options.order_by("digit")]
        yield Line(f"물음 {question.position}", "\n".join([question.text, *options]))


def _moment(at: datetime) -> str:
    return in_korea(at).strftime("%Y-%m-%d %H:%M")


def _whom(campaign: Campaign, tried: DryRun) -> Iterator[Line]:
    people = Recipient.objects.filter(campaign=campaign)
    states = dict(people.values_list("state").annotate(count=Count("pk")).order_by())
    yield Line("명부", _count(sum(states.values())))
    reasons = people.filter(state__in=_EARLY).values("state", "reason").annotate(count=Count("pk"))
    for row in reasons.order_by("state", "-count"):
        label = (
            f"{R(row['state']).label}: {reason_label(row['reason'])}" if row["reason"] else str(R(row["state"]).label)
        )
        yield Line(label, _count(row["count"]))
    if phase_of(campaign) == Phase.SEND and campaign.asks:
        for state in (R.ASK_UNDELIVERED, R.DECLINED, R.SILENT, R.IDENTITY_MISMATCH, R.REVOKED):
            yield Line(str(state.label), _count(states.get(state, 0)))
        waiting = people.filter(needs_triage=True).count()
        yield Line("판단을 기다리는 회신 (동의로 판단되면 보냄)", _count(waiting), "warn" if waiting else "")
    yield Line("이번에 보낼 사람", _count(tried.recipient_count), "good")


def _count(number: int) -> str:
    return f"{number:,}명"


def _steps(campaign: Campaign) -> Iterator[Line]:
    phase = "ask" if phase_of(campaign) == Phase.ASK else "deliver"
    for step in LadderStep.objects.filter(campaign=campaign, phase=phase).order_by("position"):
        days, hours = divmod(step.wait_hours, 24)
        after = f"{days}일 뒤" if days and not hours else f"{step.wait_hours}시간 뒤" if step.wait_hours else "바로"
        if step.counts_working_days:
            after = f"근무일로 {after}"
        yield Line(f"{step.position}단계 · {after}", f"{step.get_channel_display()} → {step.get_condition_display()}")


def _cost(campaign: Campaign, tried: DryRun) -> Iterator[Line]:
    everybody = Recipient.objects.filter(campaign=campaign).exclude(state=R.EXCLUDED).count()
    yield Line("적어도", f"{tried.least_won:,}원")
    yield Line("많아야", f"{tried.most_won:,}원")
    yield Line("모두 등기우편이면", f"{everybody * campaign.mail_won:,}원")
    yield Line("멈춤", "쓴 돈이 ‘많아야’를 넘으면 저절로 멈춥니다.")


def _words(campaign: Campaign, now: datetime) -> Iterator[Line]:
    for preview in costs.previews(campaign, day=day_in_korea(now)):
        label = f"{preview.label} ({preview.channel} {preview.byte_count:,}바이트)" if preview.text else preview.label
        yield Line(label, preview.text or preview.refusal, "" if preview.text else "bad")


def _tried(campaign: Campaign, tried: DryRun) -> Iterator[Line]:
    words = f"{_moment(tried.at)} 메시지 {tried.message_count:,}건, 그림 {tried.picture_count:,}장, 문제 없음"
    yield Line("점검", words, "good")
    test = TestSend.objects.filter(campaign=campaign, result__is_good=True).select_related("official", "result").last()
    if test:
        yield Line("시험 발송", f"{test.official.display_name} {_moment(test.result.at)} 확인", "good")
    sample = Sample.objects.filter(campaign=campaign).annotate(
        right=Count("verdicts", filter=Q(verdicts__is_right=True)), seen=Count("verdicts")
    )
    latest = sample.order_by("-pk").first()
    if latest:
        words = f"{len(latest.first_pages):,}묶음 가운데 {latest.seen:,}묶음을 보았고 {latest.right:,}묶음이 맞음"
        yield Line("표본 검수", words, "good" if latest.right == len(latest.first_pages) else "bad")
    yield from _proofs(campaign)


def _proofs(campaign: Campaign) -> Iterator[Line]:
    """What two officials let pass, and whether the finished pictures can be read back."""
    released = Notice.objects.filter(recipient__campaign=campaign, state=Notice.State.RELEASED)
    for notice in released.select_related("recipient", "released_by", "second_released_by").order_by("first_page"):
        reasons = ", ".join(reason_label(reason) for reason in notice.reasons)
        signed = f"{notice.released_by}, {notice.second_released_by}: {notice.release_note}"
        yield Line(f"보류를 푼 통지서 {notice.recipient.key}", f"{reasons} ({signed})", "warn")
    document = campaign.documents.filter(is_current=True).first()
    if document is not None:
        template = template_of(document)
        can_read_back = bool(document.stamp_zone) or template.qr_scheme != QrScheme.NONE
        yield Line("그림 확인", words_for(template, document.stamp_zone), "" if can_read_back else "warn")


def _pictures(campaign: Campaign, tried: DryRun) -> Iterator[Picture]:
    people = list(
        Asset.objects.sendable()
        .filter(recipient__campaign=campaign, part=1)
        .exclude(recipient__state__in=_EARLY)
        .order_by("recipient__key")
        .values_list("recipient_id", flat=True)
        .distinct()
    )
    chosen = Random(tried.manifest_sha256).sample(people, min(SAMPLE_PICTURES, len(people)))  # noqa: S311 - a sample
    for number, recipient in enumerate(chosen, start=1):
        address = reverse("admin:notices_campaign_small_picture", args=[campaign.pk, recipient])
        yield Picture(f"표본 그림 {number}", address)


def small_picture(recipient: Recipient, *, now: datetime) -> bytes | None:
    """
    The first picture of somebody's notice, too small to be read; None if there is none.

    :raises WrongImage: if it is not what was made for her
    """
    assets = Asset.objects.sendable().select_related("recipient__campaign", "notice__recipient")
    asset = assets.filter(recipient=recipient, part=1).order_by("profile").first()
    if asset is None:
        return None
    out = io.BytesIO()
    with Image.open(io.BytesIO(open_picture(asset, now=now))) as image:
        height = max(1, image.height * SMALL_PX // image.width)
        image.convert("L").resize((SMALL_PX, height), Image.Resampling.BILINEAR).save(out, "JPEG", quality=70)
    return out.getvalue()
