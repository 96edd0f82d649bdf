"""The embedded services: Korean can be searched, odd paths do no harm, and nothing stays behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from portal.stack import postgres, valkey
from portal.stack.errors import StackError
from portal.stack.folders import BASE_DIR, throwaway_folder
from portal.stack.leftovers import start_time
from portal.stack.postgres import count_trigrams
from portal.stack.services import kept, throwaway
from tests.stack.surroundings import clean_environment, wait_until


def test_korean_has_trigrams() -> None:
    assert count_trigrams(os.environ["DATABASE_URL"]) == 3


def test_hangul_is_made_of_letters() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(r"SELECT '가나다' ~ '^\w+$', current_setting('server_encoding')").fetchone()

    assert row == (True, "UTF8")


def test_throwaway_services_leave_nothing() -> None:
    with throwaway() as addresses:
        was_alive = postgres.answers(addresses.database_url) and valkey.answers(addresses.redis_url)
        folder = Path(addresses.redis_url.removeprefix("redis+socket://")).parent

    assert was_alive
    assert not postgres.answers(addresses.database_url)
    assert not folder.exists()


def test_only_what_is_needed_is_started() -> None:
    with throwaway(database=False) as addresses:
        assert addresses.database_url == ""
        assert valkey.answers(addresses.redis_url)


def test_data_lives_on_in_a_folder_with_a_space_and_hangul(tmp_path: Path) -> None:
    state = tmp_path / "한글 폴더 (1)"
    with kept(state) as addresses, psycopg.connect(addresses.database_url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('민원')")

    with kept(state) as addresses, psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("민원",)


def test_data_of_another_major_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "pg"
    data.mkdir()
    (data / "PG_VERSION").write_text("13\n")

    with pytest.raises(StackError, match="PostgreSQL 13의 데이터"):
        postgres.ensure(data)


def test_an_interrupted_first_start_heals(tmp_path: Path) -> None:
    unfinished = tmp_path / "pg.new"
    unfinished.mkdir()
    (unfinished / "half").write_text("")

    postgres.ensure(tmp_path / "pg")

    assert (tmp_path / "pg" / "PG_VERSION").exists()
    assert not unfinished.exists()


def test_command_runs_on_services_of_its_own() -> None:
    command = 'test -n "$DATABASE_URL" && test -n "$REDIS_URL" && test -n "$PII_KEYS" && exit 7'

    answer = subprocess.run([sys.executable, "scripts/with_services.py", "sh", "-c", command], cwd=BASE_DIR)

    assert answer.returncode == 7


def test_services_die_with_a_killed_owner(tmp_path: Path) -> None:
    report = tmp_path / "report"
    command = f'echo "$REDIS_URL" > {report}; exec sleep 60'
    owner = subprocess.Popen(
        [sys.executable, "scripts/with_services.py", "sh", "-c", command],
        cwd=BASE_DIR,
        env=clean_environment(tmp_path),
        start_new_session=True,
    )
    wait_until(lambda: report.exists() and report.read_text().strip() != "")
    folder = Path(report.read_text().strip().removeprefix("redis+socket://")).parent
    postmaster = int((folder / "pg" / "postmaster.pid").read_text().split()[0])

    os.killpg(owner.pid, signal.SIGKILL)
    owner.wait()

    wait_until(lambda: start_time(postmaster) == "")
    wait_until(lambda: not valkey.answers(report.read_text().strip()))
    with throwaway_folder():
        assert not folder.exists()
