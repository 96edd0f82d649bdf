"""건강: answers that need an official's eye. Each trouble finds its rows, so that every number equals its list."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chatbot.likeness import Likeness
from chatbot.models import Faq, FaqLink, Phrasing, Turn, TurnCandidate
from complaints.petitions import shipped
from portal.core.clock import day_in_korea

SOON = timedelta(days=30)
LOOKED_BACK = timedelta(days=90)
SHOWN_OFTEN = 20
TAPPED_RARELY = 0.05
CONFLICT = 0.9

Find = Callable[[QuerySet[Faq], datetime], QuerySet[Faq]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that can be wrong with an answer, and what to do about it."""

    label: str
    about: str
    find: Find


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers that are hard to tell apart."""

    one: Faq
    other: Faq
    percent: int


def troubled(faqs: QuerySet[Faq], name: str | None, *, now: datetime) -> QuerySet[Faq]:
    """
    The published answers that have the trouble.

    :raises KeyError: if there is no such trouble
    """
    return TROUBLES[name or ""].find(faqs.filter(status=Faq.Status.PUBLISHED), now)


def counts(faqs: QuerySet[Faq], *, now: datetime) -> dict[str, int]:
    """How many answers have each trouble."""
    return {name: troubled(faqs, name, now=now).order_by().count() for name in TROUBLES}


def _stale(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    return faqs.filter(checked_on__lt=day_in_korea(now) - timedelta(days=settings.CHATBOT_STALE_DAYS))


def _ending(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    return faqs.filter(valid_to__isnull=False, valid_to__lte=day_in_korea(now) + SOON)


def _never_hit(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    given = Turn.objects.filter(faq=OuterRef("pk"), asked_at__gte=now - LOOKED_BACK)
    return faqs.filter(~Exists(given), kind=Faq.Kind.ANSWER)


def _hubs(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    shown = TurnCandidate.objects.filter(turn__decision=Turn.Decision.CHIPS, turn__asked_at__gte=now - LOOKED_BACK)
    tapped = Count("pk", filter=Q(tapped_at__isnull=False))
    rows = shown.values_list("faq").annotate(shown=Count("pk"), tapped=tapped).filter(shown__gte=SHOWN_OFTEN)
    return faqs.filter(pk__in=[faq for faq, times, taps in rows if taps < times * TAPPED_RARELY])


def _thin(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    """Fewer than half the ways of asking that its neighbours (the same category) know: they draw its questions away."""
    approved = Q(phrasings__state=Phrasing.State.APPROVED)
    published = Faq.objects.filter(status=Faq.Status.PUBLISHED)
    rows = list(published.values_list("pk", "category").annotate(known=Count("phrasings", filter=approved)))
    known: dict[str, list[int]] = defaultdict(list)
    for _, category, number in rows:
        known[category].append(number)
    usual = {category: median(numbers) for category, numbers in known.items()}
    return faqs.filter(pk__in=[pk for pk, category, number in rows if number * 2 < usual[category]])


def _without_petition(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    return faqs.exclude(petition_code="").exclude(petition_code__in=list(shipped().by_code))


def _example_links(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    example = Q(url__contains=".example.") | Q(url__startswith="https://example.")
    return faqs.filter(Exists(FaqLink.objects.filter(example, faq=OuterRef("pk"))))


def _sample_facts(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    return faqs.filter(has_sample_facts=True)


def _in_conflict(faqs: QuerySet[Faq], now: datetime) -> QuerySet[Faq]:
    return faqs.filter(pk__in={faq.pk for pair in conflicts() for faq in (pair.one, pair.other)})


def conflicts() -> list[Pair]:
    """Published answers whose question and words are nearly the same, the most alike first."""
    published = Faq.objects.filter(status=Faq.Status.PUBLISHED).exclude(kind=Faq.Kind.SMALLTALK)
    rows = list(published.select_related("department").order_by("pk"))
    texts = [" ".join((faq.question, *faq.tags)) for faq in rows]
    return sorted(_alike(rows, texts), key=lambda pair: -pair.percent)


def _alike(rows: list[Faq], texts: list[str]) -> Iterator[Pair]:
    vectors = Likeness(texts).vectors(texts)
    alike = np.triu(vectors @ vectors.T, k=1)
    for one, other in zip(*np.nonzero(alike > CONFLICT), strict=True):
        yield Pair(rows[one], rows[other], int(alike[one, other] * 100))


TROUBLES: Mapping[str, Trouble] = {
    "stale": Trouble("확인한 지 오래됨", "내용이 아직 맞는지 읽고 ‘그대로 맞음’을 누르거나 고쳐 주세요.", _stale),
    "ending": Trouble("곧 끝나거나 끝남", "30일 안에 마지막 날이 됩니다. 이어 가려면 날짜를 고쳐 주세요.", _ending),
    "hub": Trouble(
        "자주 보이나 고르지 않음", "엉뚱한 질문에 자꾸 끼어듭니다. 낱말을 줄이거나 더 또렷하게 고쳐 주세요.", _hubs
    ),
    "thin": Trouble("표현이 적음", "같은 분류의 절반이 안 됩니다. 시민이 할 말을 더 적어 주세요.", _thin),
    "conflict": Trouble(
        "서로 헷갈림", "거의 같은 답변이 둘입니다. 하나로 합치거나 낱말을 나누어 주세요.", _in_conflict
    ),
    "never_hit": Trouble(
        "석 달 동안 안 나감", "아무도 안 물었거나 찾지 못합니다. 시민의 말로 표현을 더해 보세요.", _never_hit
    ),
    "petition": Trouble("없는 신청서를 가리킴", "이어지는 신청을 다시 골라 주세요.", _without_petition),
    "example": Trouble("예시 링크", "실제 주소로 바꿔 주세요. 시민에게는 눌리지 않습니다.", _example_links),
    "sample": Trouble("예시 수치", "실제 금액과 기한으로 고치고 표시를 꺼 주세요.", _sample_facts),
}
