"""
A whole campaign of generated citizens with every planted error, from the upload to the closing, in one command.

`JOURNEY_CITIZENS` says how many; in the suite as many as leave it short, before a release 2,000.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CITIZENS = int(os.environ.get("JOURNEY_CITIZENS", "120"))
pytestmark = pytest.mark.timeout(900 + CITIZENS)


def rehearsed(folder: Path, *more: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    command = [sys.executable, "manage.py", "rehearse", "--dir", str(folder), "--citizens", str(CITIZENS), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-3000:]
    return done, json.loads(done.stdout.splitlines()[-1])


def test_everybody_is_accounted_for_and_no_picture_goes_astray(tmp_path: Path) -> None:
    done, found = rehearsed(tmp_path / "rehearsal", "--seed", "11")

    assert done.returncode == 0, done.stderr[-3000:]
    assert found["state"] == "closed"
    assert all(one["holds"] for one in found["identities"].values())
    assert found["counters_differ"] == []
    assert found["truth"]["pictures"] > found["buckets"]["electronic"]  # nobody gets fewer than one
    verdict = found["truth"]
    assert (verdict["wrong"], verdict["doubled"], verdict["unread"], verdict["unwanted"]) == (0, 0, 0, 0)
    assert (verdict["pestered"], verdict["asked_again"] > 0, verdict["asked_to_confirm"] > 0) == (0, True, True)
    assert sum(found["buckets"].values()) == found["citizens"]
    assert found["held_sent"] == []
    assert {"declined", "silent", "no_mobile", "defective", "delivered", "opened"} <= found["states"].keys()
    assert "identity_mismatch" in found["states"]  # three wrong birth dates from somebody who has the number now
    assert found["won"] < found["mail_won"]
