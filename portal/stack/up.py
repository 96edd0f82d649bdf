"""`manage.py up`: everything the portal needs, in order, until Ctrl-C."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from portal.stack import init, options, ports, postgres, programs, running, secrets, surroundings, valkey
from portal.stack.console import Console
from portal.stack.errors import StackError
from portal.stack.folders import socket_folder, state_dir
from portal.stack.leftovers import Traces
from portal.stack.options import Options
from portal.stack.postgres import Cluster
from portal.stack.processes import Program
from portal.stack.steps import MARK, Steps
from portal.stack.supervisor import Supervisor
from portal.stack.together import together
from portal.stack.valkey import Broker

TOUCH_SECONDS = 3600
ONE_PRESS_SECONDS = 0.5  # some terminals and wrappers deliver one Ctrl-C twice
EMBEDDED_DATA = ("pg", "pg.new", "valkey", "media", "relays", MARK, "celerybeat-schedule")


def main(arguments: Sequence[str]) -> int:
    """
    Run the stack; the exit code.

    :raises StackError: if it cannot start
    """
    wanted = options.parse(arguments)
    code = init.leave_work_to_child()
    if code is not None:
        return code
    state = state_dir()
    with running.locked(state, doing="up") as is_ours:
        if not is_ours:
            return _point_at_the_other(state)
        names = Traces(state).clear_away()
        if names:
            print(f"지난번에 남은 프로세스를 정리했습니다: {', '.join(names)}")
        if wanted.is_reset:
            _reset(state, is_agreed=wanted.is_agreed)
        _check_surroundings(wanted)
        return asyncio.run(Stack(wanted, state).run())


def _point_at_the_other(state: Path) -> int:
    note = running.read_note(state)
    if note and note.is_alive():
        print(f"이미 실행 중입니다: {note.site_url} (pid {note.pid})", file=sys.stderr)
    else:
        holder = running.holder(state)
        who = f"{holder.doing}, pid {holder.pid}" if holder else "다른 명령"
        print(f"다른 작업({who})이 같은 데이터를 쓰고 있습니다. 끝난 뒤 다시 시작하세요.", file=sys.stderr)
    return 3


def _reset(state: Path, *, is_agreed: bool) -> None:
    if surroundings.is_given("DATABASE_URL"):
        raise StackError("--reset은 내장 데이터만 지웁니다. DATABASE_URL이 지정되어 있어 멈춥니다.", exit_code=2)
    if not is_agreed:
        if not sys.stdin.isatty():
            raise StackError("--reset은 확인이 필요합니다. 되묻지 않으려면 --yes를 붙이세요.", exit_code=2)
        if input(f"{state}의 데이터베이스, 첨부 파일, 기록을 모두 지웁니다. 계속할까요? [y/N] ").strip().lower() != "y":
            raise StackError("지우지 않았습니다.")
    for path in (*(state / name for name in EMBEDDED_DATA), *state.glob("*.jsonl")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _check_surroundings(wanted: Options) -> None:
    if not wanted.is_services_only:
        ports.check_free({wanted.port: "시민 화면", **_simulators(wanted.port)})
    if surroundings.is_given("DATABASE_URL") and not postgres.answers(surroundings.given("DATABASE_URL")):
        raise StackError("DATABASE_URL의 PostgreSQL에 연결할 수 없습니다. 주소와 서버를 확인하세요.", exit_code=2)
    if surroundings.is_given("REDIS_URL") and not valkey.answers(surroundings.given("REDIS_URL")):
        raise StackError("REDIS_URL의 서버에 연결할 수 없습니다. 주소와 서버를 확인하세요.", exit_code=2)


def _simulates_carrier(port: int) -> bool:
    """Whoever names carriers of their own also runs the other end of the line, unless they name our simulator."""
    ours = f"http://127.0.0.1:{port + surroundings.SIMULATOR_OFFSET}"
    return not surroundings.is_given("MESSAGING_CARRIERS") or ours in surroundings.given("MESSAGING_CARRIERS")


def _simulators(port: int) -> dict[int, str]:
    """The simulators this run needs, by port: those our own settings speak to."""
    carrier = {port + surroundings.SIMULATOR_OFFSET: "통신사 모의기"} if _simulates_carrier(port) else {}
    relay = {} if surroundings.is_given("NOTICES_RELAY") else {port + surroundings.RELAY_OFFSET: "전자문서지갑 모의기"}
    paying = not surroundings.is_given("PAYMENT_PROVIDERS")
    return {**carrier, **relay, **({port + surroundings.PAYMENT_OFFSET: "결제 모의기"} if paying else {})}


class Stack:
    """One run of everything."""

    def __init__(self, wanted: Options, state: Path, *, console: Console | None = None) -> None:
        self._wanted = wanted
        self._state = state
        self._console = console or Console()
        self._supervisor = Supervisor(self._console, Traces(state))
        self._environment: dict[str, str] = {}

    async def run(self) -> int:
        """Start, wait for the end, stop in order; the exit code."""
        asked_to_stop = self._listen_for_signals()
        working = asyncio.create_task(self._work())
        ends = [working, asyncio.create_task(asked_to_stop.wait()), asyncio.create_task(self._supervisor.broken.wait())]
        code = 0
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            elif self._supervisor.broken.is_set():
                code = 1
        finally:
            for task in ends:
                task.cancel()
            await asyncio.wait(ends)
            await self._stop()
        return code

    def _listen_for_signals(self) -> asyncio.Event:
        asked = asyncio.Event()
        first = 0.0

        def hear() -> None:
            nonlocal first
            first = first or time.monotonic()
            if time.monotonic() - first > ONE_PRESS_SECONDS:
                self._console.warn("바로 끝냅니다.")
                self._supervisor.kill()
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, hear)
        return asked

    async def _stop(self) -> None:
        began = time.monotonic()
        self._console.say("\n끝내는 중입니다…")
        running.remove_note(self._state)
        await self._supervisor.stop()
        self._console.say(f"모두 끝났습니다 ({time.monotonic() - began:.1f}초).")

    async def _work(self) -> None:
        began = time.monotonic()
        await self._start_services()
        if self._wanted.is_services_only:
            self._console.say(f"DATABASE_URL={self._environment['DATABASE_URL']}")
            self._console.say(f"REDIS_URL={self._environment['REDIS_URL']}")
        else:
            steps = Steps(self._console, self._environment, self._state)
            logins = await steps.prepare(
                is_demo=self._wanted.is_demo,
                is_kept_by_us=not surroundings.is_given("DATABASE_URL"),
                needs_static=not self._wanted.is_dev,
            )
            await self._start_processes()
            self._greet(logins, time.monotonic() - began)
            if self._wanted.is_once:
                await self._test_itself(steps)
                return
        self._write_note()
        await self._keep_sockets_fresh()

    async def _start_services(self) -> None:
        state, wanted = self._state, self._wanted
        is_ours = not surroundings.is_given("DATABASE_URL")
        values = secrets.kept(state, has_data=is_ours and (state / "pg").exists())
        defaults = surroundings.defaults(values, state=state, port=wanted.port, is_demo=wanted.is_demo)
        defaults |= {"DEBUG": "1"} if wanted.is_dev else {}
        sockets = socket_folder(state)
        cluster, broker = Cluster(state / "pg", sockets), Broker(state / "valkey", sockets)
        if is_ours:
            if not cluster.data.exists():
                with self._console.step("데이터베이스를 만듭니다"):
                    await asyncio.to_thread(postgres.ensure, cluster.data)
            postgres.ensure(cluster.data)
            await self._start("PostgreSQL을 시작합니다", programs.database(cluster))
            await asyncio.to_thread(cluster.open_database)
            defaults["DATABASE_URL"] = cluster.url()
        if not surroundings.is_given("REDIS_URL"):
            await self._start("Valkey를 시작합니다", programs.broker(broker))
            defaults["REDIS_URL"] = broker.url
        self._environment = surroundings.filled(defaults)
        for name in ("DATABASE_URL", "REDIS_URL"):
            self._environment[name] = self._environment.get(name) or surroundings.given(name)

    async def _start_processes(self) -> None:
        wanted, environment = self._wanted, self._environment
        if _simulates_carrier(wanted.port):
            await self._start("통신사 모의기를 시작합니다", self._simulator())
        others = {
            wanted.port + surroundings.RELAY_OFFSET: programs.relay,
            wanted.port + surroundings.PAYMENT_OFFSET: programs.payments,
        }
        named = _simulators(wanted.port)
        await together(
            *(
                self._start(f"{named[place]}를 시작합니다", start(environment, port=wanted.port, state=self._state))
                for place, start in others.items()
                if place in named
            ),
            self._start("웹 서버를 시작합니다", programs.web(environment, port=wanted.port, is_dev=wanted.is_dev)),
            self._start("발송 작업자를 시작합니다", programs.sender(environment)),
            self._start("챗봇 작업자를 시작합니다", programs.builder(environment)),
            self._start("작업자를 시작합니다", programs.worker(environment, processes=wanted.workers)),
            self._start("시간표를 시작하고 작업자를 불러 봅니다", programs.beat(environment, state=self._state)),
        )

    def _simulator(self) -> Program:
        people = self._state / "people.jsonl"
        crowd = ["--crowd", str(programs.CROWD), "--people", str(people)] if self._wanted.is_demo else []
        return programs.simulator(self._environment, port=self._wanted.port, state=self._state, more=crowd)

    async def _start(self, label: str, program: Program) -> None:
        with self._console.step(label):
            await self._supervisor.start(program)

    def _write_note(self) -> None:
        environment = self._environment
        running.write_note(
            self._state,
            running.Note(
                pid=os.getpid(),
                port=self._wanted.port,
                site_url=environment["SITE_URL"],
                database_url=environment["DATABASE_URL"],
                redis_url=environment["REDIS_URL"],
                is_demo=self._wanted.is_demo,
            ),
        )

    def _greet(self, logins: str, seconds: float) -> None:
        site = self._environment["SITE_URL"]
        handsets = f"http://localhost:{self._wanted.port + surroundings.SIMULATOR_OFFSET}/"
        lines = [f"준비되었습니다 ({seconds:.1f}초).", f"  시민 화면    {site}/", f"  공무원 화면  {site}/admin/"]
        lines += [f"    {line}" for line in logins.splitlines() if line.strip()]
        lines += [f"  손전화       {handsets}"] if _simulates_carrier(self._wanted.port) else []
        named = _simulators(self._wanted.port)
        wallets = self._wanted.port + surroundings.RELAY_OFFSET
        lines += [f"  전자문서지갑  http://localhost:{wallets}/"] if wallets in named else []
        lines += [f"  데이터와 기록  {self._state} (기록은 log/)", "Ctrl-C로 끝냅니다."]
        self._console.say("\n" + "\n".join(lines) + "\n")

    async def _test_itself(self, steps: Steps) -> None:
        home = f"http://127.0.0.1:{self._wanted.port}/"
        with self._console.step("첫 화면을 엽니다"):
            if not await asyncio.to_thread(programs.responds(home, site=self._environment["SITE_URL"], seconds=30)):
                raise StackError("첫 화면이 열리지 않습니다. var/log/web.log를 보세요.")
        if _simulates_carrier(self._wanted.port):  # a real line would reach, and charge, somebody
            await steps.run("문자 한 통을 끝까지 보내 봅니다", "self_test")
        self._console.say("스스로 점검을 마쳤습니다.")

    async def _keep_sockets_fresh(self) -> None:
        """Cleaners of temporary folders delete what nobody has touched for days."""
        folder = socket_folder(self._state)
        while True:
            for path in (folder, *folder.iterdir()):
                with suppress(OSError):
                    os.utime(path)
            await asyncio.sleep(TOUCH_SECONDS)
