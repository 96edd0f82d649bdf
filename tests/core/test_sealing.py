"""Sealed values open only where they were sealed."""

import base64
import os
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from portal.core import sealing

ROW = uuid4()
CONTEXT = "messaging_message.phone_sealed"


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_again(value: bytes) -> None:
    assert sealing.open_sealed(sealing.seal(value, context=CONTEXT, row=ROW), context=CONTEXT, row=ROW) == value


def test_every_flipped_bit_is_noticed() -> None:
    blob = sealing.seal("김하늘".encode(), context=CONTEXT, row=ROW)

    for position in range(len(blob)):
        broken = bytearray(blob)
        broken[position] ^= 1
        with pytest.raises(sealing.SealingError):
            sealing.open_sealed(bytes(broken), context=CONTEXT, row=ROW)


def test_a_value_cannot_be_moved_to_another_row_or_column() -> None:
    blob = sealing.seal(b"010", context=CONTEXT, row=ROW)

    with pytest.raises(sealing.Tampered):
        sealing.open_sealed(blob, context=CONTEXT, row=uuid4())
    with pytest.raises(sealing.Tampered):
        sealing.open_sealed(blob, context="complaints_complaint.phone_sealed", row=ROW)


def test_a_new_key_seals_while_the_old_one_still_opens(settings: Settings) -> None:
    old = os.urandom(32)
    settings.PII_KEYS = {1: old}
    blob = sealing.seal(b"x", context=CONTEXT, row=ROW)

    settings.PII_KEYS = {2: os.urandom(32), 1: old}

    assert sealing.open_sealed(blob, context=CONTEXT, row=ROW) == b"x"
    assert sealing.key_id_of(sealing.seal(b"x", context=CONTEXT, row=ROW)) == 2


def test_a_removed_key_is_named(settings: Settings) -> None:
    blob = sealing.seal(b"x", context=CONTEXT, row=ROW)
    settings.PII_KEYS = {9: os.urandom(32)}

    with pytest.raises(sealing.UnknownKey):
        sealing.open_sealed(blob, context=CONTEXT, row=ROW)


def test_the_blind_index_needs_the_key_and_the_context(settings: Settings) -> None:
    before = sealing.blind_phone("+821012345678")

    assert before == sealing.blind_phone("+821012345678")
    assert before != sealing.blind("+821012345678", context="other")
    settings.PII_INDEX_KEY = os.urandom(32)
    assert before != sealing.blind_phone("+821012345678")


@pytest.mark.parametrize(
    "text", ["", "1:short", "0:" + base64.b64encode(bytes(32)).decode(), "x:" + base64.b64encode(bytes(32)).decode()]
)
def test_malformed_keys_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        sealing.read_keys(text)
