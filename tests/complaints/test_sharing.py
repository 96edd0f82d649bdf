"""Who takes the next case: figures in, a choice out, no database."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from complaints.sharing import Candidate, choose, load_of

EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
ANN = Candidate(1, "가", load=2.0, share=1.0, open_count=2, max_open=50, last_assigned_at=LATE)


def _chosen(*candidates: Candidate) -> int | None:
    choice = choose(candidates)
    return choice.official_id if choice else None


def test_the_one_with_the_least_to_do_is_chosen() -> None:
    assert _chosen(ANN, replace(ANN, official_id=2, load=1.0)) == 2


def test_a_bigger_share_makes_the_same_load_lighter() -> None:
    assert _chosen(ANN, replace(ANN, official_id=2, load=3.0, share=2.0)) == 2


def test_among_equals_whoever_waited_longest_then_the_lowest_id() -> None:
    assert _chosen(ANN, replace(ANN, official_id=2, last_assigned_at=EARLY)) == 2
    assert _chosen(ANN, replace(ANN, official_id=2, last_assigned_at=None)) == 2
    assert _chosen(replace(ANN, official_id=2), ANN) == 1


def test_nobody_is_chosen_when_all_are_full_or_away() -> None:
    assert _chosen() is None
    assert _chosen(replace(ANN, open_count=50)) is None


def test_an_emergency_weighs_more_than_a_trifle() -> None:
    assert load_of([(1.0, 1), (0.5, 3), (1.0, 4)]) == 2.0 + 0.5 + 0.75


def test_the_explanation_is_a_sentence_without_names_and_the_figures_repeat_the_choice() -> None:
    choice = choose([ANN, replace(ANN, official_id=2, load=1.0, open_count=1)])

    assert choice is not None
    assert choice.explanation == "담당 가능 2명 중 업무량이 가장 적어서 (업무량 1, 진행 1건)"
    assert choice.breakdown["chosen"] == 2
    assert all("name" not in one for one in choice.breakdown["candidates"])


@given(people=st.integers(1, 6), cases=st.integers(0, 60))
def test_equal_officers_never_differ_by_more_than_one(people: int, cases: int) -> None:
    counts = dict.fromkeys(range(people), 0)
    for _ in range(cases):
        chosen = choose(
            [
                replace(ANN, official_id=one, load=float(counts[one]), open_count=counts[one], max_open=100)
                for one in counts
            ]
        )
        assert chosen is not None
        counts[chosen.official_id] += 1

    assert max(counts.values()) - min(counts.values()) <= 1
