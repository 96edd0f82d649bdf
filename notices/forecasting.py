"""What the ladder will cost and how long it takes: from nobody being silent to everybody, wave by wave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings

from messaging.pricing import Tariff, tariff_on
from messaging.queries import speed_of
from notices import ladders, wording
from notices.costs import preview
from notices.ladders import Rung
from notices.models import Asset, Campaign, LadderStep
from notices.services.laddering import label_of, ladder_of
from portal.core.privacy import mask_name

_SAMPLE_NAME = "김하늘"
_KINDS = {ladders.PICTURE: "mms", ladders.ALIMTALK: "alimtalk"}


@dataclass(frozen=True)
class Wave:
    """One step of the ladder: how many get it if all react at once, and if nobody ever does."""

    label: str
    channel: str
    least_count: int
    most_count: int
    won: Decimal
    takes: timedelta = timedelta(0)

    @property
    def least_won(self) -> Decimal:
        """If everybody reacts to the step before."""
        return self.least_count * self.won

    @property
    def most_won(self) -> Decimal:
        """If nobody does."""
        return self.most_count * self.won


@dataclass(frozen=True)
class Ahead:
    """All waves, the letters besides, and the same people by registered mail."""

    waves: tuple[Wave, ...]
    letter_count: int
    mail_count: int
    mail_won: int
    upload_takes: timedelta

    @property
    def letter_won(self) -> int:
        """What the letters to those who cannot be reached otherwise cost in any case."""
        return self.letter_count * self.mail_won

    @property
    def least_won(self) -> Decimal:
        """If everybody answers and opens at once."""
        return sum((wave.least_won for wave in self.waves), Decimal(0)) + self.letter_won

    @property
    def most_won(self) -> Decimal:
        """If nobody ever reacts: every message, and in the end a letter for each."""
        return sum((wave.most_won for wave in self.waves), Decimal(0)) + self.letter_won

    @property
    def all_by_mail_won(self) -> int:
        """A registered letter for everybody."""
        return self.mail_count * self.mail_won

    @property
    def least_saved_percent(self) -> int:
        """How much less than letters the dear case costs; negative if it costs more."""
        return int(100 - self.most_won * 100 / self.all_by_mail_won) if self.mail_count else 0


def ahead(campaign: Campaign, counts: Mapping[str, int], *, day: date) -> Ahead:
    """What is ahead of a campaign that was not launched yet, or what was when it was."""
    everybody = counts.get("all", 0) - counts.get("state:excluded", 0)
    reachable = counts.get("state:addressable", 0) or counts.get("asked", 0) or counts.get("sent", 0)
    tariff, rungs = tariff_on(day), ladder_of(campaign)
    pictures = Asset.objects.sendable().filter(recipient__campaign=campaign).count()
    uploads = speed_of("mms").uploads_per_second
    return Ahead(
        waves=tuple(_wave(campaign, rungs, rung, reachable, tariff) for rung in rungs),
        letter_count=everybody - reachable if campaign.has_paper else 0,
        mail_count=everybody,
        mail_won=campaign.mail_won,
        upload_takes=timedelta(seconds=round(pictures / uploads)) if uploads else timedelta(0),
    )


def _wave(campaign: Campaign, rungs: Sequence[Rung], rung: Rung, reachable: int, tariff: Tariff) -> Wave:
    label = f"{LadderStep.Phase(rung.phase).label}: {label_of(rung)}"
    least = reachable if rung.position == 1 else 0
    if rung.is_paper:
        return Wave(label, "등기우편", 0, reachable, Decimal(campaign.mail_won))
    if rung.channel == ladders.RELAY:
        return Wave(label, "중계자", least, reachable, Decimal(0))
    words = {**wording.words_of(campaign), "받는분": mask_name(_SAMPLE_NAME), "기관": settings.DISTRICT_NAME}
    words |= {"내용": campaign.words or "-", "납부기한": "12월 31일", "전자납부번호": "0" * 17}
    code = _code(campaign, rungs, rung)
    shown = preview(label, code, words, _KINDS.get(rung.channel, ""), tariff)
    kind = _KINDS.get(rung.channel) or ("sms" if shown.channel == "단문" else "lms")
    speed = speed_of(kind).tps
    takes = timedelta(seconds=round(reachable / speed)) if speed else timedelta(0)
    return Wave(label, shown.channel, least, reachable, shown.won, takes)


def _code(campaign: Campaign, rungs: Sequence[Rung], rung: Rung) -> str:
    if rung.phase == ladders.ASK:
        return wording.ASK
    return wording.step_template(campaign, rungs, rung, has_pictures=rung.channel == ladders.PICTURE)
