"""Who takes the next case: figures in, a choice out, no database."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from complaints.sharing import Candidate, Known, choose, load_of, repeated

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


def test_who_knows_the_matter_is_chosen_though_others_have_less_to_do() -> None:
    bee = replace(ANN, official_id=2, load=1.0)

    choice = choose([ANN, bee], known=Known(1, "같은 분의 같은 곳 민원을 맡고 있어서", slack=2.0))

    assert choice is not None
    assert (choice.official_id, choice.is_sticky) == (1, True)
    assert "같은 분의 같은 곳" in choice.explanation


def test_who_knows_the_matter_is_spared_when_far_above_the_mean_full_or_away() -> None:
    known = Known(1, "앞 민원을 맡아서", slack=2.0)
    bee = replace(ANN, official_id=2, load=0.0)

    for busy in (replace(ANN, load=4.5), replace(ANN, open_count=50)):
        choice = choose([busy, bee], known=known)
        assert choice is not None
        assert (choice.official_id, choice.is_sticky) == (2, False)
    assert _chosen(bee) == 2


def test_the_slack_is_counted_from_the_mean_of_those_who_are_free() -> None:
    bee = replace(ANN, official_id=2, load=0.0)

    for load, chosen in ((4.0, 1), (4.1, 2)):  # means 2.0 and 2.05
        choice = choose([replace(ANN, load=load), bee], known=Known(1, "", slack=2.0))
        assert choice is not None
        assert choice.official_id == chosen


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        official_id=st.integers(1, 9),
        name=st.just("가"),
        load=st.integers(0, 8).map(float),
        share=st.sampled_from([0.5, 1.0, 2.0]),
        open_count=st.integers(0, 5),
        max_open=st.integers(0, 6),
        last_assigned_at=st.sampled_from([None, EARLY, LATE]),
    ),
    max_size=6,
    unique_by=lambda one: one.official_id,
)


@given(candidates=CANDIDATES, known=st.none() | st.builds(Known, st.integers(1, 9), st.just("앞"), st.just(2.0)))
def test_every_choice_is_repeated_from_what_is_stored_of_it(candidates: list[Candidate], known: Known | None) -> None:
    choice = choose(candidates, known=known)

    if choice is not None:
        assert repeated(json.loads(json.dumps(choice.breakdown))) == choice.official_id


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
