"""점검: everything but the carrier, for exactly the people and data that would be approved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from random import Random

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from messaging.pricing import Tariff, tariff_on
from messaging.text import Unencodable, check_text, count_bytes, for_text_message
from messaging.topics import WrongImage
from notices import costs
from notices.models import Asset, Campaign, DryRun, LadderStep, Notice, Phase, Recipient
from notices.services import vault
from notices.services.drawing import open_picture
from notices.services.manifests import manifest_of, phase_of
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_name

C = Campaign.State
R = Recipient.State
RANDOM_SHOWN = 20
MOST_NEIGHBOURS = 20
MOST_PROBLEMS = 20
ANSWERS_EACH = 2  # a citizen who answers gets one text back, and one more if she was not understood
_BLOCK = 2_000
_CHANNELS = {"alimtalk": "alimtalk", "picture": "mms", "text": "lms"}


@dataclass
class _Found:
    """What a dry run has seen so far."""

    problems: list[str] = field(default_factory=list)
    message_count: int = 0
    picture_count: int = 0
    longest_bytes: int = 0
    shown: dict[int, str] = field(default_factory=dict)

    def show(self, recipient: int | None, why: str) -> None:
        """Somebody worth a look; the first reason stays."""
        if recipient is not None:
            self.shown.setdefault(recipient, why)


@transaction.atomic
def rehearse(campaign: Campaign, *, by: User, now: datetime) -> DryRun:
    """
    Try everything that would be approved now, and write down what was found.

    :raises NotAllowed: if nothing is to be approved now, or `by` may not prepare it
    """
    official_for(by, campaign, CAMPAIGN_STEPS["propose"])
    if campaign.state not in (C.READY, C.ASKED):
        raise NotAllowed("검수를 마친 뒤, 또는 회신을 마감한 뒤에 점검할 수 있습니다.")
    phase, manifest = phase_of(campaign), manifest_of(campaign)
    people = people_of(campaign)
    found = _Found()
    count = people.count()
    if not count:
        found.problems.append("보낼 사람이 없습니다.")
    _try_words(campaign, people, found, now)
    if campaign.has_documents:
        _try_pictures(campaign, people, found)
        _choose_boundaries(people, found)
    _choose_random(people, manifest, found)
    if campaign.has_documents:
        _open_shown(found, now)
    least, most = _cost(campaign, phase, count, found.longest_bytes, tariff_on(day_in_korea(now)))
    run = DryRun.objects.create(
        campaign=campaign,
        phase=phase,
        manifest_sha256=manifest,
        recipient_count=count,
        message_count=found.message_count,
        picture_count=found.picture_count,
        longest_bytes=found.longest_bytes,
        least_won=least,
        most_won=most,
        problems=[problem[:200] for problem in found.problems[:MOST_PROBLEMS]],
        shown=list(found.shown.items()),
        by=by,
        at=now,
    )
    log(campaign, "rehearse", by=by, now=now, note=f"문제 {len(found.problems)}건 {manifest[:12]}")
    return run


def people_of(campaign: Campaign) -> QuerySet[Recipient, Recipient]:
    """Who would be written to, if this were approved: everybody addressable, or those on the final list to be."""
    people = Recipient.objects.filter(campaign=campaign)
    if campaign.state == C.READY:
        return people.filter(state=R.ADDRESSABLE)
    return people.filter(state=R.VERIFIED) | people.filter(needs_triage=True, asked_at__isnull=False)


def _try_words(campaign: Campaign, people: QuerySet[Recipient, Recipient], found: _Found, now: datetime) -> None:
    """Every text with every name, in bytes; equal masked names are written once."""
    previews = costs.previews(campaign, day=day_in_korea(now))
    found.problems += [f"{one.label}: {one.refusal}" for one in previews if one.refusal]
    sample = mask_name(costs.SAMPLE_NAME)
    longest_name, counted = 0, set[str]()
    for recipient in people.only("pk", "sealed_id", "name_sealed").order_by("pk").iterator(chunk_size=_BLOCK):
        name = recipient.name
        found.message_count += 1
        if len(name) > longest_name:
            longest_name = len(name)
            found.shown = {recipient.pk: "가장 긴 이름"}
        masked = mask_name(name)
        if masked not in counted:
            counted.add(masked)
            _count_bytes([one.text.replace(sample, masked) for one in previews], found)


def _count_bytes(texts: Iterable[str], found: _Found) -> None:
    for text in texts:
        try:
            words = for_text_message(text)
            check_text(words)
        except (Refused, Unencodable) as refused:
            found.problems.append(str(refused))
            continue
        found.longest_bytes = max(found.longest_bytes, count_bytes(words))


def _try_pictures(campaign: Campaign, people: QuerySet[Recipient, Recipient], found: _Found) -> None:
    """Each has a complete set, each picture lies where it was put, and says whose it is."""
    assets = Asset.objects.sendable().filter(recipient__in=people)
    sets = assets.values("recipient", "profile").annotate(count=Count("pk"))
    complete = sets.filter(recipient=OuterRef("pk"), count=F("parts"))
    without = people.exclude(Exists(complete)).count()
    if without:
        found.problems.append(f"그림이 없거나 빠진 사람이 {without:,}명 있습니다.")
    strange = assets.exclude(read_back_key="").exclude(read_back_key=F("recipient__key")).count()
    if strange:
        found.problems.append(f"다른 관리번호가 되읽히는 그림이 {strange:,}장 있습니다.")
    lost = 0
    for stored_as in assets.values_list("stored_as", flat=True).iterator(chunk_size=_BLOCK):
        found.picture_count += 1
        lost += not vault.full_path(stored_as).is_file()
    if lost:
        found.problems.append(f"보관된 자리에 없는 그림이 {lost:,}장 있습니다.")


def _choose_boundaries(people: QuerySet[Recipient, Recipient], found: _Found) -> None:
    """Where something can go wrong first: the largest, the most, the most compressed, beside a doubt, released."""
    assets = Asset.objects.sendable().filter(recipient__in=people)
    orders = {"-byte_count": "가장 큰 그림", "quality": "화질을 가장 낮춘 그림", "-parts": "가장 많은 장"}
    for order, why in orders.items():
        found.show(assets.order_by(order, "pk").values_list("recipient_id", flat=True).first(), why)
    notices = Notice.objects.filter(recipient__in=people)
    most = notices.sendable().order_by("-pages__len", "pk").values_list("recipient_id", flat=True).first()
    found.show(most, "가장 많은 쪽")
    for recipient in notices.filter(state=Notice.State.RELEASED).values_list("recipient_id", flat=True):
        found.show(recipient, "두 사람이 보류를 푼 통지서")
    for recipient in _beside_doubts(people):
        found.show(recipient, "보류된 쪽의 이웃")


def _beside_doubts(people: QuerySet[Recipient, Recipient]) -> Iterator[int]:
    """Whose pages lie next to pages that were held."""
    rows = Notice.objects.filter(recipient__campaign__in=people.values("campaign").distinct())
    order = list(rows.order_by("document", "first_page").values_list("recipient_id", "state"))
    mine = set(people.values_list("pk", flat=True))
    found: list[int] = []
    for place, (_, state) in enumerate(order):
        if state == Notice.State.HELD:
            beside = (*order[max(0, place - 1) : place], *order[place + 1 : place + 2])
            found += [pk for pk, _ in beside if pk in mine]
    yield from found[:MOST_NEIGHBOURS]


def _choose_random(people: QuerySet[Recipient, Recipient], manifest: str, found: _Found) -> None:
    everybody = list(people.order_by("key").values_list("pk", flat=True))
    chance = Random(manifest)  # noqa: S311 - a sample that can be drawn again
    for recipient in chance.sample(everybody, min(RANDOM_SHOWN, len(everybody))):
        found.show(recipient, "무작위")


def _open_shown(found: _Found, now: datetime) -> None:
    """Every gate that a picture passes before it leaves, for all that are shown."""
    assets = Asset.objects.sendable().select_related("recipient__campaign", "notice__recipient")
    for asset in assets.filter(recipient__in=list(found.shown)).order_by("pk"):
        try:
            open_picture(asset, now=now)
        except WrongImage:
            found.problems.append(f"{asset.recipient.key}: 그림이 만든 것과 다릅니다.")


def _cost(campaign: Campaign, phase: Phase, count: int, longest: int, tariff: Tariff) -> tuple[int, int]:
    """If everybody is reached at once, and if every step is needed for everybody."""
    steps = LadderStep.objects.filter(campaign=campaign, phase="ask" if phase == Phase.ASK else "deliver")
    prices = [_price(step, campaign, tariff) for step in steps.order_by("position")]
    if not prices:
        prices = [tariff.rate("mms" if phase == Phase.SEND and campaign.has_documents else "lms").won]
    answers = tariff.rate("lms").won * ANSWERS_EACH if phase == Phase.ASK else Decimal(0)
    return _won(prices[0] * count), _won((sum(prices, Decimal(0)) + answers) * count)


def _price(step: LadderStep, campaign: Campaign, tariff: Tariff) -> Decimal:
    if step.channel == LadderStep.Channel.PAPER:
        return Decimal(campaign.mail_won)
    channel = _CHANNELS.get(step.channel)
    return tariff.rate(channel).won if channel else Decimal(0)


def _won(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))
