"""Emergencies come first, and everyday words are no emergency."""

import pytest

from chatbot.engine.safety import emergency_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("집에 불이 났어요", "fire"), ("불이야!!", "fire"), ("가스 냄새가 나요", "fire"), ("할머니가 쓰러졌어요", "fire"),
        ("엘리베이터에 갇혔어요", "fire"), ("누가 칼을 들고 있어요", "assault"), ("남편이 때려요", "assault"), ("죽고싶어요", "life"),
        ("더는 살기 싫어", "life"), ("옆집 아이를 때리는 소리가", "child"),
    ],
)  # fmt: skip
def test_somebody_in_danger_is_heard(text: str, kind: str) -> None:
    card = emergency_in(text)

    assert card is not None
    assert card.kind == kind
    assert card.phones


@pytest.mark.parametrize(
    "text",
    [
        "불법주차 신고", "불편 신고", "가스 요금이 얼마예요", "화재보험 가입 지원", "불친절 직원 신고", "심폐소생술 교육 받고 싶어요",
        "자살예방 교육 신청", "가로등 불이 안 켜져요", "약국 어디예요",
    ],
)  # fmt: skip
def test_everyday_questions_are_no_emergency(text: str) -> None:
    assert emergency_in(text) is None
