"""What counts as saying the same thing again (민원 처리에 관한 법률 §23)."""

import pytest

from complaints.repeating import Said, is_repeated

LAMP = "우리집 앞 가로등이 안 켜져요. 벌써 세 번째입니다."
HERE, NEAR, FAR = (37.5665, 126.9780), (37.5669, 126.9782), (37.5765, 126.9780)


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (LAMP, LAMP),
        ("우리집앞 가로등이 안켜져요!! 벌써 세번째입니다", LAMP),
        (f"또 보냅니다\n{LAMP}", f"가로등 고장\n{LAMP}"),
        (f"답답해서 다시 씁니다\n{LAMP}", LAMP),
        (LAMP, f"답답해서 다시 씁니다\n{LAMP}"),
    ],
)
def test_the_same_words_count_whatever_the_headline_and_the_spaces(later: str, earlier: str) -> None:
    assert is_repeated(Said(later, "중앙로 1"), Said(earlier, "중앙로1"))


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (f"{LAMP} 어제는 아이가 넘어졌어요.", LAMP),
        ("5번 가로등이 안 켜져요", "3번 가로등이 안 켜져요"),
        ("가로등\n꺼짐", "보안등\n꺼짐"),
        ("", ""),
    ],
)
def test_a_new_fact_is_no_repeat(later: str, earlier: str) -> None:
    assert not is_repeated(Said(later), Said(earlier))


def test_a_new_photo_is_no_repeat_and_the_same_one_is() -> None:
    first, second = b"1" * 32, b"2" * 32

    assert not is_repeated(Said(LAMP, photos=frozenset({first, second})), Said(LAMP, photos=frozenset({first})))
    assert is_repeated(Said(LAMP, photos=frozenset({first})), Said(LAMP, photos=frozenset({first})))
    assert is_repeated(Said(LAMP), Said(LAMP, photos=frozenset({first})))


def test_another_place_is_another_matter() -> None:
    assert is_repeated(Said(LAMP, "가", *HERE), Said(LAMP, "나", *NEAR))
    assert not is_repeated(Said(LAMP, "가", *HERE), Said(LAMP, "가", *FAR))
    assert not is_repeated(Said(LAMP, "중앙로 1"), Said(LAMP, "중앙로 2"))
