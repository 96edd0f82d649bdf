"""The identities of a campaign, on plain numbers."""

from notices.balancing import Facts, broken, identities

MODEL_RUN = {
    "all": 52_000, "verified": 49_343, "state:no_mobile": 1_044, "state:defective": 23, "state:ask_undelivered": 568,
    "state:declined": 215, "state:silent": 649, "state:identity_mismatch": 158, "state:revoked": 47,
    "state:undelivered": 150, "state:delivered": 49_146, "bucket:electronic": 49_146, "bucket:paper": 2_854,
}  # fmt: skip


def facts(**changes: int) -> Facts:
    counts = {**MODEL_RUN, **{name.replace("__", ":"): count for name, count in changes.items()}}
    return Facts(
        counts=counts,
        roster_rows=52_003,
        roster_duplicates=3,
        document_pages=10,
        pages={"claimed": 7, "blank": 1, "orphan": 1, "held": 1},
        letters=2_854,
        are_letters_final=True,
    )


def test_a_believable_campaign_of_52_000_adds_up() -> None:
    found = identities(facts())

    assert not broken(found)
    assert [one.code for one in found] == ["I0", "I1", "I2", "I3", "I4", "I5", "I6"]
    assert {one.total for one in found if one.code in ("I2", "I5")} == {52_000}


def test_one_forgotten_citizen_breaks_a_sum() -> None:
    assert {one.code for one in broken(identities(facts(all=52_001)))} >= {"I0", "I2", "I5"}


def test_one_lost_after_consent_breaks_a_sum() -> None:
    assert "I4" in {one.code for one in broken(identities(facts(verified=49_344)))}


def test_a_letter_not_listed_breaks_the_closing() -> None:
    assert "I6" in {one.code for one in broken(identities(facts(bucket__paper=2_855, bucket__electronic=49_145)))}


def test_letters_are_compared_only_when_they_are_final() -> None:
    running = Facts(counts=MODEL_RUN, roster_rows=52_000)

    assert "I6" not in {one.code for one in identities(running)}


def test_people_under_way_are_part_of_the_sum() -> None:
    counts = {"all": 3, "state:asking": 2, "state:delivered": 1, "verified": 1, "bucket:electronic": 1}

    assert not broken(identities(Facts(counts=counts, roster_rows=3)))
