"""Which words a citizen gets for a happening: template, variables, topic. Decides; sends nothing."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from complaints.deadlines import Period, Unit
from complaints.models import Complaint, Outcome, StageChange
from complaints.workflow import STEPS, Actor, Clock, Stage, step_named
from portal.core.clock import in_korea
from portal.core.hangul import josa
from portal.core.languages import house_language
from portal.core.workdays import WEEKDAYS

REPLY_FOR = timedelta(days=30)
SUMMARY_LENGTH = 80
LONGEST_VALUE = 200
FOLLOWING = "{}/complaints/following/"
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# A later one of these overtakes an earlier one that has not left yet; the timeline keeps them all.
COLLAPSING = ("routed", "assigned", "inspecting", "reviewing")
COLLAPSING_STEPS = tuple(step.name for step in STEPS if step.message in COLLAPSING)
# What followers hear, who have no case of their own.
FOLLOWED = (*COLLAPSING, "resolved", "refused", "amended", "transferred", "reopened")
# What those hear whose cases were merged into this one; the rest concerns the lead's complainant alone.
OF_MERGED = (*FOLLOWED, "extended", "rescheduled", "progress")
# What the law wants told (민원 처리에 관한 법률 제27조): nobody can switch these off.
RESULTS = ("resolved", "refused", "returned", "transferred", "closed", "reopening_declined")
REMEDY = "이의가 있으시면 국민권익위원회(국번 없이 110)에 고충민원을 신청하실 수 있습니다."  # of a case closed
NO_VISIT = "결과를 곧 알려 드리겠습니다."


@dataclass(frozen=True, slots=True)
class Announcement:
    """One text about one happening."""

    template: str
    context: Mapping[str, str]
    topic: str
    reply_for: timedelta = REPLY_FOR
    collapses: bool = False


@house_language()
def announcement(change: StageChange, complaint: Complaint, *, hearer: Complaint) -> Announcement:
    """
    What `hearer` is told about a change of `complaint` that has a template.

    The two differ when the hearer's own case was merged: number and link are then the hearer's, the news the lead's.
    """
    name = template_for(change, complaint)
    topic = "complaints.stage"
    reply_for = REPLY_FOR
    if name in ("supplement", "supplement_extended", "supplement_reminder"):
        topic, reply_for = "complaints.supplement", _until(change)
    elif name == "extension_consent":
        topic, reply_for = "complaints.extension", _before(complaint.due_at, change.at)
    elif name == "unsatisfied" or (name == "resolved" and hearer == complaint):
        topic = "complaints.satisfaction"
    elif name == "resolved":
        name, topic = "resolved_also", "complaints.result"
    elif name in RESULTS:
        topic = "complaints.result"
    return Announcement(
        template=f"complaints.{name}",
        context=words(name, change, complaint, hearer=hearer),
        topic=topic,
        reply_for=reply_for,
        collapses=name in COLLAPSING,
    )


@house_language()
def news_for_follower(change: StageChange, complaint: Complaint) -> Announcement:
    """
    What somebody hears who filed nothing: the stage, and nothing that was written about or by the complainant.
    """
    name = "followed"
    return Announcement(
        template=f"complaints.{name}",
        context={
            **words(name, change, complaint, hearer=complaint),
            "진행주소": FOLLOWING.format(settings.SITE_URL),
        },
        topic="complaints.stage",
        collapses=template_for(change, complaint) in COLLAPSING,
    )


def template_for(change: StageChange, complaint: Complaint) -> str:
    """The name of the template, '' if the happening is not told."""
    name = step_named(change.step).message
    if name == "submitted" and complaint.stage != Stage.SUBMITTED:
        return ""  # received in the same breath: the citizen gets one text, not two
    if name == "rescheduled" and not change.data.get("is_later"):
        return ""  # an earlier date is kept quietly: what was promised was later
    if complaint.parent_id is not None and change.step == "receive":
        return ""  # a part of a case that was received long ago
    if name == "resolved" and complaint.outcome == Outcome.REFUSED:
        return "refused"
    if change.step == "rate" and change.data.get("asks_why"):
        return "unsatisfied"
    if name == "corrected" and change.actor != Actor.CITIZEN:
        return "rectified"
    return name


def words(name: str, change: StageChange, complaint: Complaint, *, hearer: Complaint) -> dict[str, str]:
    """The variables of a template, for one hearer."""
    return {
        "번호": hearer.number,
        "진행주소": link_of(hearer),
        **{variable: sayable(_VARIABLES[variable](change, complaint)) for variable in VARIABLES.get(name, ())},
    }


def sayable(text: str) -> str:
    """
    An official's own words as a text message can carry them: one line, no address, no sign a handset lacks.

    The citizen's page shows them whole; a smiley in an answer must not stop the answer.
    """
    line = " ".join(_LINK.sub("(주소는 누리집에서)", unicodedata.normalize("NFC", text)).split()).replace("#{", "")
    kept = " ".join("".join(letter for letter in line if _fits(letter)).split())
    return (kept if len(kept) <= LONGEST_VALUE else kept[: LONGEST_VALUE - 1] + "…") or "-"


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp949")
    except UnicodeEncodeError:
        return False
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")


def _department_phone(complaint: Complaint) -> str:
    return complaint.department.phone if complaint.department else settings.DISTRICT_PHONE


def link_of(complaint: Complaint) -> str:
    """The citizen's own page of the case; it travels in buttons only."""
    return f"{settings.SITE_URL}/c/{complaint.token}/"


