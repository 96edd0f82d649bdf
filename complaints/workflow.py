"""
The stages of a complaint and every step that may be taken, as data. Only `services` applies them.

The same tuple feeds the officials' buttons, the tests and `docs/workflow.md` (`manage.py workflow --markdown`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_noop


class Stage(TextChoices):
    """Where a complaint is. The six of the tracking bar are in `TRACK`."""

    SUBMITTED = "submitted", gettext_noop("신청됨")
    RECEIVED = "received", gettext_noop("접수")
    ROUTED = "routed", gettext_noop("부서 배정")
    ASSIGNED = "assigned", gettext_noop("담당자 지정")
    INSPECTING = "inspecting", gettext_noop("현장 확인 중")
    REVIEWING = "reviewing", gettext_noop("심사 중")
    SUPPLEMENTING = "supplementing", gettext_noop("보완 요청")
    REOPENING = "reopening", gettext_noop("재검토 요청")
    RESOLVED = "resolved", gettext_noop("처리 완료")
    TRANSFERRED = "transferred", gettext_noop("타기관 이송")
    WITHDRAWN = "withdrawn", gettext_noop("취하")
    RETURNED = "returned", gettext_noop("반려")
    CLOSED = "closed", gettext_noop("종결")
    MERGED = "merged", gettext_noop("병합")


class Actor(TextChoices):
    """In which capacity somebody takes a step."""

    CITIZEN = "citizen", "민원인"
    CLERK = "clerk", "접수 담당"
    OFFICER = "officer", "담당자"
    HEAD = "head", "부서장"
    EXAMINER = "examiner", "민원심사관"
    SYSTEM = "system", "자동"


class Clock(TextChoices):
    """What the legal clock of a complaint is doing."""

    INTAKE = "intake", "접수 대기"
    RUNNING = "running", "처리기간 진행"
    PAUSED = "paused", "처리기간 제외"
    STOPPED = "stopped", "멈춤"


class Tick(TextChoices):
    """What a step does to the clock."""

    KEEP = "keep", "그대로"
    INTAKE = "intake", "접수 8근무시간 시작"
    START = "start", "처리기간 시작"
    PAUSE = "pause", "그날부터 제외"
    RESUME = "resume", "다시 계산"
    STOP = "stop", "멈춤"


class Sign(TextChoices):
    """Whether a step needs a second signature (결재)."""

    NONE = "none", "–"
    ALWAYS = "always", "늘"
    PARTLY = "partly", "불수용이거나 분류가 정한 때"


SENTENCES: Mapping[Stage, str] = {
    Stage.SUBMITTED: "신고를 보냈습니다. 곧 접수합니다.",
    Stage.RECEIVED: "민원이 접수되었습니다.",
    Stage.ROUTED: "처리할 부서가 정해졌습니다.",
    Stage.ASSIGNED: "담당자가 정해졌습니다.",
    Stage.INSPECTING: "담당자가 현장을 확인하고 있습니다.",
    Stage.REVIEWING: "담당자가 심사하고 있습니다.",
    Stage.SUPPLEMENTING: "처리를 위해 보완이 필요합니다.",
    Stage.REOPENING: "재검토 요청을 확인하고 있습니다.",
    Stage.RESOLVED: "처리가 완료되었습니다.",
    Stage.TRANSFERRED: "소관 기관으로 이송되었습니다.",
    Stage.WITHDRAWN: "취하되었습니다.",
    Stage.RETURNED: "보완되지 않아 반려되었습니다.",
    Stage.CLOSED: "종결되었습니다.",
    Stage.MERGED: "같은 내용의 민원과 함께 처리하고 있습니다.",
}

TRACK = (Stage.RECEIVED, Stage.ROUTED, Stage.ASSIGNED, Stage.INSPECTING, Stage.REVIEWING, Stage.RESOLVED)
ENDED = (Stage.RESOLVED, Stage.TRANSFERRED, Stage.WITHDRAWN, Stage.RETURNED, Stage.CLOSED, Stage.MERGED)
OPEN = tuple(stage for stage in Stage if stage not in ENDED)
IN_HAND = (Stage.ASSIGNED, Stage.INSPECTING, Stage.REVIEWING)
HELD = (*IN_HAND, Stage.SUPPLEMENTING)  # an officer has it
COUNTED = (Stage.RECEIVED, Stage.ROUTED, *HELD)  # the processing period exists
RUNNING = (Stage.RECEIVED, Stage.ROUTED, *IN_HAND)  # and no supplement is awaited

BACK = "back"  # to the stage the supplement interrupted


def to(after: Stage, *before: Stage) -> dict[Stage, str]:
    """From each of `before` to one stage."""
    return dict.fromkeys(before, after.value)


def stay(*before: Stage) -> dict[Stage, str]:
    """Something happens and the stage stays."""
    return {stage: stage.value for stage in before}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can happen: `moves` maps the stage before to the stage after; no stage before means filing."""

    name: str
    label: str
    moves: Mapping[Stage, str]
    who: frozenset[Actor]
    needs: tuple[str, ...] = ()
    tick: Tick = Tick.KEEP
    message: str = ""
    begins: Stage | None = None
    sign: Sign = Sign.NONE
    or_to: Stage | None = None  # where it leads instead, if the facts of the case say so

    def allows(self, stage: str) -> bool:
        """Whether the step may be taken from that stage."""
        return stage in self.moves

    def after(self, stage: str, stage_before: str) -> Stage:
        """Where the step leads; `stage_before` is what a supplement interrupted."""
        target = self.moves[Stage(stage)]
        return Stage(stage_before if target == BACK else target)


