"""What a handset offers to tap: only what the text itself asks for."""

import pytest

from messaging.simulator.asking import choices

CONSENT = """[새빛구] 세무과입니다. 고지서를 이 번호의 그림문자로 받으시겠습니까?
1 동의
2 미동의
번호와 생년월일 6자리를 함께 답장해 주세요. 예) 1 900101
11월 25일까지 답이 없으면 등기우편으로 보내 드립니다. 문의 02-120-0100"""


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (CONSENT, (("1", "동의"), ("2", "미동의"))),
        ("1. 미동의 2. 동의 가운데 골라 답장해 주세요.", (("1", "미동의"), ("2", "동의"))),
        ("교육에 오십니까? 1번 참석 / 2번 불참", (("1", "참석"), ("2", "불참"))),
        ("1 예 2 아니오 로 답장해 주세요", (("1", "예"), ("2", "아니오"))),
        ("만족하셨나요? 1~5 숫자로 답장해 주세요.", tuple((str(digit), "") for digit in range(1, 6))),
        ("동의로 접수되었습니다. 바꾸시려면 2를 보내 주세요.", (("2", ""),)),
    ],
)
def test_a_question_offers_its_own_answers(text: str, asked: tuple[tuple[str, str], ...]) -> None:
    assert choices(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "[새빛구] 민원이 접수되었습니다. 번호 M2611-000123-4 · 처리예정 11월 27일",
        "1층에서 2호로 오세요.",
        "본인확인을 위해 생년월일 6자리를 보내 주세요. 예) 900101",
        "11월 2일 10시까지 이 번호로 답장해 주세요. 문의 도로과 02-120-0101",
        "1 동의 2 미동의",
    ],
)
def test_dates_numbers_and_statements_offer_nothing(text: str) -> None:
    assert choices(text) == ()
