"""One child process: its own session, a death signal, its words line by line."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from portal.stack.folders import BASE_DIR

LONGEST_LINE = 16_384


@dataclass(frozen=True)
class Program:
    """What to run, when it counts as ready, and how it wants to be stopped."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool]  # may block; called in a thread
    environment: Mapping[str, str] = field(repr=False, default_factory=dict)  # holds secrets
    ready_seconds: float = 20
    stop_signal: signal.Signals = signal.SIGTERM
    last_signal: signal.Signals = signal.SIGKILL
    grace_seconds: float = 10
    is_vital: bool = False
    is_quiet: bool = False  # its words go to the log only


class Child:
    """A running program."""

    def __init__(
        self, program: Program, process: asyncio.subprocess.Process, words: int, hear: Callable[[str], None]
    ) -> None:
        self.program = program
        self.pid = process.pid
        self._process = process
        self._words = words
        self._hear = hear
        self._is_cleared = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, program: Program, hear: Callable[[str], None]) -> "Child":
        """A session of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops all in order."""
        words, pen = os.pipe()  # not asyncio's PIPE: wait() would wait for children that hold it open
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                cwd=BASE_DIR,
                env=program.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=pen,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            os.close(pen)
        return cls(program, process, words, hear)

    @property
    def has_ended(self) -> bool:
        """Whether the process itself has ended (its children may live)."""
        return self._process.returncode is not None

    async def ended(self) -> int:
        """Wait for the end; the exit code."""
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask, wait, insist; then take away whatever its group left behind."""
        for number, grace in (
            (self.program.stop_signal, self.program.grace_seconds),
            (self.program.last_signal, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            self.send(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
                break
        await self.clear_away()

    def send(self, number: signal.Signals) -> None:
        """Signal the process, if it still lives."""
        if not self.has_ended:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def kill(self) -> None:
        """End everything of it at once; PostgreSQL gets the signal it can recover from."""
        if self.program.last_signal == signal.SIGKILL:
            self._kill_group()
        else:
            self.send(self.program.last_signal)

    async def clear_away(self) -> None:
        """Kill what is left of the group: a web server's workers outlive a killed parent and keep answering."""
        if self._is_cleared:  # by now the number may be somebody else's
            return
        self._is_cleared = True
        self._kill_group()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listening, 2)  # its last words

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _listen(self) -> None:
        stream = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(self._words, "rb", buffering=0)
        )
        rest = b""
        while piece := await stream.read(65_536):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._line(line)
            if len(rest) > LONGEST_LINE:
                self._line(rest)
                rest = b""
        if rest:
            self._line(rest)
        transport.close()

    def _line(self, raw: bytes) -> None:
        self._hear(raw[:LONGEST_LINE].decode("utf-8", "replace").rstrip())
