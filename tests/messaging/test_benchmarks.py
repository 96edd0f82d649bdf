"""The benchmark runs, in small, and says what it promises to say."""

import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.timeout(900)


def test_every_part_measures_and_the_last_line_is_one_object() -> None:
    command = [sys.executable, "manage.py", "bench", "messaging", "--size", "400"]  # with services of its own
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["dispatch"]["dispatch_over_bare_loop"] > 0
    assert found["receipts"]["receipts"] == 400
    assert found["recording"]["recording_stale_over_fresh"] > 0
    assert found["rows"]["copy_over_bulk_create"] > 0
    assert found["replies"]["ms_each"] > 0
    assert found["naive"]["messages_per_second"] > 0
    assert (found["hooks"]["failed"], found["hooks"]["stored"]) == (0, found["hooks"]["requests"])
    assert found["pages"]["stored"] > 400 * 20


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(CommandError, match="모르는 부분입니다: speed"):
        call_command("bench", "messaging", "--only", "speed")
