"""The weekly sample: a hundred questions drawn by lot, judged blind, so that correctness is known and not hoped for."""

import hashlib
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from chatbot.measures import MEASURES
from chatbot.models import SampledTurn, Turn
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.workdays import start_of

SIZE = 100
_WEEK = timedelta(days=7)


class UnknownVerdict(Refused):
    """Not one of the buttons."""

    sentence = "판단을 골라 주세요."


def week_before(now: datetime) -> date:
    """The Monday of the last whole week."""
    today = day_in_korea(now)
    return today - timedelta(days=today.weekday()) - _WEEK


@transaction.atomic
def draw_sample(*, week_on: date) -> int:
    """Draw the week's questions once; the lot falls the same way wherever it is drawn. Returns how many there are."""
    drawn = SampledTurn.objects.filter(week_on=week_on)
    if not drawn.exists():
        asked = Turn.objects.filter(
            MEASURES["turns"].condition, asked_at__gte=start_of(week_on), asked_at__lt=start_of(week_on + _WEEK)
        )
        chosen = sorted(asked.values_list("pk", flat=True), key=_lot)[:SIZE]
        SampledTurn.objects.bulk_create(
            (SampledTurn(week_on=week_on, turn_id=pk) for pk in chosen), ignore_conflicts=True
        )
    return drawn.count()


def _lot(pk: int) -> bytes:
    return hashlib.blake2b(str(pk).encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=8).digest()


@transaction.atomic
def judge_sample(*, sample: SampledTurn, verdict: str, by: User, now: datetime) -> None:
    """
    Write down what an official thinks of one question; the last word counts.

    :raises UnknownVerdict: if it is none of the verdicts
    """
    if verdict not in SampledTurn.Verdict.values:
        raise UnknownVerdict
    SampledTurn.objects.filter(pk=sample.pk).update(verdict=verdict, judged_by=by, judged_at=now)
