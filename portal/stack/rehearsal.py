"""`manage.py rehearse`: a whole campaign in an installation of its own, which a killed run finds again."""

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from portal.stack import identity, init, ports, programs, running, secrets, surroundings
from portal.stack.console import Console
from portal.stack.errors import StackError
from portal.stack.folders import BASE_DIR, private_folder, state_dir
from portal.stack.leftovers import Traces
from portal.stack.options import Options
from portal.stack.processes import Program
from portal.stack.steps import Steps
from portal.stack.surroundings import SIMULATOR_OFFSET
from portal.stack.up import Stack

FOLDER = "rehearsal"
FIRST_PORT = 8300
NEVER_OURS = ("DATABASE_URL", "REDIS_URL", "MEDIA_DIR")  # beside what surroundings say themselves
DELAYS = "[delay]\nfastest = 0.5\nslowest = 6.0\n"


@dataclass(frozen=True)
class Wanted:
    """What the rehearsal is to be."""

    citizens: int
    seed: int
    workers: int
    is_resumed: bool
    folder: Path


class Quiet(Console):
    """Everything for people goes to standard error: standard output is one JSON object."""

    def __init__(self) -> None:
        super().__init__()
        self.is_terminal = False

    def say(self, text: str = "") -> None:
        """A line of our own."""
        print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """
    Rehearse; the exit code is 1 if a sum is wrong or a picture went astray.

    :raises StackError: if it cannot start, or another rehearsal is running
    """
    wanted = _parse(arguments)
    code = init.leave_work_to_child()
    if code is not None:
        return code
    for name in (*NEVER_OURS, *surroundings.defaults(secrets.fresh(), state=wanted.folder)):
        os.environ.pop(name, None)  # whatever services, keys and carriers are named: a rehearsal never touches them
    folder = private_folder(wanted.folder)
    with running.locked(folder, doing="rehearse") as is_ours:
        if not is_ours:
            raise StackError("다른 리허설이 진행 중입니다. 끝난 뒤 다시 시작하세요.", exit_code=3)
        Traces(folder).clear_away()
        wanted = _settled(wanted, folder)
        return asyncio.run(Rehearsal(wanted, folder).run())


def _parse(arguments: Sequence[str]) -> Wanted:
    parser = argparse.ArgumentParser(prog="manage.py rehearse", description="캠페인 하나를 모의기로 끝까지 해 봅니다.")
    parser.add_argument("--citizens", type=int, default=400, metavar="N", help="시민 수 (기본 400, 40 이상)")
    parser.add_argument("--seed", type=int, default=7, help="같은 씨앗이면 같은 시민")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, metavar="N", help="작업 프로세스 수")
    parser.add_argument("--resume", action="store_true", help="끊긴 리허설을 이어서 합니다")
    parser.add_argument("--dir", type=Path, help=f"자료를 둘 폴더 (기본 var/{FOLDER}); 새 리허설은 이 폴더를 비웁니다")
    found = parser.parse_args(arguments)
    if found.citizens < 40:
        parser.error("--citizens는 40 이상이어야 합니다: 오류 유형마다 사람이 필요합니다")
    folder = (found.dir or state_dir() / FOLDER).resolve()
    return Wanted(found.citizens, found.seed, max(1, found.workers), found.resume, folder)


def _settled(wanted: Wanted, folder: Path) -> Wanted:
    """A resumed rehearsal is the one that was begun; a new one begins in an empty folder."""
    plan = folder / "rehearsal.json"
    if wanted.is_resumed:
        try:
            begun = json.loads(plan.read_text("utf-8"))
        except (OSError, ValueError):
            raise StackError("이어서 할 리허설이 없습니다. --resume 없이 시작하세요.", exit_code=2) from None
        return replace(wanted, citizens=begun["citizens"], seed=begun["seed"])
    inside = [path for path in folder.iterdir() if path.name != running.LOCK]
    if inside and not plan.exists():
        raise StackError(f"{folder}은(는) 리허설 폴더가 아니고 비어 있지도 않습니다.", exit_code=2)
    for path in inside:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    plan.write_text(json.dumps({"citizens": wanted.citizens, "seed": wanted.seed}), "utf-8")
    return wanted


class Rehearsal(Stack):
    """The same services and processes as `./run`, with a crowd of citizens, for one campaign."""

    def __init__(self, wanted: Wanted, folder: Path) -> None:
        options = Options(
            port=_free_port(),
            workers=wanted.workers,
            is_once=True,
            is_dev=False,
            is_demo=False,
            is_reset=False,
            is_agreed=True,
            is_services_only=False,
        )
        super().__init__(options, folder, console=Quiet())
        self._rehearsed = wanted
        self._result = folder / "result.json"

    async def run(self) -> int:
        """The exit code of the whole rehearsal; its result is the last line."""
        self._result.unlink(missing_ok=True)
        code = await super().run()
        if not self._result.exists():
            return code or 1
        found = json.loads(self._result.read_text("utf-8"))
        print(json.dumps(found, ensure_ascii=False), flush=True)
        return 0 if found["is_clean"] else 1

    async def _work(self) -> None:
        await self._start_services()
        steps = Steps(self._console, self._environment, self._state)
        await steps.prepare(is_demo=False, is_kept_by_us=True, needs_static=False)  # nobody looks
        (self._state / "mix.toml").write_text(DELAYS, "utf-8")
        await self._start_processes()
        await self._conduct()

    def _simulator(self) -> Program:
        people, mix = self._state / "people.jsonl", self._state / "mix.toml"
        more = ["--crowd", str(self._rehearsed.citizens * 2), "--people", str(people), "--mix", str(mix)]
        more += ["--receipt-delay", "0.3"]
        return programs.simulator(self._environment, port=self._wanted.port, state=self._state, more=more)

    async def _conduct(self) -> None:
        """The campaign itself, in a process that draws its own progress bar."""
        command = [*identity.death_signal("TERM"), sys.executable, "manage.py", "conduct_rehearsal"]
        command += ["--citizens", str(self._rehearsed.citizens), "--seed", str(self._rehearsed.seed)]
        command += ["--result", str(self._result)]
        environment = {**self._environment, "DB_POOL": "0", "SOTONG_PROCESS": "rehearsal"}
        process = await asyncio.create_subprocess_exec(*command, cwd=BASE_DIR, env=environment, stdout=sys.stderr)
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + SIMULATOR_OFFSET - 1):
        if ports.is_free(port) and ports.is_free(port + SIMULATOR_OFFSET):
            return port
    raise StackError("리허설에 쓸 빈 포트가 없습니다.", exit_code=2)
