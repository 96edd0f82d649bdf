"""manage.py finds the services that run, starts them if none do, and needs nothing where nothing is needed."""

import os
import subprocess
import sys
from pathlib import Path

from portal.stack import running, secrets
from portal.stack.binaries import pg_bin
from portal.stack.folders import BASE_DIR
from portal.stack.services import kept
from tests.stack.surroundings import clean_environment

ASK = ["dbshell", "--", "-XAtc", "SELECT current_setting('unix_socket_directories')"]


def _manage(state: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=clean_environment(state) | more,
        capture_output=True,
        text=True,
    )


def test_command_without_need_of_a_database_starts_nothing(tmp_path: Path) -> None:
    answer = _manage(tmp_path, "version")

    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "pg").exists()


def test_command_uses_the_services_that_run(tmp_path: Path) -> None:
    secrets.kept(tmp_path, has_data=False)
    with kept(tmp_path) as addresses:
        note = running.Note(os.getpid(), 8000, "http://localhost:8000", addresses.database_url, addresses.redis_url)
        running.write_note(tmp_path, note)
        with running.locked(tmp_path, doing="up"):
            answer = _manage(tmp_path, *ASK, **_psql_on_path())

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == str(Path(addresses.redis_url.removeprefix("redis+socket://")).parent)


def test_command_starts_services_despite_a_stale_note_and_stops_them(tmp_path: Path) -> None:
    note = running.Note(
        1, 8000, "http://localhost:8000", "postgres://sotong@%2Fnowhere/sotong", "redis+socket:///nowhere"
    )
    running.write_note(tmp_path, note)

    answer = _manage(tmp_path, *ASK, **_psql_on_path())

    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "pg" / "postmaster.pid").exists()


def _psql_on_path() -> dict[str, str]:
    return {"PATH": f"{pg_bin()}{os.pathsep}{os.environ['PATH']}"}
