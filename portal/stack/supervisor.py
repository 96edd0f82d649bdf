"""Keeps programs running: started in order, restarted when they end, stopped in reverse."""

import asyncio
import time

from portal.stack.console import Console, LogFile, is_noise
from portal.stack.errors import StackError
from portal.stack.folders import state_dir
from portal.stack.leftovers import Traces
from portal.stack.processes import Child, Program
from portal.stack.restarts import ALLOWED, Restarts, State

LOOK_SECONDS = 0.05


class Keeper:
    """One program, kept alive."""

    def __init__(self, program: Program, console: Console, traces: Traces) -> None:
        self.program = program
        self.state = State.WAITING
        self.settled = asyncio.Event()  # ready for the first time, or failed
        self.failed = asyncio.Event()
        self.log = LogFile(state_dir() / "log" / f"{program.name}.log")
        self._console = console
        self._traces = traces
        self._restarts = Restarts()
        self._spawning: asyncio.Task[Child] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; `settled` says when it is ready or has failed."""
        self._task = asyncio.create_task(self._keep())
        self._task.add_done_callback(self._kept)

    async def stop(self) -> None:
        """No more restarts; end what runs."""
        if self.state in (State.WAITING, State.STOPPED):
            return
        self._go(State.STOPPING)
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._spawning:  # cancelled or not, a process that was being born is ours to end
            child = await self._spawning
            await child.stop()
            self._traces.remove(child.pid)
        self._go(State.STOPPED)
        self.log.close()

    def kill(self) -> None:
        """At once, without asking."""
        if self._task:
            self._task.cancel()
        if self._spawning and self._spawning.done():
            self._spawning.result().kill()

    async def _keep(self) -> None:
        while True:
            self._go(State.STARTING)
            self._spawning = asyncio.create_task(Child.start(self.program, self._heard))
            child = await asyncio.shield(self._spawning)
            self._traces.add(self.program.name, child.pid, self.program.stop_signal)
            ready_since = await self._until_ready(child)
            if ready_since is not None:
                self._go(State.READY)
                self.settled.set()
                await child.ended()
            delay = self._restarts.delay_after_end(now=time.monotonic(), ready_since=ready_since)
            await child.stop() if not child.has_ended else await child.clear_away()
            self._traces.remove(child.pid)
            if delay is None:
                self._go(State.FAILED)
                return
            self._go(State.BACKING_OFF)
            self._console.warn(f"{self.program.name}이(가) 끝나 {delay:g}초 뒤 다시 시작합니다.")
            await asyncio.sleep(delay)

    def _kept(self, task: asyncio.Task[None]) -> None:
        """Nobody keeps it any more: stopped, given up, or (no memory, no file handles) we could not go on."""
        if not task.cancelled():
            if error := task.exception():
                self._console.warn(f"{self.program.name}: {error!r}")
            self.failed.set()
        self.settled.set()

    async def _until_ready(self, child: Child) -> float | None:
        limit = time.monotonic() + self.program.ready_seconds
        while not child.has_ended and time.monotonic() < limit:
            if await asyncio.to_thread(self.program.is_ready) and not child.has_ended:
                return time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
        return None

    def _heard(self, line: str) -> None:
        self.log.write(line)
        if not self.program.is_quiet and not is_noise(line):
            self._console.line(self.program.name, line)

    def _go(self, state: State) -> None:
        if state not in ALLOWED[self.state]:
            raise RuntimeError(f"{self.program.name}: {self.state} cannot become {state}")
        self.state = state


class Supervisor:
    """All programs of one stack."""

    def __init__(self, console: Console, traces: Traces) -> None:
        self.broken = asyncio.Event()  # something vital has failed: the whole must stop
        self._console = console
        self._traces = traces
        self._keepers: list[Keeper] = []
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self, program: Program) -> None:
        """
        Start a program and wait until it is ready.

        :raises StackError: if it does not become ready
        """
        keeper = Keeper(program, self._console, self._traces)
        self._keepers.append(keeper)
        keeper.start()
        await keeper.settled.wait()
        if keeper.failed.is_set():
            raise StackError(f"{program.name}이(가) 시작되지 않았습니다.\n{keeper.log.last_lines(20)}")
        watching = asyncio.create_task(self._watch(keeper))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)

    async def stop(self) -> None:
        """Everything, newest first."""
        for watching in self._watching:
            watching.cancel()
        for keeper in reversed(self._keepers):
            await keeper.stop()

    def kill(self) -> None:
        """Everything, at once."""
        for keeper in reversed(self._keepers):
            keeper.kill()

    async def _watch(self, keeper: Keeper) -> None:
        await keeper.failed.wait()
        self._console.warn(f"{keeper.program.name}이(가) 되풀이해서 끝나 더는 시작하지 않습니다. 마지막 기록:")
        self._console.say(keeper.log.last_lines(20))
        if keeper.program.is_vital:
            self.broken.set()
