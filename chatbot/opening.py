"""What somebody sees who has not asked yet: six questions that fit the season and the hour, and who is awake."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import ExtractHour
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatbot.cards import Chip
from chatbot.models import Faq, Turn
from chatbot.tokens import Kind, token_of
from portal.accounts.queries import calendar
from portal.core.clock import KST, in_korea
from portal.core.workdays import CalendarMissing

_FILE = Path(__file__).parent / "reference" / "seasons.toml"
QUESTIONS = 6
DAYS_COUNTED = 30
HOURS_AROUND = 2
COUNTED_EVERY = 300  # seconds
_FURTHEST = 14


@dataclass(frozen=True, slots=True)
class Opening:
    """The start screen. `back`: when people answer again; empty while they do."""

    district: str
    questions: tuple[Chip, ...]
    back: str

    @property
    def is_staffed(self) -> bool:
        """Whether somebody is at the office right now."""
        return not self.back


def opening(*, now: datetime) -> Opening:
    """The start screen of this hour."""
    chips = tuple(Chip(faq.question, token_of(Kind.FAQ, faq.slug, now=now)) for faq in popular(now=now))
    return Opening(settings.DISTRICT_NAME, chips, back_at(now=now))


def popular(*, now: datetime, limit: int = QUESTIONS) -> list[Faq]:
    """
    The answers most given lately, those of this hour counted twice, then the ones of the season.

    Counts only: whose questions they were stays out of it.
    """
    counts = _counts(int(now.timestamp()) // COUNTED_EVERY)
    season = _season(in_korea(now).month)
    wanted = sorted({*counts, *season}, key=lambda slug: (-counts.get(slug, 0), _place(season, slug), slug))
    live = Faq.objects.filter(status=Faq.Status.PUBLISHED, kind=Faq.Kind.ANSWER)
    known = {faq.slug: faq for faq in live.filter(slug__in=wanted)}
    found = list(islice((known[slug] for slug in wanted if slug in known), limit))
    rest = live.exclude(pk__in=[faq.pk for faq in found]).order_by("pk")
    return [*found, *rest[: limit - len(found)]]


@lru_cache(maxsize=1)
def _counts(moment: int) -> dict[str, int]:
    """How often each answer was given, counted once in five minutes and not for everybody who comes."""
    now = datetime.fromtimestamp(moment * COUNTED_EVERY, tz=KST)
    hours = [(now.hour + step) % 24 for step in range(-HOURS_AROUND, HOURS_AROUND + 1)]
    recent = Turn.objects.filter(asked_at__gte=now - timedelta(days=DAYS_COUNTED), faq__isnull=False)
    rows = (
        recent.annotate(hour=ExtractHour("asked_at", tzinfo=KST))
        .values_list("faq__slug")
        .annotate(all=Count("pk"), near=Count("pk", filter=Q(hour__in=hours)))
    )
    return {slug: every + near for slug, every, near in rows}


def _place(season: list[str], slug: str) -> int:
    return season.index(slug) if slug in season else len(season)


@cache
def _seasons() -> dict[int, list[str]]:
    rows = tomllib.loads(_FILE.read_text("utf-8"))["season"]
    return {month: row["answers"] for row in rows for month in row["months"]}


def _season(month: int) -> list[str]:
    return _seasons().get(month, [])


def back_at(*, now: datetime) -> str:
    """When the office answers next, in words; empty while it is open. Beyond the calendar nothing is promised."""
    here, days = in_korea(now), calendar()
    try:
        for ahead in range(_FURTHEST):
            day = days.day(here.date() + timedelta(days=ahead))
            if not (day.counts and day.is_open):
                continue
            for begins, ends in day.spans:
                if here < begins:
                    return _spoken(begins, today=here.date())
                if here < ends:
                    return ""
    except CalendarMissing:
        pass
    return _("다음 근무일 오전 9시")


def _spoken(moment: datetime, *, today: date) -> str:
    away = (moment.date() - today).days
    day = {0: _("오늘"), 1: _("내일")}.get(away) or date_format(moment, "WEEKDAY_FORMAT")
    if moment.minute:
        words = (
            _("%(day)s 오전 %(hour)d시 %(minute)d분") if moment.hour < 12 else _("%(day)s 오후 %(hour)d시 %(minute)d분")
        )
    else:
        words = _("%(day)s 오전 %(hour)d시") if moment.hour < 12 else _("%(day)s 오후 %(hour)d시")
    return words % {"day": day, "hour": moment.hour % 12 or 12, "minute": moment.minute}
