"""Tallies question by question, and groups too small to be shown."""

from hypothesis import given
from hypothesis import strategies as st

from notices.answer_queries import NOWHERE, area_of
from notices.models import Option
from notices.questions import Asked
from notices.tallies import OTHERS, SMALLEST_GROUP, merged, tally_of


def asked(kind: str = "survey", answer: str = "choice") -> Asked:
    """A question with two options, 11 and 12."""
    options = (Option(pk=11, digit=1, label="참석", capacity=50), Option(pk=12, digit=2, label="불참"))
    return Asked(7, 1, kind, answer, "none", True, options if answer in ("choice", "scale") else ())


def test_counts_heads_and_shares_stand_beside_each_option() -> None:
    counts = {"question:7": 4, "option:11": 3, "option:12": 1, "heads:11": 9}

    first, second = tally_of(asked("rsvp"), "오십니까?", counts, is_hidden=False).lines

    assert (first.count, first.head_count, first.percent, first.capacity) == (3, 9, 75, 50)
    assert (second.count, second.head_count, second.percent) == (1, 0, 25)


def test_a_hidden_tally_holds_no_number_at_all() -> None:
    tally = tally_of(asked("vote"), "무엇?", {"question:7": 4, "option:11": 3}, is_hidden=True)

    assert (tally.answered_count, tally.average) == (None, None)
    assert {(line.count, line.percent) for line in tally.lines} == {(None, 0)}


def test_scales_and_numbers_have_an_average() -> None:
    counts = {"question:7": 4, "option:11": 3, "option:12": 1, "sum:7": 10}

    assert tally_of(asked(answer="scale"), "점수?", counts, is_hidden=False).average == 1.25
    assert tally_of(asked(answer="number"), "몇 번?", counts, is_hidden=False).average == 2.5
    assert tally_of(asked(answer="number"), "몇 번?", {}, is_hidden=False).average is None


def test_small_groups_are_put_together() -> None:
    groups = {"가온동": {"찬성": 30, "반대": 12}, "나래동": {"찬성": 6, "반대": 2}, "다온동": {"찬성": 5, "반대": 4}}

    assert merged(groups) == {"가온동": {"찬성": 30, "반대": 12}, OTHERS: {"찬성": 11, "반대": 6}}


def test_one_small_group_takes_another_with_it() -> None:
    groups = {"가온동": {"찬성": 30}, "나래동": {"찬성": 8}, "다온동": {"찬성": 2}}

    assert merged(groups) == {"가온동": {"찬성": 30}, OTHERS: {"찬성": 10}}


@given(
    st.dictionaries(
        st.sampled_from("가나다라마바"),
        st.dictionaries(st.sampled_from("12"), st.integers(0, 12), min_size=1),
        max_size=6,
    )
)
def test_no_group_that_is_shown_tells_of_fewer_than_five(groups: dict[str, dict[str, int]]) -> None:
    shown = merged(groups)

    named = [count for name, cells in shown.items() if name != OTHERS for count in cells.values()]
    assert all(count == 0 or count >= SMALLEST_GROUP for count in named)
    assert sum(sum(cells.values()) for cells in shown.values()) == sum(sum(cells.values()) for cells in groups.values())
    if len(shown) > 1 and OTHERS in shown:
        assert all(count == 0 or count >= SMALLEST_GROUP for count in shown[OTHERS].values())


def test_the_dong_is_read_from_an_address() -> None:
    assert area_of("한빛시 새빛구 가온동 12-3") == "가온동"
    assert area_of("한빛시 새빛구 가온1동 12") == "가온1동"
    assert area_of("한빛시 새빛구 청솔로 15 (나래동)") in ("나래동", NOWHERE)
    assert area_of("") == NOWHERE
