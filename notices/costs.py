"""What a campaign says and costs: exact texts with bytes and won, a forecast, and what has been spent, against mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import CharField, Count, F, Func, Sum, Value

from messaging.models import LedgerEntry, TemplateVersion
from messaging.pricing import Tariff, tariff_on
from messaging.text import SMS_BYTES, WordingRefused, count_bytes, for_text_message, render
from notices import phrasing, wording
from notices.models import Campaign
from notices.savings import AgainstMail
from notices.services.questioning import Questionnaire
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
class Forecast(AgainstMail):
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
        """If everybody who can be asked answers, or agrees where consent is asked."""
        return self.ask_won + self.notice_won + self.letter_won

    @property
    def saved_percent(self) -> int:
        """The same as a share."""
        return int(self.saved_won * 100 / self.mail_won) if self.mail_won else 0


def previews(campaign: Campaign, *, day: date) -> list[Preview]:
    """Every text of the campaign: with its own words, a made-up name and the prices of a day."""
    tariff = tariff_on(day)
    common = {"받는분": mask_name(SAMPLE_NAME), "기관": settings.DISTRICT_NAME}
    shown = [preview(label, code, {**common, **words}, "", tariff) for label, code, words in _questions(campaign)]
    words = {**wording.words_of(campaign), **common}
    if campaign.has_documents:
        shown.append(preview("통지서", wording.NOTICE, words, "mms", tariff))
    elif not campaign.asks:
        shown.append(preview("안내", wording.PLAIN, {**words, "내용": campaign.words}, "", tariff))
    return shown


def _questions(campaign: Campaign) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Label, wording and words of each question; of a consent also as it is put on a phone that several share."""
    if not campaign.asks:
        return
    questions = Questionnaire.of(campaign)
    for asked in questions.asked:
        label = "동의 요청" if campaign.asks_for_consent else f"물음 {asked.position}"
        yield label, phrasing.template_of(campaign, asked, is_named=False), questions.words(asked)
    if campaign.kind == Campaign.Kind.NOTICE:
        first = questions.first
        label = "동의 요청 (번호를 함께 쓰는 분들)"
        yield label, phrasing.template_of(campaign, first, is_named=True), questions.words(first)


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
    shown = previews(campaign, day=day)
    asking = shown[: len(shown) - (not campaign.asks or campaign.has_documents)]
    ask_won = sum((one.won for one in asking if "함께" not in one.label), Decimal(0))
    notice_won = shown[-1].won if len(asking) < len(shown) else Decimal(0)
    letters = everybody - addressable if campaign.has_paper else 0
    notices = addressable if campaign.has_documents or not campaign.asks else 0
    return Forecast(
        ask_count=addressable,
        ask_won=ask_won * addressable,
        notice_count=notices,
        notice_won=notice_won * notices,
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
