"""Each step of `workflow.STEPS` that officials take: its form, its service, the words on its button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from complaints import queries, services
from complaints.admin import forms
from complaints.models import Complaint
from complaints.workflow import Stage
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Doing:
    """How a step is asked for."""

    form: type[forms.StepForm]
    service: Callable[..., Any]
    button: str
    is_grave: bool = False


DOINGS: Mapping[str, Doing] = {
    "receive": Doing(forms.StepForm, services.receive, "접수하기"),
    "discard": Doing(forms.ReasonForm, services.discard, "접수하지 않고 종결하기", is_grave=True),
    "route": Doing(forms.PlaceForm, services.route, "부서에 배정하기"),
    "reroute": Doing(forms.RerouteForm, services.reroute, "다른 부서로 보내기"),
    "assign": Doing(forms.OfficerForm, services.assign, "담당자로 지정하기"),
    "reassign": Doing(forms.HandOverForm, services.reassign, "담당자 바꾸기"),
    "inspect": Doing(forms.InspectForm, services.inspect, "현장 확인 시작하기"),
    "review": Doing(forms.StepForm, services.review, "심사 시작하기"),
    "ask_supplement": Doing(forms.SupplementForm, services.ask_supplement, "보완 요청 보내기"),
    "answer_supplement": Doing(forms.SupplementAnswerForm, services.answer_supplement, "보완 접수하기"),
    "send_back": Doing(forms.ReasonForm, services.send_back, "반려하기", is_grave=True),
    "resolve": Doing(forms.ResolveForm, services.resolve, "답변 보내고 처리 완료하기"),
    "transfer": Doing(forms.TransferForm, services.transfer, "다른 기관으로 이송하기", is_grave=True),
    "bounce": Doing(forms.BounceForm, services.bounce, "다시 접수하기"),
    "withdraw": Doing(forms.WithdrawForm, services.withdraw, "취하 처리하기", is_grave=True),
    "close": Doing(forms.ReasonForm, services.close, "종결하기", is_grave=True),
    "merge": Doing(forms.MergeForm, services.merge, "대표 민원에 병합하기"),
    "unmerge": Doing(forms.StepForm, services.unmerge, "병합 풀기"),
    "accept_reopening": Doing(forms.StepForm, services.accept_reopening, "재검토 시작하기"),
    "decline_reopening": Doing(forms.ReasonForm, services.decline_reopening, "기존 답변 유지하기"),
}

# The way a case usually goes on from each stage; the button in front.
NEXT: Mapping[str, str] = {
    Stage.SUBMITTED: "receive",
    Stage.RECEIVED: "route",
    Stage.ROUTED: "assign",
    Stage.ASSIGNED: "inspect",
    Stage.INSPECTING: "review",
    Stage.REVIEWING: "resolve",
    Stage.SUPPLEMENTING: "answer_supplement",
    Stage.REOPENING: "accept_reopening",
    Stage.TRANSFERRED: "bounce",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the menu of steps. A forbidden one says why."""

    name: str
    label: str
    is_allowed: bool
    why_not: str


def ways(complaint: Complaint, *, by: User) -> list[Way]:
    """The steps from here, those `by` may take first."""
    choices = queries.next_steps(complaint, by=by)
    return [
        Way(choice.step.name, choice.step.label, choice.is_allowed, choice.why_not)
        for choice in choices
        if choice.step.name in DOINGS
    ]


def front(complaint: Complaint, found: list[Way]) -> str:
    """The step whose form stands open: the usual next one, if this official may take it; else none."""
    usual = NEXT.get(complaint.stage, "")
    return usual if any(way.name == usual and way.is_allowed for way in found) else ""
