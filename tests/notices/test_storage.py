"""Sealed files open for their key and purpose only, and are whole or not there."""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.storage import BLOCK, open_into, read_sealed, write_sealed, write_sealed_stream
from portal.core.sealing import Tampered

KEY = bytes(range(32))
AAD = "1:2026-00000015:portable:1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ab" / "picture"


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_what_was_sealed_comes_back(path: Path, size: int) -> None:
    data = os.urandom(size)

    stored = write_sealed(path, data, key=KEY, aad=AAD)

    assert read_sealed(path, key=KEY, aad=AAD) == data
    assert stored.byte_count == size


def test_a_picture_costs_27_bytes_more(path: Path) -> None:
    write_sealed(path, bytes(100_000), key=KEY, aad=AAD)

    assert path.stat().st_size == 100_027


@given(cuts=st.lists(st.integers(0, 2 * BLOCK + 100), max_size=6))
def test_an_upload_in_any_chunks_is_the_same_file(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    data = bytes(range(256)) * ((2 * BLOCK + 100) // 256 + 1)
    edges = [0, *sorted(cuts), len(data)]
    path = tmp_path_factory.mktemp("upload") / "file"

    write_sealed_stream(path, [data[a:b] for a, b in pairwise(edges)], key=KEY, aad=AAD)

    assert read_sealed(path, key=KEY, aad=AAD) == data


def test_plaintext_is_nowhere_in_the_file(path: Path) -> None:
    write_sealed(path, "김하늘 통지서".encode() * 100, key=KEY, aad=AAD)

    assert "김하늘".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_one_changed_bit_is_an_error(path: Path, place: int) -> None:
    write_sealed(path, b"notice", key=KEY, aad=AAD)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)

    with pytest.raises(Tampered):
        read_sealed(path, key=KEY, aad=AAD)


def test_one_citizens_file_does_not_open_in_anothers_place(path: Path) -> None:
    write_sealed(path, b"notice", key=KEY, aad=AAD)

    with pytest.raises(Tampered):
        read_sealed(path, key=KEY, aad="1:2026-00000023:portable:1")


def test_another_campaigns_key_does_not_open_it(path: Path) -> None:
    write_sealed(path, b"notice", key=KEY, aad=AAD)

    with pytest.raises(Tampered):
        read_sealed(path, key=bytes(32), aad=AAD)


def test_file_cut_at_a_block_is_an_error(path: Path) -> None:
    write_sealed(path, bytes(2 * BLOCK), key=KEY, aad=AAD)
    content = path.read_bytes()
    path.write_bytes(content[: 11 + BLOCK + 16])

    with pytest.raises(Tampered):
        read_sealed(path, key=KEY, aad=AAD)


def test_interrupted_upload_leaves_nothing_and_keeps_what_was_there(path: Path) -> None:
    write_sealed(path, b"old", key=KEY, aad=AAD)

    def breaks() -> Iterator[bytes]:
        yield bytes(BLOCK)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        write_sealed_stream(path, breaks(), key=KEY, aad=AAD)

    assert read_sealed(path, key=KEY, aad=AAD) == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_opened_copy_is_ours_alone_and_gone_if_the_file_is_not_genuine(path: Path, tmp_path: Path) -> None:
    write_sealed(path, b"%PDF-1.7", key=KEY, aad=AAD)
    plain = tmp_path / "plain.pdf"

    open_into(path, plain, key=KEY, aad=AAD)
    with pytest.raises(Tampered):
        open_into(path, tmp_path / "other.pdf", key=KEY, aad="other")

    assert plain.read_bytes() == b"%PDF-1.7"
    assert plain.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "other.pdf").exists()
