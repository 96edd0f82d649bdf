"""Programs are kept running, in order, and nothing of them outlives the end."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from portal.stack.console import Console
from portal.stack.errors import StackError
from portal.stack.leftovers import Traces, start_time
from portal.stack.processes import Program
from portal.stack.supervisor import Supervisor

T = TypeVar("T")
WRITES_ITS_NUMBER = (
    "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
)
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WRITES_ITS_NUMBER
WITH_A_CHILD = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import os, pathlib, sys, time; "
    'pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)\', sys.argv[1] + ".child"]); '
    + WRITES_ITS_NUMBER
)


def _program(path: Path, code: str = WRITES_ITS_NUMBER, **more: Any) -> Program:
    return Program(
        name=path.name,
        command=[sys.executable, "-c", code, str(path)],
        environment=dict(os.environ),
        is_ready=lambda: bool(_number(path)),
        **more,
    )


def _number(path: Path) -> int:
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return 0


def _in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Browser tests leave an event loop running in this thread, so here is another."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def _supervise(tmp_path: Path, story: Callable[[Supervisor], Awaitable[None]]) -> None:
    async def run() -> None:
        supervisor = Supervisor(Console(), Traces(tmp_path))
        try:
            await story(supervisor)
        finally:
            await supervisor.stop()

    _in_a_loop(asyncio.wait_for(run(), 90))


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))


def test_killed_program_is_started_again_and_stopped_at_the_end(tmp_path: Path) -> None:
    seen: list[int] = []

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start(_program(tmp_path / "web"))
        seen.append(_number(tmp_path / "web"))
        os.kill(seen[0], signal.SIGKILL)
        await _until(lambda: _number(tmp_path / "web") not in (0, seen[0]))
        seen.append(_number(tmp_path / "web"))

    _supervise(tmp_path, story)

    assert len(seen) == 2
    assert [start_time(pid) for pid in seen] == ["", ""]


def test_what_a_killed_program_started_is_gone_before_it_starts_again(tmp_path: Path) -> None:
    seen: list[int] = []

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start(_program(tmp_path / "web", WITH_A_CHILD))
        await _until(lambda: _number(tmp_path / "web.child") != 0)
        seen.append(_number(tmp_path / "web.child"))
        (tmp_path / "web.child").unlink()
        os.kill(_number(tmp_path / "web"), signal.SIGKILL)
        await _until(lambda: _number(tmp_path / "web.child") != 0)
        seen.append(_number(tmp_path / "web.child"))
        await _until(lambda: start_time(seen[0]) == "")

    _supervise(tmp_path, story)

    assert [start_time(pid) for pid in seen] == ["", ""]


def test_program_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start(_program(tmp_path / "deaf", IGNORES_SIGTERM, grace_seconds=0.2))

    _supervise(tmp_path, story)

    assert start_time(_number(tmp_path / "deaf")) == ""


def test_killing_everything_does_not_wait_for_grace(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start(_program(tmp_path / "deaf", IGNORES_SIGTERM, grace_seconds=60))
        stopping = asyncio.create_task(supervisor.stop())
        await asyncio.sleep(0.1)
        supervisor.kill()
        await asyncio.wait_for(stopping, 30)

    _supervise(tmp_path, story)

    assert start_time(_number(tmp_path / "deaf")) == ""


def test_program_that_never_works_is_reported_with_its_last_words(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start(_program(tmp_path / "broken", "raise SystemExit('설정 오류: 모자랍니다')"))

    with pytest.raises(StackError, match=r"broken.*시작되지 않았습니다.\n(.*\n)*설정 오류: 모자랍니다"):
        _supervise(tmp_path, story)


def test_vital_program_that_keeps_ending_breaks_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.stack.restarts.MOST", 1)
    path = tmp_path / "web"

    async def story(supervisor: Supervisor) -> None:
        code = WRITES_ITS_NUMBER.replace("time.sleep(60)", "time.sleep(0.3)")
        await supervisor.start(_program(path, code, is_vital=True))
        await supervisor.broken.wait()

    _supervise(tmp_path, story)

    assert start_time(_number(path)) == ""


def test_endless_line_is_cut_and_harms_nobody(tmp_path: Path) -> None:
    async def story(supervisor: Supervisor) -> None:
        code = "import sys; sys.stdout.write('x' * 1_000_000); sys.stdout.flush(); " + WRITES_ITS_NUMBER
        await supervisor.start(_program(tmp_path / "loud", code, is_quiet=True))

    _supervise(tmp_path, story)

    log = (tmp_path / "log" / "loud.log").read_text()
    assert log.count("x") > 100_000
    assert max(len(line) for line in log.splitlines()) <= 16_384


def test_leftovers_of_a_dead_supervisor_are_cleared_and_strangers_are_not(tmp_path: Path) -> None:
    async def run() -> int:
        child = await asyncio.create_subprocess_exec("sleep", "60", start_new_session=True)
        traces = Traces(tmp_path)
        traces.add("web", child.pid, signal.SIGTERM)
        traces.add("me", os.getpid(), signal.SIGKILL)
        text = (tmp_path / "pids.json").read_text()
        (tmp_path / "pids.json").write_text(text.replace(start_time(os.getpid()), "another start"))
        names = await asyncio.to_thread(Traces(tmp_path).clear_away)
        assert names == ["web"]
        return await child.wait()

    assert _in_a_loop(run()) == -signal.SIGTERM
