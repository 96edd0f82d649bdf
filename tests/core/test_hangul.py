"""Below the syllable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import hangul

SYLLABLES = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1, max_size=8)


@given(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")))
def test_taking_apart_and_putting_together(syllable: str) -> None:
    assert hangul.syllable_of(*hangul.letters_of(syllable)) == syllable


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("durnjs", "여권"), ("Tmfprl", "쓰레기"), ("wnck", "주차"), ("rhksghkrk", "관화가"), ("dlfrdma", "읽음")],
)
def test_hangul_typed_in_english_mode(typed: str, meant: str) -> None:
    assert hangul.from_english_keyboard(typed) == meant


@pytest.mark.parametrize("word", ["hello", "police", "http", ""])
def test_english_is_not_hangul(word: str) -> None:
    assert not hangul.from_english_keyboard(word)


@given(SYLLABLES)
def test_initials_are_consonants(text: str) -> None:
    assert hangul.is_initials(hangul.initials(text))


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("도로과", "으로/로", "도로과로"), ("구청", "으로/로", "구청으로"), ("서울", "으로/로", "서울로"), ("3", "이/가", "3이"),
        ("민원", "은/는", "민원은"), ("담당자", "이/가", "담당자가"), ("2", "을/를", "2를"),
    ],
)  # fmt: skip
def test_particles(word: str, pair: str, expected: str) -> None:
    assert hangul.josa(word, pair) == expected