def due_words(complaint: Complaint) -> str:
    """11월 10일(화), with the hour where the law counts hours."""
    if complaint.due_at is None:
        return ""
    return moment_words(complaint.due_at, complaint)


def moment_words(moment: datetime, complaint: Complaint) -> str:
    """Another due date of the case, spelled as its present one is."""
    if Period(complaint.period_value or 0, Unit(complaint.period_unit)).hours is None:
        return day_words(moment - timedelta.resolution)
    return f"{day_words(moment)} {in_korea(moment):%H:%M}"


def progress_words(change: StageChange, complaint: Complaint) -> str:
    """Where it stands by the calendar: a date that has passed is not promised again."""
    if complaint.clock == Clock.PAUSED:
        return "처리기간에서 빼는 절차가 진행 중입니다"
    if complaint.due_at is not None and change.at >= complaint.due_at:
        return f"처리기한({due_words(complaint)})이 지나 서둘러 처리하고 있습니다"
    return f"처리예정 {due_words(complaint)}"


def day_words(moment: datetime) -> str:
    """11월 10일(화)."""
    day = in_korea(moment)
    return f"{day.month}월 {day.day}일({WEEKDAYS[day.weekday()]})"


def visit_words(visit_at: datetime) -> str:
    """방문 예정 11월 5일(목) 14:00."""
    return f"방문 예정 {day_words(visit_at)} {in_korea(visit_at):%H:%M}"


def summary(complaint: Complaint) -> str:
    """How the case ended, in a line: 수용. 가로등을 고쳤습니다."""
    answer = " ".join(complaint.answer.split())
    short = answer if len(answer) <= SUMMARY_LENGTH else answer[: SUMMARY_LENGTH - 1] + "…"
    return f"{Outcome(complaint.outcome).label}. {short}".rstrip(".")


def _stage_words(complaint: Complaint) -> str:
    """처리 완료(수용): how far it is, without a word of the answer."""
    stage = str(Stage(complaint.stage).label)
    return f"{stage}({Outcome(complaint.outcome).label})" if complaint.outcome else stage


def _until(change: StageChange) -> timedelta:
    """A supplement may be answered until its last day ends."""
    last_on = datetime.fromisoformat(str(change.data["due_on"])).replace(tzinfo=in_korea(change.at).tzinfo)
    return max(last_on + timedelta(days=1) - change.at, timedelta(hours=1))


