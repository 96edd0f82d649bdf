"""What is counted of the chat: one definition for the page, the rollup and the CSV. Pure conditions."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from chatbot.models import Turn, TurnCandidate

_D = Turn.Decision
_TAPPED = Exists(TurnCandidate.objects.filter(turn=OuterRef("pk"), tapped_at__isnull=False))
_ASKED = Q(decision__in=[_D.DIRECT, _D.CHIPS, _D.EXITS])


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its name for people, what a turn must be to count, and what it is a share of."""

    label: str
    about: str
    condition: Q
    of: str = ""


MEASURES: Mapping[str, Measure] = {
    "turns": Measure("질문", "긴급 안내와 신청서 답은 빼고 센 질문", _ASKED),
    "answered": Measure("답변율", "바로 답했거나 고를 답을 보인 질문", _ASKED & ~Q(decision=_D.EXITS), "turns"),
    "direct": Measure("바로 답변", "하나를 바로 답한 질문", Q(decision=_D.DIRECT), "turns"),
    "tapped": Measure("골라서 답변", "보인 답 가운데 하나를 고른 질문", Q(decision=_D.CHIPS) & Q(_TAPPED), "turns"),
    "exits": Measure("답하지 못함", "민원·전화·상담으로 안내한 질문", Q(decision=_D.EXITS), "turns"),
    "up": Measure("도움됐어요", "평가 가운데 도움됐다는 것", _ASKED & Q(value=1), "rated"),
    "rated": Measure("평가", "도움이 됐는지 누른 질문", _ASKED & Q(value__isnull=False), "turns"),
    "safety": Measure("긴급 안내", "119·112 같은 카드를 먼저 보인 대화", Q(decision=_D.SAFETY)),
    "dialogue": Measure("신청서 대화", "신청서를 채우며 주고받은 말", Q(decision=_D.DIALOGUE)),
    "degraded": Measure("낱말만으로 답함", "뜻 벡터 없이 답한 질문", _ASKED & ~Q(mode=Turn.Mode.FULL), "turns"),
}
TAKEN: Mapping[str, str] = {  # counted from other tables, on the same hours
    "handovers": "사람에게 이어진 대화",
    "filed": "대화에서 접수번호까지 받은 신청",
}
LABELS: Mapping[str, str] = {
    **{name: one.label for name, one in MEASURES.items()},
    "handovers": "상담 연결",
    "filed": "접수된 신청",
}
