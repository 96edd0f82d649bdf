"""Texts for strangers: what is masked, what is left alone, and what a second look still finds."""

import pytest

from portal.core.privacy import left_personal, mask_personal


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("제 번호는 010-1234-5678입니다", "제 번호는 010-****-5678입니다"),
        ("01012345678로 주세요", "010-****-5678로 주세요"),
        ("02)120-0000 구청", "02-****-0000 구청"),
        ("900101-1234567", "900101-*******"),
        ("12가 3456 차가 막아요", "12가 **** 차가 막아요"),
        ("a.b@c.co.kr로 답 주세요", "****@****로 답 주세요"),
        ("계좌 110-123-456789", "계좌 **************"),
        ("홍길동 씨가 그랬어요", "홍*동 씨가 그랬어요"),
        ("김하늘입니다", "김*늘입니다"),
    ],
)
def test_what_is_personal_is_masked(text: str, masked: str) -> None:
    assert mask_personal(text, names=["김하늘"]) == masked
    assert left_personal(mask_personal(text, names=["김하늘"])) == []


@pytest.mark.parametrize(
    "text",
    [
        "2026년 12월 2026호",
        "선생님, 담당자님 고맙습니다",
        "새빛로 12-3 앞 3층 1201호",
        "가로등 5개가 3일째 꺼졌어요",
        "",
    ],
)
def test_what_is_nobody_s_stays(text: str) -> None:
    assert mask_personal(text, names=["", "가"]) == text
    assert left_personal(text) == []


def test_a_second_look_names_what_is_left() -> None:
    assert left_personal("12가 3456, 010-1234-5678") == ["전화번호", "차량번호"]
