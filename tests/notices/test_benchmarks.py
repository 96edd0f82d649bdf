"""The benchmark runs, in small, and says what it promises to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from notices.benchmarks import long_file, pages, rosters
from notices.benchmarks.stage import DEMO, NoSample, sample_in
from notices.models import Campaign

PROMISED = {
    *("limit_ms", "default_ratio", "poppler_ratio", "one_call_per_page_ratio"),
    *("pipeline_ratio", "pipeline_pages_per_core_second", "assign_ms"),
}


def test_the_pages_are_measured_in_every_variant() -> None:
    found = pages.measure(sample_in(None, 4))

    assert found.keys() >= PROMISED
    assert all(found[name] > 0 for name in PROMISED)


def test_a_long_file_and_the_memory_of_a_child_are_measured(tmp_path: Path) -> None:
    found = long_file.measure(sample_in(None, 4), pages=200)

    assert found["long_file_ratio"] > 0
    assert 20 < found["rss_mb"] <= 150


@pytest.mark.django_db
def test_a_roster_is_imported_for_the_measurement() -> None:
    found = rosters.measure(300)

    assert found["roster_rows"] == 300
    assert found["roster_ms"] > 0
    assert Campaign.objects.count() == 1


def test_a_folder_without_a_sample_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSample, match=r"notices\.pdf"):
        sample_in(tmp_path, 10)
    assert sample_in(DEMO, 1000).pages_count == 59


def test_an_unknown_part_is_named() -> None:
    command = [sys.executable, "manage.py", "bench", "notices", "--only", "speed"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "모르는 부분입니다: speed" in done.stderr


def test_the_last_line_is_one_object() -> None:
    command = [sys.executable, "manage.py", "bench", "notices", "--only", "pages", "--n", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]).keys() >= PROMISED | {"bench", "cores", "noisy", "load_before"}
