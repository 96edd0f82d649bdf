"""The identities of a campaign, on plain numbers."""

from dataclasses import replace

import pytest

from notices.balancing import Billed, Facts, Sent, broken, identities

MODEL_RUN = {
    "all": 52_000, "ground:reply": 49_343, "state:no_mobile": 1_044, "state:defective": 23,
    "state:ask_undelivered": 568, "state:declined": 215, "state:silent": 649, "state:identity_mismatch": 158,
    "state:revoked": 47, "granted:revoked": 47, "state:undelivered": 150, "granted:undelivered": 150,
    "state:unopened": 1_776, "granted:unopened": 1_776, "state:opened": 47_370, "granted:opened": 47_370,
    "bucket:electronic": 47_370, "bucket:paper": 4_630,
}  # fmt: skip
WHOLE = Facts(
    counts=MODEL_RUN,
    roster_rows=52_003,
    roster_duplicates=3,
    document_pages=10,
    pages={"claimed": 7, "blank": 1, "orphan": 1, "held": 1},
    letters=4_630,
    listed_rows=4_630,
    are_letters_final=True,
    billed=(
        Billed("장문", 51_000, 1_377_000, 51_000, 1_377_000),
        Billed("그림문자", 49_296, 4_338_048, 49_296, 4_338_048),
    ),
    sent=Sent(49_296, 49_296, 98_592, 49_296, 49_296),
)


def facts(**changes: int) -> Facts:
    counts = {**MODEL_RUN, **{name.replace("__", ":"): count for name, count in changes.items()}}
    return replace(WHOLE, counts=counts)


def codes(found: Facts) -> set[str]:
    return {one.code for one in broken(identities(found))}


def test_a_believable_campaign_of_52_000_adds_up() -> None:
    found = identities(WHOLE)

    assert not broken(found)
    assert [one.code for one in found] == [
        *("I0", "I1", "I2", "I3", "I4", "I5", "I5-목록", "I5-편지"),
        *("I6", "I6-원", "I7", "I7-그림"),
    ]
    assert {one.total for one in found if one.code in ("I2", "I5")} == {52_000}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"all": 52_001}, {"I0", "I2", "I3", "I5"}),
        ({"ground__reply": 49_344}, {"I3", "I4"}),
        ({"granted__opened": 47_369}, {"I4"}),
        ({"bucket__paper": 4_631, "bucket__electronic": 47_369}, {"I5-편지"}),
        ({"state__silent": 648}, {"I2", "I3"}),
    ],
)
def test_one_forgotten_citizen_breaks_a_sum(change: dict[str, int], expected: set[str]) -> None:
    assert codes(facts(**change)) == expected


def test_a_letter_on_no_list_breaks_a_sum() -> None:
    assert codes(replace(WHOLE, listed_rows=4_629)) == {"I5-목록"}


def test_a_leg_that_was_not_booked_breaks_a_sum() -> None:
    one = Billed("장문", 51_000, 1_377_000, 50_999, 1_376_973)

    assert codes(replace(WHOLE, billed=(one,))) == {"I6", "I6-원"}


def test_a_price_that_was_booked_wrong_breaks_a_sum() -> None:
    assert codes(replace(WHOLE, billed=(Billed("장문", 10, 270, 10, 280),))) == {"I6-원"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (Sent(2, 1, 2, 2, 0), {"I7"}),  # somebody was sent two
        (Sent(2, 2, 2, 1, 0), {"I7-그림"}),  # a code that names somebody else
    ],
)
def test_a_picture_too_many_or_of_somebody_else_breaks_a_sum(sent: Sent, expected: set[str]) -> None:
    assert codes(replace(WHOLE, sent=sent)) == expected


def test_letters_money_and_pictures_are_compared_only_when_somebody_asks() -> None:
    found = {one.code for one in identities(Facts(counts=MODEL_RUN, roster_rows=52_000))}

    assert not found & {"I5-편지", "I6", "I6-원", "I7", "I7-그림"}


def test_people_under_way_are_part_of_the_sum() -> None:
    counts = {
        "all": 3,
        "state:asking": 1,
        "state:delivered": 2,
        "ground:reply": 2,
        "granted:delivered": 2,
        "awaits_opening": 1,
        "bucket:electronic": 1,
    }

    assert not broken(identities(Facts(counts=counts, roster_rows=3)))


def test_people_asked_again_are_part_of_the_sum() -> None:
    counts = {"all": 1, "state:asking": 1, "ground:reply": 1, "granted:asking": 1}

    assert not broken(identities(Facts(counts=counts, roster_rows=1)))
