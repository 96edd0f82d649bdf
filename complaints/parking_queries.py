"""The rules of resident parking reports as rows, and what photos are worth under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_noop

from complaints.evidence import Lack, Requirement, Shot, Verdict, judge
from complaints.models import Category, ParkingRule, StageChange
from portal.accounts.queries import calendar
from portal.core.clock import day_in_korea

CATEGORY = "parking.illegal"
SENTENCES = {
    Lack.PHOTOS: gettext_noop("같은 자리, 같은 각도로 한 장 더 필요합니다."),
    Lack.TIME_UNKNOWN: gettext_noop("사진에 찍은 시각이 없습니다. 저장된 사진 대신 지금 카메라로 찍어 주세요."),
    Lack.CLOCK_WRONG: gettext_noop("휴대전화의 시계가 맞지 않습니다. 시각을 자동으로 맞춘 뒤 다시 찍어 주세요."),
    Lack.TOO_SOON: gettext_noop("두 사진의 간격이 짧습니다."),
    Lack.SENT_TOGETHER: gettext_noop(
        "두 사진이 거의 동시에 올라왔습니다. 한 장을 올리고, 시간이 지난 뒤 다음 장을 올려 주세요."
    ),
    Lack.TOO_FAR: gettext_noop("두 사진을 찍은 곳이 서로 멉니다. 같은 자리에서 찍어 주세요."),
    Lack.TOO_LATE: gettext_noop("찍은 다음 날 24시가 지났습니다."),
    Lack.OUT_OF_HOURS: gettext_noop("이 구역의 단속 시간이 아닙니다."),
}


@dataclass(frozen=True, slots=True)
class Zone:
    """One kind of place where parking is forbidden, and what it asks for."""

    pk: int
    name: str
    note: str
    requirement: Requirement


def zones(on: date) -> list[Zone]:
    """The rules in force on a day: of each zone the row that began last."""
    rules: dict[str, ParkingRule] = {}
    for rule in ParkingRule.objects.filter(valid_from__lte=on).order_by("valid_from", "pk"):
        rules[rule.zone] = rule
    return [
        Zone(rule.pk, rule.zone, rule.note, _requirement(rule))
        for rule in sorted(rules.values(), key=lambda rule: rule.pk)
    ]


def verdict_on(shots: Sequence[Shot], requirement: Requirement, *, now: datetime) -> Verdict:
    """Judge the photos on the calendar of the day they were taken."""
    moments = [shot.taken_at or shot.received_at for shot in shots]
    on = day_in_korea(min(moments)) if moments else day_in_korea(now)
    return judge(shots, requirement, is_weekend=not calendar().day(on).counts, now=now)


def sentences_of(verdict: Verdict) -> list[str]:
    """What is missing, in words."""
    return [SENTENCES[lack] for lack in verdict.lacks]


def evidence_words(changes: Sequence[StageChange]) -> list[str]:
    """What timed photos were judged to prove when the case was filed, for officials; nothing for any other case."""
    found = next((change.data["evidence"] for change in changes if "evidence" in change.data), None)
    if found is None:
        return []
    seen = [f"구역: {found['zone']}", f"사진 간격 {found['gap_seconds']}초"]
    if found["distance_m"] is not None:
        seen.append(f"사진 사이 {found['distance_m']:.0f}m")
    lacks = [SENTENCES[Lack(lack)] for lack in found["lacks"]]
    return [*seen, *(lacks or ["주민신고 요건을 갖추었습니다."])]


def category() -> Category | None:
    """불법주정차, if the district keeps it."""
    return Category.objects.filter(code=CATEGORY, is_active=True).first()


def _requirement(rule: ParkingRule) -> Requirement:
    weekday = (rule.weekday_from, rule.weekday_until)
    weekend = (rule.weekend_from, rule.weekend_until)
    return Requirement(
        zone=rule.zone,
        photo_count=rule.min_photos,
        gap=timedelta(seconds=rule.min_gap_seconds),
        distance_m=rule.max_distance_m,
        weekday_hours=(weekday[0], weekday[1]) if weekday[0] and weekday[1] else None,
        has_weekend=rule.has_weekend,
        weekend_hours=(weekend[0], weekend[1]) if weekend[0] and weekend[1] else None,
        deadline_days=rule.deadline_days,
    )
