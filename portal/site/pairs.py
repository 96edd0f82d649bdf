"""What is opened after what in the menu, counted so that nobody can be seen in it."""

import hashlib
import hmac
import math
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.site import menu
from portal.site.models import MenuPair

FEWEST = 100  # visits of one day: below it a pair says too much about too few; no connection alone gets there
KEPT_DAYS = 28
MOST = 3  # that may follow one entry
_SCALE = 1.0  # of the noise: one visit more or less is not to be told from chance


class NotInTheMenu(Refused):
    """Only entries of the menu are counted, each with another one."""

    sentence = "메뉴에 없는 주소입니다."


def known() -> frozenset[str]:
    """The addresses that may be counted."""
    return frozenset(entry.url for entry in menu.ENTRIES + menu.QUESTIONS)


@transaction.atomic
def note(*, first: str, second: str, now: datetime) -> None:
    """
    One visit in which the second entry was opened after the first.

    :raises NotInTheMenu: for any other address, and for the same one twice
    """
    if first == second or not {first, second} <= known():
        raise NotInTheMenu
    pair, _ = MenuPair.objects.get_or_create(first=first, second=second, seen_on=day_in_korea(now))
    MenuPair.objects.filter(pk=pair.pk).update(visit_count=F("visit_count") + 1)


def followers(*, now: datetime) -> Mapping[str, list[str]]:
    """
    What was opened most after each entry in the last four weeks.

    Whole days only: a count that rises while one watches would show a single visit. Each day has one noise of its own,
    because noise drawn anew could be averaged away.
    """
    today = day_in_korea(now)
    rows = MenuPair.objects.filter(
        seen_on__lt=today, seen_on__gte=today - timedelta(days=KEPT_DAYS), visit_count__gte=FEWEST
    )
    sums: dict[str, Counter[str]] = {}
    for pair in rows:
        seen = pair.visit_count + _noise(pair.first, pair.second, pair.seen_on)
        if seen >= FEWEST:
            sums.setdefault(pair.first, Counter())[pair.second] += round(seen)
    return {first: [second for second, _ in after.most_common(MOST)] for first, after in sorted(sums.items())}


def forget_old(*, now: datetime) -> int:
    """Counts that nothing uses any more go."""
    gone, _ = MenuPair.objects.filter(seen_on__lt=day_in_korea(now) - timedelta(days=KEPT_DAYS)).delete()
    return gone


def _noise(first: str, second: str, on: date) -> float:
    """Laplace noise that only the holder of the key could draw again."""
    words = f"menu pair {on.isoformat()} {first} {second}".encode()
    drawn = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), words, hashlib.sha256)[:8])
    share = (drawn + 0.5) / 2**64 - 0.5  # within ±½, never either end
    return -_SCALE * math.copysign(math.log1p(-2 * abs(share)), share)
