"""시험 (A/B): prepare, start, watch and stop a comparison of two ways of deciding."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import Experiment
from chatbot.services import experiments
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin

MOST_SHOWN = 20


class TrialForm(forms.Form):
    """One other way of deciding, beside the usual one."""

    use_required_attribute = False
    name = forms.CharField(label="이름", max_length=60, error_messages={"required": "이름: 적어 주세요."})
    direct_at = forms.FloatField(
        label="바로 답변하는 확신",
        help_text="0~1. 높이면 바로 답하는 일이 줄고 고르기가 늘어납니다. 비우면 지금대로.",
        min_value=0,
        max_value=1,
        required=False,
    )
    exits_below = forms.FloatField(
        label="답하지 않는 확신",
        help_text="0~1. 높이면 모르는 질문에 고르기를 덜 보입니다. 비우면 지금대로.",
        min_value=0,
        max_value=1,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Something must differ."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.thresholds():
            raise forms.ValidationError("적어도 한 값은 지금과 달라야 합니다.")
        return values

    def thresholds(self) -> dict[str, float]:
        """What differs from the usual way."""
        return {
            name: self.cleaned_data[name] for name in experiments.MAY_VARY if self.cleaned_data.get(name) is not None
        }


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """All experiments, and the form for another."""
    user = official_with(request, "view_experiment")
    form = TrialForm(request.POST or None)
    if request.method == "POST":
        official_with(request, "add_experiment")
        if form.is_valid():
            arms = {"other": form.thresholds()}
            name = form.cleaned_data["name"]
            act = partial(experiments.draft_experiment, name=name, arms=arms, by=user, now=clock.now())
            attempt(request, act, done="시험을 준비했습니다. 시작을 눌러야 나뉩니다.")
            return redirect(page_of("experiment", "changelist"))
    rows = [
        {"trial": one, "measured": experiments.measure(one), "arms": _arms(one)}
        for one in Experiment.objects.order_by("-pk")[:MOST_SHOWN]
    ]
    context = {
        **site(request),
        "title": "챗봇 시험",
        "rows": rows,
        "form": form,
        "fewest": experiments.FEWEST_TURNS,
        "may_write": user.has_perm("chatbot.add_experiment"),
    }
    return render(request, "admin/chatbot/trials.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """시작 and 끝내기."""
    user = official_with(request, "change_experiment")
    experiment = get_object_or_404(Experiment, pk=pk)
    if name == "start":
        act = partial(experiments.start_experiment, experiment=experiment, by=user, now=clock.now())
        attempt(request, act, done="시작했습니다. 해가 뚜렷하면 저절로 멈춥니다.")
    elif name == "stop":
        reason = f"{user.get_username()} 끝냄"
        act = partial(experiments.stop_experiment, experiment=experiment, reason=reason, now=clock.now())
        attempt(request, act, done="끝냈습니다. 다음 질문부터 모두 보통대로 답합니다.")
    else:
        raise Http404
    return redirect(page_of("experiment", "changelist"))


def _arms(experiment: Experiment) -> list[tuple[str, str]]:
    labels = {"direct_at": "바로 답변하는 확신", "exits_below": "답하지 않는 확신"}
    others = {name: values for name, values in experiment.arms.items() if name != experiments.CONTROL}
    return [
        (name, ", ".join(f"{labels.get(key, key)} {value}" for key, value in values.items()))
        for name, values in others.items()
    ]


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    """Our own page in place of the usual ones."""

    def get_urls(self) -> list[URLPattern]:
        """Preparing, starting and stopping."""
        wrap = self.admin_site.admin_view
        own = [
            path("prepare/", wrap(show), name="chatbot_experiment_prepare"),
            path("<int:pk>/<slug:name>/", wrap(move), name="chatbot_experiment_move"),
        ]
        return own + list(super().get_urls())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The experiments."""
        return show(request)