C, I, O, D, X, S = (  # noqa: E741  (the letters of the design's table)
    Actor.CITIZEN,
    Actor.CLERK,
    Actor.OFFICER,
    Actor.HEAD,
    Actor.EXAMINER,
    Actor.SYSTEM,
)
_ = Stage

# fmt: off
STEPS: tuple[Step, ...] = (
    Step("file", "신청", {}, frozenset({C, I, S}), ("body",), Tick.INTAKE, "submitted", begins=_.SUBMITTED),
    Step("receive", "접수", to(_.RECEIVED, _.SUBMITTED), frozenset({S, I}), (), Tick.START, "received"),
    Step("discard", "접수하지 않고 종결", to(_.CLOSED, _.SUBMITTED), frozenset({I}), ("reason",), Tick.STOP, "closed"),
    Step("route", "부서 배정", to(_.ROUTED, _.RECEIVED), frozenset({S, I}), ("department",), message="routed"),
    Step("reroute", "부서 재배정", to(_.ROUTED, _.ROUTED, _.ASSIGNED), frozenset({D, I, X}),
         ("department", "reason"), message="routed"),
    Step("assign", "담당자 지정", to(_.ASSIGNED, _.ROUTED), frozenset({S, D}), ("officer",), message="assigned"),
    Step("reassign", "담당자 재지정", to(_.ASSIGNED, *IN_HAND) | stay(_.SUPPLEMENTING), frozenset({D, O, S}),
         ("officer", "reason"), message="assigned"),
    Step("inspect", "현장 확인 시작", to(_.INSPECTING, _.ASSIGNED, _.REVIEWING), frozenset({O}), message="inspecting"),
    Step("review", "심사 시작", to(_.REVIEWING, _.ASSIGNED, _.INSPECTING), frozenset({O}), message="reviewing"),
    Step("ask_supplement", "보완 요청", to(_.SUPPLEMENTING, *IN_HAND), frozenset({O}),
         ("items", "due_on"), Tick.PAUSE, "supplement"),
    Step("answer_supplement", "보완 접수", {_.SUPPLEMENTING: BACK}, frozenset({C, O, I}),
         ("content",), Tick.RESUME, "supplemented"),
    Step("extend_supplement", "보완 기한 연장", stay(_.SUPPLEMENTING), frozenset({C}), message="supplement_extended"),
    Step("ask_again", "보완 재요청", stay(_.SUPPLEMENTING), frozenset({O}), ("due_on",), message="supplement_extended"),
    Step("send_back", "반려", to(_.RETURNED, _.SUPPLEMENTING), frozenset({O}), ("reason",), Tick.STOP, "returned",
         sign=Sign.ALWAYS),
    Step("resolve", "처리 완료", to(_.RESOLVED, *IN_HAND), frozenset({O}),
         ("outcome", "answer"), Tick.STOP, "resolved", sign=Sign.PARTLY),
    Step("amend", "답변 정정", stay(_.RESOLVED), frozenset({O}), ("answer", "reason"), message="amended"),
    Step("transfer", "타기관 이송", to(_.TRANSFERRED, _.SUBMITTED, _.RECEIVED, _.ROUTED, _.ASSIGNED),
         frozenset({I, O, D, X}), ("agency", "reason"), Tick.STOP, "transferred"),
    Step("bounce", "이송 반려 접수", to(_.RECEIVED, _.TRANSFERRED), frozenset({I}), ("note",), Tick.RESUME, "received"),
    Step("withdraw", "취하", to(_.WITHDRAWN, *OPEN), frozenset({C, I}), (), Tick.STOP, "withdrawn"),
    Step("close", "종결", to(_.CLOSED, *COUNTED), frozenset({X, D}), ("reason",), Tick.STOP, "closed",
         sign=Sign.ALWAYS),
    Step("merge", "병합", to(_.MERGED, *OPEN), frozenset({O, D, I}), ("lead",), Tick.STOP, "merged"),
    Step("unmerge", "병합 해제", to(_.ASSIGNED, _.MERGED), frozenset({D, S}), (), Tick.RESUME, "unmerged",
         or_to=_.ROUTED),
    Step("split", "나누기", stay(*OPEN), frozenset({O, D, I}), ("parts",), message="split"),
    Step("reopen", "재검토 요청", to(_.REOPENING, _.RESOLVED), frozenset({C}), ("reason",), Tick.INTAKE, "reopening"),
    Step("accept_reopening", "재검토 시작", to(_.ASSIGNED, _.REOPENING), frozenset({D, X}), (), Tick.START, "reopened",
         or_to=_.ROUTED),
    Step("decline_reopening", "기존 답변 유지", to(_.RESOLVED, _.REOPENING), frozenset({D}),
         ("reason",), Tick.STOP, "reopening_declined"),
    Step("extend", "처리기간 연장", stay(*RUNNING), frozenset({O}), ("reason", "explanation"), Tick.RESUME, "extended"),
    Step("ask_extension", "연장 동의 요청", stay(*RUNNING), frozenset({O}), ("reason", "explanation"),
         message="extension_consent"),
    Step("grant_extension", "연장 동의", stay(*RUNNING), frozenset({C}), (), Tick.RESUME, "extended"),
    Step("refuse_extension", "연장 동의하지 않음", stay(*RUNNING), frozenset({C})),
    Step("exclude", "처리기간 제외 시작", stay(_.ROUTED, *IN_HAND), frozenset({O}),
         ("reason", "explanation"), Tick.PAUSE, sign=Sign.ALWAYS),
    Step("end_exclusion", "처리기간 제외 끝", stay(_.ROUTED, *HELD), frozenset({O, D}), (), Tick.RESUME, "rescheduled"),
    Step("recalculate", "처리기한 다시 계산", stay(*COUNTED), frozenset({S}), (), Tick.RESUME, "rescheduled"),
    Step("progress", "처리상황 안내", stay(*COUNTED), frozenset({S}), message="progress"),
    Step("remind", "담당자에게 기한 알림", stay(*COUNTED), frozenset({S})),
    Step("remind_supplement", "보완 기한 알림", stay(_.SUPPLEMENTING), frozenset({S}), message="supplement_reminder"),
    Step("publish", "공개 글 올리기", stay(*Stage), frozenset({O, D, I})),
    Step("correct", "정정", stay(*OPEN), frozenset({C, I, O}), (), message="corrected", or_to=_.ROUTED),
    Step("nudge", "처리 재촉", stay(*OPEN), frozenset({C})),
    Step("write", "민원인 메시지", stay(*Stage), frozenset({C}), ("text",)),
    Step("rate", "만족도 평가", stay(_.RESOLVED), frozenset({C}), ("score",)),
)
# fmt: on

