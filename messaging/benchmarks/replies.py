"""Replies: what a campaign's citizens write, read one after another."""

from datetime import date
from typing import Any

from messaging.benchmarks import stage
from messaging.understanding import Option, Person, Question, read

QUESTION = Question(
    kind="consent",
    options=(
        Option(key="consent", digit="1", label="동의", meaning="consent", synonyms=("찬성",)),
        Option(key="refuse", digit="2", label="미동의", meaning="refuse", synonyms=()),
    ),
    identity="both",
    nouns=("통지서", "고지서", "문자"),
)
PERSON = Person("김하늘", date(1960, 5, 3))
TEXTS = (
    "1", "2", "1번이요", "동의합니다", "1 김하늘 600503", "네 동의해요 김하늘 1960.5.3", "미동의", "안 할래요",
    "문자로 받겠심더", "이기 뭔교?", "보내지 마세요 다시는", "그만 좀 보내이소", "1 동의 김하늘 60년5월3일생입니다",
    "저는 동의 안 해요. 우편으로 보내 주세요", "김하늘 600503", "전화로 물어보고 답할게요", "ㅇㅇ 동의",
    "1동 2호로 보내 주세요",
    "돋의합니다", "남편은 동의한다는데 저는 모르겠네요", "고맙습니다^^",
    "앞으로 이런 문자 보내지 말고 차단해 주세요 신고합니다",
    "저는 연희동에 사는 김하늘이라고 합니다 보내 주신다는 통지서를 문자로 받는 것에 동의하며 생년월일은 1960년 5월 3일",
    "１ 김 하늘 ６００５０３", "동의하라고요?", "2번 싫어요", "수신거부", "네", "아니요", "0503 김하늘 1",
)  # fmt: skip


def measure(size: int) -> dict[str, Any]:
    """So many replies on one core, with the options of a question and a person to compare with."""
    stage.say(f"회신 읽기 {size:,}건")
    for text in TEXTS:
        read(text, QUESTION, PERSON)
    with stage.watched() as spent:
        for number in range(size):
            read(TEXTS[number % len(TEXTS)], QUESTION, PERSON)
    return {
        "replies": size,
        "seconds": round(spent.seconds, 2),
        "ms_each": round(spent.seconds * 1000 / size, 3),
        "cpu_ms_each": round(spent.cpu_seconds * 1000 / size, 3),
    }
