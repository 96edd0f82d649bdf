"""Bytes, characters and variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import text


@pytest.mark.parametrize(
    ("written", "size"), [("가", 2), ("A", 1), ("뷁", 2), ("똠", 2), ("가" * 45, 90), ("가" * 45 + "a", 91), ("①", 2)]
)
def test_bytes_are_those_of_cp949(written: str, size: int) -> None:
    assert text.count_bytes(written) == size


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("9–18시", "9-18시"),
        ("• 준비물", "· 준비물"),
        ("₩5,000", "￦5,000"),
        ("가\u00a0나", "가 나"),
        ("9〜18시", "9~18시"),
        ("가\u200b나", "가나"),
    ],
)
def test_what_phones_type_and_cp949_lacks_is_replaced_visibly(written: str, sent: str) -> None:
    assert text.for_text_message(written) == sent


@pytest.mark.parametrize("written", ["“따옴표”", "※ 주의", "… ™ ℃ → ①"])
def test_what_the_codec_takes_is_left_alone(written: str) -> None:
    assert text.for_text_message(written) == written


@pytest.mark.parametrize("character", ["😀", "é", "简", "ế"])
def test_a_character_no_phone_shows_is_refused_by_name(character: str) -> None:
    with pytest.raises(text.Unencodable) as refused:
        text.for_text_message(f"안녕{character}")

    assert character in refused.value.sentence


def test_decomposed_hangul_is_composed_before_it_is_counted() -> None:
    assert text.for_text_message("\u1100\u1161\u11a8") == "각"


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(text.VariableMissing) as refused:
        text.render("#{이름}님의 #{번호}", {"이름": "김하늘"})

    assert refused.value.field == "context.번호"
    assert refused.value.sentence == "치환변수 #{번호}가 비어 있습니다."


def test_a_blank_value_counts_as_missing() -> None:
    with pytest.raises(text.VariableMissing):
        text.render("#{이름}", {"이름": "  "})


@pytest.mark.parametrize("value", ["#{기관}", "가\n나", "가\r나", "\u202e나가", "가\u200b나", "가\x00나", "가\u2028나"])
def test_a_value_that_could_change_the_approved_text_is_refused(value: str) -> None:
    with pytest.raises(text.ForbiddenValue):
        text.check_value("이름", value)


@pytest.mark.parametrize("body", ["{{ settings.SECRET_KEY }}", "{% include 'x' %}", "{0.__class__}", "%(a)s", "${a}"])
def test_nothing_but_our_placeholders_is_evaluated(body: str) -> None:
    assert text.render(body, {"a": "b"}) == body


@pytest.mark.parametrize("link", ["https://example.com", "HTTP://a", "www.example.kr"])
def test_a_link_has_no_place_in_a_text_message(link: str) -> None:
    with pytest.raises(text.LinkInText):
        text.check_text(f"확인: {link}")


def test_two_thousand_bytes_fit_and_one_more_does_not() -> None:
    text.check_text("가" * 1000)

    with pytest.raises(text.TextTooLong):
        text.check_text("가" * 1000 + "a")


@given(st.text(max_size=200))
def test_whatever_passes_can_be_sent(written: str) -> None:
    try:
        sent = text.for_text_message(written)
    except text.Unencodable:
        return

    assert text.count_bytes(sent) == len(sent.encode("cp949"))
    assert text.for_text_message(sent) == sent


@given(st.dictionaries(st.sampled_from(["이름", "번호"]), st.text(max_size=20)))
def test_rendering_never_leaves_a_placeholder_behind(variables: dict[str, str]) -> None:
    try:
        for name, value in variables.items():
            text.check_value(name, value)
        sent = text.render("#{이름} #{번호}", variables)
    except text.WordingRefused:
        return

    assert "#{" not in sent