def _moved_date(name: str, change: StageChange, complaint: Complaint) -> str:
    return moment_words(datetime.fromisoformat(str(change.data[name])), complaint)


def _before(due_at: datetime | None, now: datetime) -> timedelta:
    return max((due_at or now) - now, timedelta(hours=1))


VARIABLES: Mapping[str, tuple[str, ...]] = {
    "extended": ("사유", "예정일", "부서", "담당자", "전화"),
    "extension_consent": ("사유", "새예정일", "예정일", "부서", "담당자", "전화"),
    "rescheduled": ("사유로", "이전일", "예정일", "전화"),
    "progress": ("단계", "예정", "전화"),
    "supplement_reminder": ("기한", "부서", "담당자", "전화"),
    "received": ("예정일",),
    "routed": ("부서로", "부서전화"),
    "assigned": ("부서", "담당자", "전화"),
    "inspecting": ("방문예정", "부서", "담당자", "전화"),
    "reviewing": ("예정일", "부서", "담당자", "전화"),
    "supplement": ("항목", "기한", "부서", "담당자", "전화"),
    "supplemented": ("예정일",),
    "resolved": ("결과요약", "부서", "담당자", "전화"),
    "refused": ("결과요약", "사유", "안내", "부서", "담당자", "전화"),
    "transferred": ("이송기관", "기관전화"),
    "returned": ("사유", "전화"),
    "closed": ("사유", "안내", "부서전화"),
    "amended": ("결과요약", "부서", "담당자", "전화"),
    "supplement_extended": ("기한", "부서", "담당자", "전화"),
    "split": ("건수",),
    "resolved_also": ("결과요약", "부서", "담당자", "전화"),
    "followed": ("단계", "부서전화"),
    "unsatisfied": (),
    "score_unclear": (),
    "merged": ("대표번호",),
    "reopened": ("부서", "담당자", "전화", "예정일"),
    "unmerged": ("예정일",),
    "reopening_declined": ("사유", "부서", "담당자", "전화"),
    "corrected": ("고친것",),
    "rectified": ("고친것", "부서전화"),
    "phone_changed": ("부서전화",),
}

_VARIABLES: Mapping[str, Callable[[StageChange, Complaint], str]] = {
    "예정일": lambda change, complaint: due_words(complaint),
    "부서": lambda change, complaint: change.department_name,
    "부서로": lambda change, complaint: josa(change.department_name, "으로/로"),
    "부서전화": lambda change, complaint: (
        complaint.department.phone if complaint.department else settings.DISTRICT_PHONE
    ),
    "담당자": lambda change, complaint: change.officer_name,
    "전화": lambda change, complaint: change.officer_phone or settings.DISTRICT_PHONE,
    "방문예정": lambda change, complaint: change.public_text or NO_VISIT,
    "항목": lambda change, complaint: change.public_text,
    "기한": lambda change, complaint: day_words(datetime.fromisoformat(f"{change.data['due_on']}T12:00:00+09:00")),
    "결과요약": lambda change, complaint: summary(complaint),
    "사유": lambda change, complaint: complaint.refusal_reason if change.step == "resolve" else change.public_text,
    "안내": lambda change, complaint: complaint.remedy or REMEDY,
    "건수": lambda change, complaint: str(change.data["count"]),
    "단계": lambda change, complaint: _stage_words(complaint),
    "사유로": lambda change, complaint: josa(change.public_text, "으로/로"),
    "이전일": lambda change, complaint: _moved_date("due_before", change, complaint),
    "새예정일": lambda change, complaint: _moved_date("due_after", change, complaint),
    "예정": progress_words,
    "이송기관": lambda change, complaint: str(change.data["agency"]),
    "기관전화": lambda change, complaint: str(change.data["agency_phone"]),
    "고친것": lambda change, complaint: str(change.data["what"]),
    "대표번호": lambda change, complaint: str(change.data["lead"]),
}
