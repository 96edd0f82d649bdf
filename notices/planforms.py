"""The shape of a plan as officials type it: kind, ground, dates, words, and up to five questions."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms

from notices import ladders
from notices.forms import LocalDateTime
from notices.models import Campaign, Question
from notices.plans import MOST_QUESTIONS, Plan, PlannedOption, PlannedQuestion
from portal.core.clock import KST

_LEADING_DIGIT = re.compile(r"^\d\s*[.)번:]?\s+")
_YES_AND_NO = ("consent", "refuse")


def _presets() -> list[tuple[str, str]]:
    found = [(one.name, one.label) for one in ladders.presets().values() if one.name != ladders.ASKING]
    return [("", "종류에 맞는 기본 단계"), *found]


class PlanForm(forms.Form):
    """Everything about a campaign but its people and its document."""

    kind = forms.ChoiceField(label="종류", choices=Campaign.Kind.choices)
    title = forms.CharField(label="이름", max_length=40, help_text="시민이 문자에서 보는 이름입니다.")
    legal_basis = forms.CharField(label="법적 근거", max_length=200, help_text="예) 지방자치법 제17조")
    consent = forms.ChoiceField(label="통지서를 보내는 근거", choices=Campaign.Consent.choices, required=False)
    purpose = forms.CharField(
        label="동의를 받는 목적",
        max_length=60,
        required=False,
        help_text="같은 목적의 동의만 뒤에 쓸 수 있습니다. 비우면 이름과 같습니다.",
    )
    effect = forms.ChoiceField(label="도달로 보는 때", choices=Campaign.Effect.choices, required=False)
    identity = forms.ChoiceField(label="본인확인", choices=Campaign.Identity.choices, required=False)
    has_paper = forms.BooleanField(label="전자로 닿지 못한 분께 등기우편", required=False, initial=True)
    ladder = forms.ChoiceField(label="보내는 단계", choices=_presets, required=False)
    words = forms.CharField(
        label="보내는 내용",
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="안내 문자와 확인 요청에서 씁니다. 인터넷 주소는 적을 수 없습니다.",
    )
    asks_from = forms.DateTimeField(label="묻기 시작", required=False, widget=LocalDateTime())
    asks_until = forms.DateTimeField(label="회신 마감", required=False, widget=LocalDateTime())
    sends_from = forms.DateTimeField(label="발송 시작", required=False, widget=LocalDateTime())
    unopened_until = forms.DateTimeField(label="열람 기한", required=False, widget=LocalDateTime())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_QUESTIONS + 1):
            self.fields[f"text{number}"] = forms.CharField(label=f"물음 {number}", max_length=200, required=False)
            self.fields[f"answer{number}"] = forms.ChoiceField(
                label="답하는 방식", choices=Question.AnswerKind.choices, required=False
            )
            self.fields[f"options{number}"] = forms.CharField(
                label="고를 답",
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="한 줄에 하나씩. 같은 말은 =로 이어 적습니다. 예) 마을 도서관 = 도서관, 책방",
            )
            self.fields[f"required{number}"] = forms.BooleanField(label="꼭 답해야 함", required=False, initial=True)

    @property
    def questions(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each question, for the page."""
        for number in range(1, MOST_QUESTIONS + 1):
            yield [self[f"{name}{number}"] for name in ("text", "answer", "options", "required")]

    def plan(self) -> Plan:
        """What was typed."""
        values = self.cleaned_data
        same = ("kind", "title", "legal_basis", "purpose", "has_paper", "ladder", "words")
        dates = ("asks_from", "asks_until", "sends_from", "unopened_until")
        return Plan(
            **{name: values[name] for name in (*same, *dates)},
            consent=values["consent"] or "ask",
            effect=values["effect"] or "delivered",
            identity=values["identity"] or "none",
            questions=tuple(_questions(values)),
        )


def _questions(values: Mapping[str, Any]) -> Iterator[PlannedQuestion]:
    for number in range(1, MOST_QUESTIONS + 1):
        text = values[f"text{number}"].strip()
        if text:
            options = _options(values[f"options{number}"], has_meaning=values["kind"] in ("notice", "consent", "rsvp"))
            answer = values[f"answer{number}"] or "choice"
            yield PlannedQuestion(text, answer, tuple(options), is_required=values[f"required{number}"])


def _options(lines: str, *, has_meaning: bool) -> Iterator[PlannedOption]:
    """One option on each line; where yes or no is asked the first is the yes and the second the no."""
    for place, line in enumerate((line.strip() for line in lines.splitlines() if line.strip()), start=1):
        label, _, same = line.partition("=")
        label = _LEADING_DIGIT.sub("", label.strip())
        meaning = _YES_AND_NO[place - 1] if has_meaning and place <= len(_YES_AND_NO) else "choice"
        synonyms = tuple(one.strip()[:20] for one in same.split(",") if one.strip())
        yield PlannedOption(place, label.strip(), meaning, synonyms)


def values_of(campaign: Campaign) -> dict[str, Any]:
    """The plan of a campaign as the form shows it."""
    same = ("kind", "title", "legal_basis", "consent", "purpose", "effect", "identity", "has_paper", "words")
    dates = ("asks_from", "asks_until", "sends_from", "unopened_until")
    found: dict[str, Any] = {name: getattr(campaign, name) for name in same}
    found |= {name: _local(getattr(campaign, name)) for name in dates}
    for question in campaign.questions.order_by("position").prefetch_related("options"):
        number = question.position
        options = sorted(question.options.all(), key=lambda one: one.digit)
        lines = [f"{one.label} = {', '.join(one.synonyms)}" if one.synonyms else one.label for one in options]
        found |= {f"text{number}": question.text, f"answer{number}": question.answer}
        found |= {f"options{number}": "\n".join(lines), f"required{number}": question.is_required}
    return found


def _local(at: datetime | None) -> datetime | None:
    return at.astimezone(KST) if at else None
