"""Secrets are random, private, made once, and never made anew under data they would lock for ever."""

from pathlib import Path

import pytest

from portal.stack import secrets
from portal.stack.errors import StackError


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = secrets.kept(tmp_path, has_data=False)
    second = secrets.kept(tmp_path, has_data=True)

    assert first == second
    assert set(first) == set(secrets.MAKERS)
    assert (tmp_path / secrets.FILE).stat().st_mode & 0o777 == 0o600


def test_two_checkouts_share_no_secret(tmp_path: Path) -> None:
    one = secrets.kept(tmp_path / "one", has_data=False)
    other = secrets.kept(tmp_path / "other", has_data=False)

    assert not set(one.values()) & set(other.values())


def test_new_name_is_added_and_the_old_values_stay(tmp_path: Path) -> None:
    before = secrets.kept(tmp_path, has_data=False)
    path = tmp_path / secrets.FILE
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "SIMULATOR_KEY" not in line))

    after = secrets.kept(tmp_path, has_data=True)

    assert {name for name in before if before[name] != after[name]} == {"SIMULATOR_KEY"}


def test_keys_are_not_made_anew_under_existing_data(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="저장된 개인정보를 읽을 수 없습니다"):
        secrets.kept(tmp_path, has_data=True)
