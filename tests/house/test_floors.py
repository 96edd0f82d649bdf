"""Imports go down, never up, never sideways, and the simulator reads the documents for itself."""

from importlinter.application.use_cases import create_report, read_user_options
from importlinter.application.user_options import UserOptions
from importlinter.configuration import configure

from tests.house.tracked import ROOT


def test_no_room_imports_upwards_or_sideways(monkeypatch: object) -> None:
    configure()
    options: UserOptions = read_user_options(config_filename=str(ROOT / "pyproject.toml"))

    report = create_report(options, cache_dir=None)

    broken = [contract.name for contract, check in report.get_contracts_and_checks() if not check.kept]
    assert broken == []
