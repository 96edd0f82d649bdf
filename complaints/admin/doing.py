"""Each step of `workflow.STEPS` that officials take: its form, its service, the words on its button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from complaints import queries, services
from complaints.admin import clock_forms, desk_forms, forms, verb_forms
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
    "ask_again": Doing(verb_forms.AskAgainForm, services.ask_again, "보완 다시 요청하기"),
    "send_back": Doing(forms.ReasonForm, partial(services.act, step="send_back"), "반려 결재 올리기", is_grave=True),
    "extend": Doing(clock_forms.ExtendForm, services.extend, "처리기간 연장하기"),
    "ask_extension": Doing(clock_forms.ExtendForm, services.ask_extension, "민원인에게 연장 동의 묻기"),
    "exclude": Doing(clock_forms.ExcludeForm, partial(services.act, step="exclude"), "처리기간 제외 결재 올리기"),
    "end_exclusion": Doing(clock_forms.EndExclusionForm, services.end_exclusion, "다시 처리기간 세기"),
    "resolve": Doing(forms.ResolveForm, partial(services.act, step="resolve"), "답변 보내고 처리 완료하기"),
    "amend": Doing(verb_forms.AmendForm, services.amend, "답변 정정하기"),
    "transfer": Doing(forms.TransferForm, services.transfer, "다른 기관으로 이송하기", is_grave=True),
    "bounce": Doing(forms.BounceForm, services.bounce, "다시 접수하기"),
    "withdraw": Doing(forms.WithdrawForm, services.withdraw, "취하 처리하기", is_grave=True),
    "close": Doing(verb_forms.CloseForm, partial(services.act, step="close"), "종결 결재 올리기", is_grave=True),
    "merge": Doing(forms.MergeForm, services.merge, "대표 민원에 병합하기"),
    "unmerge": Doing(forms.StepForm, services.unmerge, "병합 풀기"),
    "split": Doing(verb_forms.SplitForm, services.split, "나누어 보내기"),
    "correct": Doing(verb_forms.CorrectForm, services.correct, "바로잡기"),
    "accept_reopening": Doing(forms.StepForm, services.accept_reopening, "재검토 시작하기"),
    "publish": Doing(desk_forms.PublishForm, services.publish, "이대로 공개하기"),
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
