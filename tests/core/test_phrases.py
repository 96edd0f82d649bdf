"""Stems found however a text is spaced, conjugated or misspelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.phrases import Phrase, first_found, fold, places_of


def finds(stem: str, text: str) -> bool:
    return any(True for _ in places_of(stem, fold(text)))


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        ("가로등", "가로 등이 나갔어요"),
        ("가로등", "가 로 등"),
        ("쓰러ㅈ", "나무가 쓰러질 것 같아요"),
        ("쓰러ㅈ", "쓰러졌어요"),
        ("냄새", "넴세가 심해요"),
        ("됐", "됬어요"),
        ("샜", "물이 샛어요"),
        ("cctv", "ＣＣＴＶ 설치"),
        ("^개가", "큰 개가 짖어요"),
        ("불법 주차", "불법주차"),
    ],
)
def test_a_stem_is_found_in_spite_of_spacing_endings_and_spelling(stem: str, text: str) -> None:
    assert finds(stem, text)


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        ("소음", "장소 음식"),
        ("가스", "가슴이 아파요"),
        ("^개가", "가게가 시끄러워요"),
        ("가로등", ""),
        ("", "가로등"),
        ("^", "가로등"),
    ],
)
def test_letters_that_meet_by_chance_are_no_finding(stem: str, text: str) -> None:
    assert not finds(stem, text)


def test_what_was_written_is_shown_with_its_spaces_and_whole_syllables() -> None:
    text = fold("저 나무가  쓰러질 듯")

    assert [text.written(place) for place in places_of("무가쓰러ㅈ", text)] == []
    assert [text.written(place) for place in places_of("나무가쓰러ㅈ", text)] == ["나무가  쓰러질"]


def test_all_of_must_stand_close_together() -> None:
    leak = Phrase("gas", ("가스|깨스", "냄새|누출"), within=6)

    assert leak.find(fold("깨스 냄새가 나요"))
    assert leak.find(fold("가스 요금 얘기입니다. 그런데 지금 냄새가 심해요. 가스 냄새요"))
    assert not leak.find(fold("가스 검침원이 다녀간 뒤로 어쩐지 음식물 냄새가 심합니다"))
    assert not leak.find(fold("냄새가 납니다"))


def test_a_none_of_stem_takes_it_back_only_nearby() -> None:
    fire = Phrase("fire", ("불이났",), ("훈련",))

    assert not fire.find(fold("소방 훈련이라며 불이 났다고 방송했어요"))
    assert fire.find(fold("훈련 " + "가나다라마바사" * 5 + " 불이 났어요"))


def test_the_first_phrase_of_the_list_wins() -> None:
    first, second = Phrase("a", ("가로등",)), Phrase("b", ("가로",))

    assert first_found([first, second], fold("가로등")) is first
    assert first_found([first, second], fold("가로수")) is second
    assert first_found([first, second], fold("나무")) is None


def test_a_phrase_without_stems_says_nothing() -> None:
    assert Phrase("x", ()).find(fold("가로등")) is None


@given(st.text(alphabet="가스냄새 나요ㅈ1a", max_size=60), st.sampled_from(["가스", "냄새", "^가", "가ㅅ"]))
def test_every_place_lies_inside_the_text(text: str, stem: str) -> None:
    folded = fold(text)

    for place in places_of(stem, folded):
        assert folded.written(place)
        assert 0 <= place[0] < place[1] <= len(folded.letters)
