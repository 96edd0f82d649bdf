"""Reads about answers: tallies from appended deltas, and answers by 동 with small groups merged."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncHour

from notices.models import Answer, Campaign, Recipient
from notices.queries import counts_of
from notices.services.questioning import Questionnaire
from notices.tallies import QuestionTally, merged, tally_of
from portal.core.clock import KST
from portal.core.errors import Refused

_AREA = re.compile(r"(?<!\S)([가-힣]{1,6}\d{0,2}(?:동|읍|면|리))(?=\s|,|\)|$)")
NOWHERE = "주소 없음"
BLOCK = 2_000


class StillSecret(Refused):
    """A vote is counted when it is over."""

    sentence = "투표 결과는 마감한 뒤에 볼 수 있습니다."


def tally_of_questions(campaign: Campaign) -> list[QuestionTally]:
    """How every question of a campaign was answered, from counted deltas: no rows are counted."""
    questions, counts = Questionnaire.of(campaign), counts_of(campaign)
    return [
        tally_of(asked, questions.text_of(asked), counts, is_hidden=campaign.is_secret) for asked in questions.asked
    ]


def replies_by_hour(campaign: Campaign) -> dict[datetime, int]:
    """How many replies came in which hour, counted or not."""
    hours = Answer.objects.filter(recipient__campaign=campaign).annotate(hour=TruncHour("at", tzinfo=KST))
    return dict(hours.values_list("hour").annotate(total=Count("pk")).order_by("hour"))


def answers_by_area(campaign: Campaign) -> dict[int, dict[str, dict[str, int]]]:
    """
    Question → 동 → option → how many, for the report of a survey or a vote. Opens addresses: not for a page that polls.

    :raises StillSecret: while a vote is going on
    """
    if campaign.is_secret:
        raise StillSecret
    areas = {one.pk: area_of(one.address) for one in _people(campaign)}
    tables: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    chosen = Answer.objects.filter(
        recipient__campaign=campaign, is_counted=True, replaced_at=None, option__isnull=False
    )
    for question, recipient, label in chosen.values_list("question__position", "recipient_id", "option__label"):
        tables[question][areas.get(recipient, NOWHERE)][label] += 1
    return {position: merged(groups) for position, groups in tables.items()}


def _people(campaign: Campaign) -> list[Recipient]:
    people = Recipient.objects.filter(campaign=campaign, answers__is_counted=True).distinct()
    return list(people.only("pk", "sealed_id", "address_sealed", "campaign_id").iterator(chunk_size=BLOCK))


def area_of(address: str) -> str:
    """The 동 in an address, as it is written there."""
    found = _AREA.findall(address)
    return found[-1] if found else NOWHERE


@dataclass(frozen=True, slots=True)
class Verdict:
    """One button an official may press about an unclear reply."""

    value: str
    label: str
    key: str


def choices_for(answer: Answer) -> list[Verdict]:
    """What an unclear reply may be decided to mean: the options of its question, or that it was an answer at all."""
    question = answer.question
    if question.answer in ("number", "text"):
        label = "이 숫자로 답함" if question.answer == "number" else "답으로 셈"
        return [Verdict(question.answer, label, "1"), Verdict("unrelated", "무관", "3")]
    options = list(question.options.order_by("digit"))
    found = [
        Verdict(f"choice:{one.digit}" if one.meaning == "choice" else one.meaning, one.label, str(one.digit))
        for one in options
    ]
    return [*found, Verdict("unrelated", "무관", "3" if len(options) < 3 else "0")]
