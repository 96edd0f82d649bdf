"""What to offer somebody about whom nothing is known, and must not be: by month and hour."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.core.clock import in_korea

MOST = 3
_EVERY_MONTH = frozenset(range(1, 13))
_EVERY_HOUR = frozenset(range(24))
_NIGHT = frozenset((20, 21, 22, 23, 0, 1, 2, 3, 4, 5))


@dataclass(frozen=True, slots=True)
class Occasion:
    """Words that many look for at a time of the year or of the day."""

    label: str
    words: str
    months: frozenset[int] = _EVERY_MONTH
    hours: frozenset[int] = _EVERY_HOUR

    @property
    def url(self) -> str:
        """Always an answer, also where the guide was withdrawn."""
        return f"{reverse('site:search')}?{urlencode({'q': self.words})}"


OCCASIONS = (
    Occasion(gettext_noop("밤에 여는 병원·약국"), "야간 병원 약국", hours=_NIGHT),
    Occasion(gettext_noop("눈 치우기·제설"), "제설", frozenset((12, 1, 2))),
    Occasion(gettext_noop("한파쉼터"), "한파쉼터", frozenset((12, 1, 2))),
    Occasion(gettext_noop("무더위쉼터"), "무더위쉼터", frozenset((6, 7, 8))),
    Occasion(gettext_noop("빗물받이·침수"), "침수", frozenset((6, 7, 8, 9))),
    Occasion(gettext_noop("모기 방역"), "모기 방역", frozenset((5, 6, 7, 8, 9))),
    Occasion(gettext_noop("독감 예방접종"), "독감", frozenset((9, 10, 11, 12))),
    Occasion(gettext_noop("자동차세"), "자동차세", frozenset((1, 6, 12))),
    Occasion(gettext_noop("재산세"), "재산세", frozenset((7, 9))),
    Occasion(gettext_noop("주민세"), "주민세", frozenset((8,))),
    Occasion(gettext_noop("전입신고"), "전입신고", frozenset((2, 3, 8, 9))),
    Occasion(gettext_noop("어린이집 신청"), "어린이집", frozenset((1, 2, 3, 11))),
    Occasion(gettext_noop("반려견 동물등록"), "동물등록", frozenset((4, 5, 10))),
    Occasion(gettext_noop("여권 발급"), "여권", frozenset((4, 5, 6, 7, 11, 12))),
    Occasion(gettext_noop("대형폐기물"), "대형폐기물"),
    Occasion(gettext_noop("공영주차장"), "공영주차장"),
)


def occasions(now: datetime) -> list[Occasion]:
    """The few that fit best: those of the hour and the season first."""
    here = in_korea(now)
    fitting = [one for one in OCCASIONS if here.month in one.months and here.hour in one.hours]
    return sorted(fitting, key=lambda one: len(one.months) * len(one.hours))[:MOST]


def greeting(now: datetime) -> str:
    """A kind word by the hour."""
    hour = in_korea(now).hour
    if 5 <= hour < 11:
        return _("좋은 아침이에요.")
    if 11 <= hour < 17:
        return _("편안한 오후 보내고 계신가요?")
    if 17 <= hour < 22:
        return _("오늘도 수고 많으셨어요.")
    return _("늦은 밤에도 열려 있어요.")
