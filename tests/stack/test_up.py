"""The whole command, with the services only: it ends in order, at once, or not at all cleanly, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.stack import running, valkey
from portal.stack.folders import BASE_DIR
from portal.stack.leftovers import start_time
from portal.stack.up import ONE_PRESS_SECONDS
from tests.stack.surroundings import clean_environment, wait_until


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


@contextmanager
def _up(state: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        _command("up", "--services-only"),
        cwd=BASE_DIR,
        env=clean_environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(lambda: running.read_note(state) is not None or process.poll() is not None, 100)
        yield process
    finally:
        process.kill()
        process.communicate()


def _children(state: Path) -> list[int]:
    return [trace["pid"] for trace in json.loads((state / "pids.json").read_text())]


def _note(state: Path) -> running.Note:
    note = running.read_note(state)
    assert note is not None
    return note


def test_ctrl_c_ends_everything_in_order(tmp_path: Path) -> None:
    with _up(tmp_path) as process:
        children = _children(tmp_path)

        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=90)

    assert process.returncode == 0, said
    assert len(children) == 2
    assert [start_time(pid) for pid in children] == ["", ""]
    assert running.read_note(tmp_path) is None
    assert "DATABASE_URL=postgres://" in said


def test_killed_supervisor_leaves_no_process_and_the_next_one_starts(tmp_path: Path) -> None:
    with _up(tmp_path) as process:
        children = _children(tmp_path)

        process.kill()
        process.wait()

        wait_until(lambda: all(start_time(pid) == "" for pid in children))
        assert not _note(tmp_path).is_alive()
    with _up(tmp_path) as process:
        wait_until(lambda: _note(tmp_path).pid == process.pid)

        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=90)

    assert process.returncode == 0


def test_killed_database_comes_back(tmp_path: Path) -> None:
    with _up(tmp_path) as process:
        postmaster = _children(tmp_path)[0]

        os.kill(postmaster, signal.SIGKILL)

        wait_until(lambda: start_time(postmaster) == "" and _note(tmp_path).is_alive())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)

    assert process.returncode == 0


def test_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    with _up(tmp_path) as process:
        children = _children(tmp_path)
        os.kill(children[1], signal.SIGSTOP)  # the broker cannot hear SIGTERM now: an orderly stop would wait

        process.send_signal(signal.SIGINT)
        wait_until(lambda: running.read_note(tmp_path) is None)  # it has heard the first one
        time.sleep(ONE_PRESS_SECONDS + 0.2)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=8)

    assert "바로 끝냅니다" in said
    assert [start_time(pid) for pid in children] == ["", ""]


def test_second_start_points_at_the_first(tmp_path: Path) -> None:
    with _up(tmp_path):
        second = subprocess.run(
            _command("up", "--services-only"),
            cwd=BASE_DIR,
            env=clean_environment(tmp_path),
            capture_output=True,
            text=True,
        )

    assert second.returncode == 3
    assert "이미 실행 중입니다: http://localhost:8000" in second.stderr


def test_unreachable_server_is_one_sentence(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path) | {"DATABASE_URL": "postgres://sotong@127.0.0.1:1/sotong"}

    answer = subprocess.run(
        _command("up", "--services-only"), cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )

    assert answer.returncode == 2
    assert answer.stderr.strip() == "DATABASE_URL의 PostgreSQL에 연결할 수 없습니다. 주소와 서버를 확인하세요."


def test_reset_asks_first_and_spares_what_is_not_ours(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    outside = environment | {"DATABASE_URL": os.environ["DATABASE_URL"]}

    unasked = subprocess.run(_command("up", "--reset"), cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    foreign = subprocess.run(
        _command("up", "--reset", "--yes"), cwd=BASE_DIR, env=outside, capture_output=True, text=True
    )

    assert (unasked.returncode, foreign.returncode) == (2, 2)
    assert "--yes" in unasked.stderr
    assert "DATABASE_URL" in foreign.stderr


def test_broker_answers_only_while_it_runs(tmp_path: Path) -> None:
    with _up(tmp_path) as process:
        address = _note(tmp_path).redis_url
        was_alive = valkey.answers(address)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)

    assert was_alive
    assert not valkey.answers(address)
