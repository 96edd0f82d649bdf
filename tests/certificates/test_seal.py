"""The key: missing, wrong, run out; and what a start says about it."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.certificates.checks import seal_is_ready
from portal.certificates.seal import SealMissing, the_seal
from portal.core import clock
from portal.stack.seal import kept_seal, made_seal


def test_the_key_in_force_is_known_to_vouch_for_itself() -> None:
    seal = the_seal(now=clock.now())

    assert seal.is_self_signed
    assert len(seal.sha256) == 64


@pytest.mark.parametrize("content", [b"", b"no key", b"\x30\x82"])
def test_a_file_that_is_no_key_seals_nothing(tmp_path: Path, settings: Settings, content: bytes) -> None:
    path = tmp_path / "broken.p12"
    path.write_bytes(content)
    settings.SEAL_KEY_FILE = str(path)

    with pytest.raises(SealMissing):
        the_seal(now=clock.now())
    assert [found.id for found in seal_is_ready()] == ["sotong.W010"]


def test_a_passphrase_that_does_not_fit_seals_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.SEAL_KEY_PASSPHRASE = "wrong"
    path = tmp_path / "seal.p12"
    path.write_bytes(made_seal())
    settings.SEAL_KEY_FILE = str(path)

    with pytest.raises(SealMissing):
        the_seal(now=clock.now())


def test_a_certificate_that_has_run_out_seals_nothing() -> None:
    with pytest.raises(SealMissing):
        the_seal(now=clock.now() + timedelta(days=4_000))


def test_the_last_month_is_said_at_every_start(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "seal.p12"
    path.write_bytes(made_seal(life=timedelta(days=20)))
    settings.SEAL_KEY_FILE = str(path)

    assert [found.id for found in seal_is_ready()] == ["sotong.W011"]


def test_a_new_key_counts_at_once(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "seal.p12"
    path.write_bytes(made_seal())
    settings.SEAL_KEY_FILE = str(path)
    before = the_seal(now=clock.now()).sha256

    path.write_bytes(made_seal())

    assert the_seal(now=clock.now()).sha256 != before


def test_without_a_key_a_start_is_quiet(settings: Settings) -> None:
    settings.SEAL_KEY_FILE = ""

    assert seal_is_ready() == []


def test_a_checkout_makes_its_key_once_and_for_itself_alone(tmp_path: Path) -> None:
    path = kept_seal(tmp_path)
    before = path.read_bytes()

    assert kept_seal(tmp_path).read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
