"""What a campaign says and costs: exact texts with bytes and won, a forecast, and what has been spent, against mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import CharField, Count, F, Func, Sum, Value

from messaging.models import LedgerEntry, TemplateVersion
from messaging.pricing import Tariff, tariff_on
from messaging.text import SMS_BYTES, WordingRefused, count_bytes, for_text_message, render
from notices import wording
from notices.models import Campaign
from portal.core.privacy import mask_name

SAMPLE_NAME = "김하늘"
_CHANNELS = {"sms": "단문", "lms": "장문", "mms": "그림문자", "alimtalk": "알림톡"}


@dataclass(frozen=True)
class Preview:
    """One text as a citizen will see it."""

    label: str
    text: str
    byte_count: int
    channel: str
    won: Decimal
    refusal: str = ""


@dataclass(frozen=True)
class Forecast:
    """What is ahead, against a registered letter for everybody."""

    ask_count: int
    ask_won: Decimal
    notice_count: int
    notice_won: Decimal
    letter_count: int
    letter_won: int
    mail_count: int
    mail_won: int

    @property
    def total_won(self) -> Decimal:
        """If everybody who can be asked agrees."""
        return self.ask_won + self.notice_won + self.letter_won

    @property
    def saved_won(self) -> Decimal:
        """Compared with letters to all."""
        return self.mail_won - self.total_won

    @property
    def saved_percent(self) -> int:
        """The same as a share."""
        return int(self.saved_won * 100 / self.mail_won) if self.mail_won else 0


def previews(campaign: Campaign, *, day: date) -> list[Preview]:
    """Question, named question, notice: with the campaign's own words, a made-up name and the prices of a day."""
    tariff = tariff_on(day)
    words = {**wording.words_of(campaign), "받는분": mask_name(SAMPLE_NAME), "기관": settings.DISTRICT_NAME}
    shown = (
        ("동의 요청", wording.ASK, ""),
        ("동의 요청 (번호를 함께 쓰는 분들)", wording.ASK_NAMED, ""),
        ("통지서", wording.NOTICE, "mms"),
    )
    return [preview(label, code, words, channel, tariff) for label, code, channel in shown]


def preview(label: str, code: str, words: Mapping[str, str], channel: str, tariff: Tariff) -> Preview:
    """One wording with its bytes and its price; a refusal in words if it cannot be sent."""
    approved = TemplateVersion.objects.filter(template__code=code, review_state="approved")
    version = approved.order_by("-number").first()
    if version is None:
        return Preview(label, "", 0, "", Decimal(0), "승인된 문구가 없습니다.")
    try:
        text = for_text_message(render(version.text_body, words))
    except WordingRefused as refused:
        return Preview(label, version.text_body, 0, "", Decimal(0), refused.sentence)
    size = count_bytes(text)
    kind = channel or ("sms" if size <= SMS_BYTES else "lms")
    return Preview(label, text, size, _CHANNELS[kind], tariff.rate(kind).won)


def forecast(campaign: Campaign, counts: Mapping[str, int], *, day: date) -> Forecast:
    """The most it can cost from here on."""
    everybody = counts.get("all", 0) - counts.get("state:excluded", 0)
    addressable = counts.get("state:addressable", 0) or counts.get("asked", 0)
    ask, _, notice = previews(campaign, day=day)
    letters = everybody - addressable
    return Forecast(
        ask_count=addressable,
        ask_won=ask.won * addressable,
        notice_count=addressable,
        notice_won=notice.won * addressable,
        letter_count=letters,
        letter_won=letters * campaign.mail_won,
        mail_count=everybody,
        mail_won=everybody * campaign.mail_won,
    )


@dataclass(frozen=True)
class SpentWave:
    """What one step has cost on one channel."""

    label: str
    channel: str
    count: int
    won: Decimal


_PHASES = {"ask": "묻기", "remind": "다시 묻기", "deliver": "보내기", "answer": "답장"}


def spent_by_wave(campaign: Campaign) -> list[SpentWave]:
    """Billed legs by step of the ladder and channel: the step stands in the key of the message."""
    charges = LedgerEntry.objects.filter(attempt__message__stream__name=campaign.stream)
    key = F("attempt__message__key")
    steps = charges.annotate(
        phase=Func(key, Value(":"), Value(4), function="split_part", output_field=CharField()),
        position=Func(key, Value(":"), Value(5), function="split_part", output_field=CharField()),
        channel=F("attempt__channel"),
    )
    rows = steps.values("phase", "position", "channel").annotate(count=Count("pk"), sum=Sum("won"))
    return [
        SpentWave(
            f"{_PHASES.get(row['phase'], row['phase'])} {row['position']}",
            _CHANNELS[row["channel"]],
            row["count"],
            row["sum"],
        )
        for row in rows.order_by("phase", "position", "channel")
    ]


@dataclass(frozen=True)
class Spent:
    """What the messages of a campaign have cost so far, and what letters to the same people would have."""

    rows: tuple[tuple[str, int, Decimal], ...]
    won: Decimal
    mail_won: int


def spent(campaign: Campaign, counts: Mapping[str, int]) -> Spent:
    """Billed legs per channel, with the price each had when it left."""
    charges = LedgerEntry.objects.filter(attempt__message__reference=campaign.number)
    rows = charges.values(channel=F("attempt__channel")).annotate(count=Count("pk"), sum=Sum("won")).order_by("channel")
    found = tuple((_CHANNELS[row["channel"]], row["count"], row["sum"]) for row in rows)
    delivered = counts.get("bucket:electronic", 0)
    return Spent(found, sum((won for _, _, won in found), Decimal(0)), delivered * campaign.mail_won)
