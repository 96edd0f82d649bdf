"""Imports go down, never up, never sideways; the stack stands apart; the simulator reads the documents for itself."""

import subprocess
import sys

from tests.house.tracked import ROOT


def test_no_room_imports_upwards_or_sideways() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
    assert "0 broken" in checked.stdout
