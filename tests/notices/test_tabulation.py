"""The fold from answers to a state, and the tally."""

import itertools

import pytest

from notices.models import Recipient
from notices.tabulation import LINES, Said, state_after, tally

R = Recipient.State


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        (Said("consent", is_identified=True), R.ASKING, R.VERIFIED),
        (Said("consent"), R.ASKING, R.AGREED),
        (Said("refuse"), R.ASKING, R.DECLINED),
        (Said("refuse", was_verified=True), R.VERIFIED, R.REVOKED),
        (Said("consent", wrong_birth_count=3), R.AGREED, R.IDENTITY_MISMATCH),
        (Said("consent", is_identified=True, wrong_birth_count=2), R.AGREED, R.VERIFIED),
        (Said(wrong_birth_count=3), R.ASKING, R.IDENTITY_MISMATCH),
        (Said("consent", is_identified=True), R.IDENTITY_MISMATCH, R.IDENTITY_MISMATCH),
        (Said("refuse", wrong_birth_count=3), R.IDENTITY_MISMATCH, R.DECLINED),
        (Said(), R.ASKING, R.ASKING),
        (Said(), R.ASK_UNDELIVERED, R.ASKING),
        (Said(), R.SILENT, R.SILENT),
    ],
)
def test_the_last_clear_answer_decides(said: Said, before: str, after: str) -> None:
    assert state_after(said, before=before) == after


def test_nobody_is_verified_without_a_clear_consent_and_her_birth_date() -> None:
    for meaning, identified, wrong, verified, before in itertools.product(
        ("", "consent", "refuse"), (False, True), range(5), (False, True), (R.ASKING, R.AGREED, R.DECLINED, R.SILENT)
    ):
        said = Said(meaning, identified, wrong, verified)
        if state_after(said, before=before) == R.VERIFIED:
            assert meaning == "consent"
            assert identified


def test_every_line_has_a_name_and_a_korean_label() -> None:
    assert len({name for name, _, _ in LINES}) == len(LINES)
    assert len({metric for _, _, metric in LINES}) == len(LINES)
    assert all(not label.isascii() for _, label, _ in LINES)


def test_the_tally_shows_zero_where_nothing_was_counted() -> None:
    lines = tally({"verified": 7})

    assert (lines["verified"].count, lines["declined"].count) == (7, 0)
