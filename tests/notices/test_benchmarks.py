"""The benchmark runs, in small, and says what it promises to say."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notices.benchmarks import letters, long_file, pages, rosters
from notices.benchmarks.stage import DEMO, NoSample, sample_in
from notices.models import Campaign

pytestmark = pytest.mark.timeout(900)  # each starts services of its own

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
    assert found["manifest_lines"] == 300
    assert found["manifest_ms"] >= 0
    assert found["freeze_ratio"] > 0
    assert Campaign.objects.count() == 1


def test_letters_are_made_for_the_measurement() -> None:
    found = letters.measure(3)

    assert found["merge_pages"] == 3
    assert found["merge_ms"] >= 0  # two letters more than one: a busy machine may hide them
    assert found["merge_pages_per_core_second"] > 0


def test_a_folder_without_a_sample_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSample, match=r"notices\.pdf"):
        sample_in(tmp_path, 10)
    assert sample_in(DEMO, 1000).pages_count == 59


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(CommandError, match="모르는 부분입니다: speed"):
        call_command("bench", "notices", "--only", "speed")


def test_the_last_line_is_one_object() -> None:
    out = StringIO()

    call_command("bench", "notices", "--only", "pages", "--n", "3", stdout=out)

    found = json.loads(out.getvalue().splitlines()[-1])
    assert found.keys() >= PROMISED | {"bench", "cores", "noisy", "load_before"}
