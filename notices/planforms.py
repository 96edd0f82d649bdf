"""The shape of a plan as officials type it: kind, ground, dates, words, and up to five questions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms

from notices import ladders
from notices.forms import LocalDateTime
from notices.models import Campaign, Question
from notices.plans import MOST_QUESTIONS, Kind, Plan, PlannedOption, PlannedQuestion, kind_of
from portal.core.clock import KST

_LEADING_DIGIT = re.compile(r"^\d\s*[.)번:]?\s+")
_YES_AND_NO = ("consent", "refuse")


@dataclass(frozen=True, slots=True)
class KindShown:
    """One kind as an official chooses it: what it does in a sentence, and an example."""

    name: str
    label: str
    sentence: str
    example: str


_SENTENCES = {
    "notice": (
        "사람마다 다른 통지서를 동의를 받아 그림문자나 알림톡으로 보내고, 닿지 못한 분께는 우편을 보냅니다.",
        "군소음 보상금 결정 통지",
    ),
    "consent": ("앞으로 전자로 받으시겠는지 미리 여쭙고 동의를 모아 둡니다.", "전자고지 수신 동의"),
    "survey": ("물음을 다섯 개까지 문자로 하나씩 여쭙고 답을 셉니다.", "축제 만족도 조사"),
    "rsvp": ("오실 수 있는지, 몇 분이 오시는지 여쭙습니다.", "민방위 교육 참석"),
    "acknowledge": ("알린 것을 보셨는지 ‘확인’ 회신을 받습니다.", "예비군 편성 통지"),
    "vote": (
        "여럿 가운데 하나를 고르게 하고, 마감한 뒤에 결과만 봅니다. 법정 투표에는 쓰지 않습니다.",
        "마을 사업 고르기",
    ),
    "text": ("묻지 않고 알리기만 합니다. 답장은 회신함으로 갑니다.", "단수 안내"),
}
KINDS_SHOWN = tuple(KindShown(name, str(Campaign.Kind(name).label), *words) for name, words in _SENTENCES.items())
_CONSENT = (
    ("ask", "이번에 문자로 물어서: 동의하고 본인이 확인된 분께만 보냅니다"),
    ("standing", "전에 받은 동의로: 같은 목적으로 동의하고 거두지 않은 분께만 보냅니다"),
    ("none", "법에 따라 동의 없이: 그것을 허용하는 법 조항(제○조)을 법적 근거에 적어야 합니다"),
)
_EFFECT = (
    ("entered", "보낸 때: 문자가 나가면 도달로 봅니다"),
    ("delivered", "전달된 때: 휴대전화에 도착하면 도달로 봅니다"),
    ("opened", "열람한 때: 열어 보아야 도달로 봅니다. 열지 않은 분께는 우편을 보냅니다"),
)
_IDENTITY = (
    ("none", "확인하지 않음: 번호만 믿습니다"),
    ("birth", "생년월일 여섯 자리를 함께 받음"),
    ("both", "생년월일과 하나 더: 문자에서는 성명, 열람 화면에서는 번호 끝자리"),
)


def _presets() -> list[tuple[str, str]]:
    return [(one.name, f"{one.label}: {one.words}") for one in ladders.presets().values() if one.name != ladders.ASKING]


def _needed(name: str, kind: Kind) -> Iterator[str]:
    """The fields of one kind, besides its questions."""
    yield from ("kind", "title", "legal_basis")
    if kind.has_words:
        yield "words"
    if kind.asks:
        yield from ("identity", "asks_from", "asks_until")
    if name in ("notice", "consent"):
        yield "purpose"
    if name == "notice":
        yield from ("consent", "effect")
    if kind.serves:
        yield from ("ladder", "sends_from", "unopened_until")
    if kind.may_have_paper:
        yield "has_paper"


class PlanForm(forms.Form):
    """Everything about a campaign but its people and its document: only what its kind needs."""

    same_ladder = "종류에 맞는 기본 단계"

    kind = forms.ChoiceField(choices=Campaign.Kind.choices, widget=forms.HiddenInput)
    title = forms.CharField(label="이름", max_length=40, help_text="시민이 문자에서 보는 이름입니다.")
    legal_basis = forms.CharField(label="법적 근거", max_length=200, help_text="예) 지방자치법 제17조")
    consent = forms.ChoiceField(
        label="어떤 동의로 보내나요?", choices=_CONSENT, required=False, widget=forms.RadioSelect, initial="ask"
    )
    purpose = forms.CharField(
        label="동의를 받는 목적",
        max_length=60,
        required=False,
        help_text="같은 목적의 동의만 뒤에 쓸 수 있습니다. 비우면 이름과 같습니다.",
    )
    effect = forms.ChoiceField(
        label="언제 도달로 보나요?", choices=_EFFECT, required=False, widget=forms.RadioSelect, initial="delivered"
    )
    identity = forms.ChoiceField(
        label="본인을 어떻게 확인하나요?", choices=_IDENTITY, required=False, widget=forms.RadioSelect
    )
    has_paper = forms.BooleanField(label="전자로 닿지 못한 분께는 등기우편을 보냅니다", required=False, initial=True)
    ladder = forms.ChoiceField(label="보내는 단계", required=False)
    words = forms.CharField(
        label="보내는 내용",
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="시민이 받을 글입니다. 인터넷 주소는 적을 수 없습니다.",
    )
    asks_from = forms.DateTimeField(label="묻기 시작", required=False, widget=LocalDateTime())
    asks_until = forms.DateTimeField(label="회신 마감", required=False, widget=LocalDateTime())
    sends_from = forms.DateTimeField(
        label="발송 시작", required=False, widget=LocalDateTime(), help_text="비우면 결재가 끝나는 대로 보냅니다."
    )
    unopened_until = forms.DateTimeField(
        label="열람 기한", required=False, widget=LocalDateTime(), help_text="비우면 보내는 단계가 끝날 때까지입니다."
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = kind_of(kind)
        self.shown = next(one for one in KINDS_SHOWN if one.name == kind)
        needed = set(_needed(kind, self.rules))
        for name in set(PlanForm.base_fields) - needed:
            del self.fields[name]
        self.initial["kind"] = kind
        if "ladder" in self.fields:
            cast(forms.ChoiceField, self.fields["ladder"]).choices = [("", self.same_ladder), *_presets()]
        self.question_count = self.rules.question_count[1]
        for number in range(1, self.question_count + 1):
            self._add_question(number)

    def _add_question(self, number: int) -> None:
        answers = [(value, label) for value, label in Question.AnswerKind.choices if value in self.rules.answers]
        self.fields[f"text{number}"] = forms.CharField(label=f"물음 {number}", max_length=200, required=False)
        self.fields[f"answer{number}"] = forms.ChoiceField(label="답하는 방식", choices=answers, required=False)
        self.fields[f"options{number}"] = forms.CharField(
            label="고를 답",
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="한 줄에 하나씩. 같은 말은 =로 이어 적습니다. 예) 마을 도서관 = 도서관, 책방",
        )
        self.fields[f"required{number}"] = forms.BooleanField(label="꼭 답해야 함", required=False, initial=True)

    @property
    def questions(self) -> Iterator[dict[str, Any]]:
        """The fields of each question, for the page; one that says something is open."""
        for number in range(1, self.question_count + 1):
            fields = {name: self[f"{name}{number}"] for name in ("text", "answer", "options", "required")}
            is_open = number == 1 or bool(fields["text"].value()) or bool(fields["options"].value())
            yield {"number": number, "is_open": is_open, **fields}

    @property
    def writes_questions(self) -> bool:
        """Whether the official has to write at least one question; other kinds have usual words."""
        return self.rules.question_count[0] > 0

    def plan(self) -> Plan:
        """What was typed."""
        values = self.cleaned_data
        same = ("kind", "title", "legal_basis", "purpose", "has_paper", "ladder", "words")
        dates = ("asks_from", "asks_until", "sends_from", "unopened_until")
        return Plan(
            **{name: values[name] for name in (*same, *dates) if name in values},
            consent=values.get("consent") or "ask",
            effect=values.get("effect") or "delivered",
            identity=values.get("identity") or "none",
            questions=tuple(_questions(values)),
        )


def _questions(values: Mapping[str, Any]) -> Iterator[PlannedQuestion]:
    for number in range(1, MOST_QUESTIONS + 1):
        text = values.get(f"text{number}", "").strip()
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