NEEDS: Mapping[str, str] = {
    "body": "내용이나 사진",
    "reason": "사유",
    "explanation": "설명",
    "value": "연장 기간",
    "department": "부서",
    "officer": "담당자",
    "items": "보완할 내용",
    "due_on": "보완 기한",
    "content": "보완 내용",
    "outcome": "처리 결과",
    "answer": "답변",
    "remedy": "불복 방법",
    "agency": "이송할 기관",
    "note": "이송 반려 사유",
    "lead": "대표 민원",
    "parts": "나눌 내용",
    "after_photo": "처리 후 사진",
    "text": "내용",
    "score": "점수",
}

_BY_NAME = {step.name: step for step in STEPS}


def step_named(name: str) -> Step:
    """The step of that name; an unknown name is a programming error."""
    return _BY_NAME[name]


def steps_from(stage: str) -> tuple[Step, ...]:
    """Every step that some person or the system may take from a stage, in the table's order."""
    return tuple(step for step in STEPS if step.allows(stage))


def ways_into(stage: Stage) -> tuple[Step, ...]:
    """Every step that ends in a stage it did not begin in (or begins there)."""
    return tuple(
        step
        for step in STEPS
        if step.begins == stage or any(step.after(before, stage) == stage != before for before in step.moves)
    )
