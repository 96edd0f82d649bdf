"""
Cages: short-lived children with hard limits, the only place where bytes from outside are decoded.

The parent half (`run_caged`, `caged_lines`, `Cell`) talks over pipes in length-prefixed frames. The child half, at the
end, sets its own limits before it imports the decoder: `preexec_fn` is unsafe in a process with threads.

A module that runs in a cage has `main(payload: bytes) -> bytes` or `lines(payload: bytes) -> Iterator[bytes]`, imports
no Django, finds its files with `given_file(0)` and says no by raising a `Refused` with its Korean sentence.
"""

import os
import resource
import selectors
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

Reason = Literal["crashed", "time_out", "too_large", "refused"]

_ROOT = Path(__file__).resolve().parent.parent.parent
_HEADER = struct.Struct(">cQ")
_LENGTH = struct.Struct(">Q")
_ITEM, _END, _REFUSED, _NO_MEMORY, _BROKEN = b"I", b"E", b"R", b"M", b"B"
_BLOCK = 256 * 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use. `wall_seconds` counts for the whole run, or for each item of a stream."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    wall_seconds: float
    answer_bytes: int = 256 * _MIB


IMAGE = Limits(memory_bytes=1024 * _MIB, cpu_seconds=5, file_bytes=64 * _MIB, wall_seconds=10)
PDF = Limits(memory_bytes=1024 * _MIB, cpu_seconds=10, file_bytes=64 * _MIB, wall_seconds=15)


class CageError(Exception):
    """
    The child gave no answer. `reason` says why; `message` is a Korean sentence if it was `refused`, else for the log.

    The message never holds what the child was reading: of its own errors only their type and place come out.
    """

    def __init__(self, reason: Reason, message: str = "") -> None:
        self.reason: Reason = reason
        self.message = message
        super().__init__(f"{reason}: {message}" if message else reason)


def run_caged(
    module: str,
    payload: bytes,
    *,
    limits: Limits,
    files: Sequence[Path] = (),
    keep: Mapping[str, Path] | None = None,
) -> bytes:
    """
    Run `module.main(payload)` in a cage and return its answer.

    :param files: readable in the child as `given_file(0)`, `given_file(1)`, …
    :param keep: files the child may leave in its folder, by name, and where to copy each when it has succeeded
    :raises CageError: if it crashed, took too long, wanted too much or refused
    """
    with tempfile.TemporaryDirectory(prefix="cage-", dir=_memory_folder(), ignore_cleanup_errors=True) as folder:
        child = _Child(module, "main", Path(folder), limits, files)
        try:
            answers = list(child.items(payload, limits.wall_seconds))
        finally:
            child.stop()
        for name, target in (keep or {}).items():
            _copy_out(Path(folder) / name, target)
    return answers[0]


def caged_lines(
    module: str, payload: bytes, *, limits: Limits, wall_per_item: float, files: Sequence[Path] = ()
) -> Generator[bytes, None, None]:
    """
    Yield what `module.lines(payload)` yields in a cage, each as soon as it is there.

    When the child dies the items so far have arrived: their number tells which item killed it. Close the iterator (or
    exhaust it) to end the child.

    :raises CageError: as `run_caged`; `time_out` also when no item came for `wall_per_item` seconds
    """
    with tempfile.TemporaryDirectory(prefix="cage-", dir=_memory_folder(), ignore_cleanup_errors=True) as folder:
        child = _Child(module, "lines", Path(folder), limits, files)
        try:
            yield from child.items(payload, wall_per_item)
        finally:
            child.stop()


class Cell:
    """
    A child that answers one request after another about the same files, until it has said `most_items` or has died.

    Starting one costs as much as a dozen pages; one kept for ever keeps what a decoder forgot. Each request has the
    processor time of `limits` for itself.
    """

    def __init__(self, module: str, *, limits: Limits, files: Sequence[Path] = (), most_items: int = 2000) -> None:
        self._module, self._limits, self._files = module, limits, files
        self._most_items = most_items
        self._said_count, self._stack = 0, ExitStack()
        self._child: _Child | None = None

    def lines(self, payload: bytes, *, wall_per_item: float) -> Generator[bytes, None, None]:
        """
        As `caged_lines`, in the child at hand; whoever stops listening half-way ends it.

        :raises CageError: as `caged_lines`; the next request gets a new child
        """
        if self._said_count >= self._most_items:
            self.close()
        child = self._child or self._start()
        is_whole = False
        try:
            for item in child.items(payload, wall_per_item, is_last=False):
                self._said_count += 1
                yield item
            is_whole = True
        finally:
            if not is_whole:
                self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        self._stack.close()
        self._child = None

    def _start(self) -> "_Child":
        folder = tempfile.TemporaryDirectory(prefix="cage-", dir=_memory_folder(), ignore_cleanup_errors=True)
        self._stack.enter_context(folder)
        self._child = _Child(
            self._module, "lines", Path(folder.name), self._limits, self._files, requests=self._most_items
        )
        self._stack.callback(self._child.stop)
        self._said_count = 0
        return self._child


def given_file(index: int) -> Path:
    """In the child: the path of the parent's `files[index]`, with its suffix."""
    return next(Path.cwd().glob(f"file-{index}.*"))


def _memory_folder() -> str | None:
    """A folder in memory if there is one, so that what is decoded never reaches a disk."""
    shm = Path("/dev/shm")  # noqa: S108 - the folder in it is private and random
    return str(shm) if shm.is_dir() and os.access(shm, os.W_OK) else None


def _copy_out(source: Path, target: Path) -> None:
    """Copy a plain file out of the cage, if there is one; a link or device in its place is refused."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    except OSError:
        raise CageError("crashed", "the child left something that is not a file") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise CageError("crashed", "the child left something that is not a file")
        with target.open("wb") as out:
            shutil.copyfileobj(file, out)


class _Child:
    """One child process, its pipes and its end."""

    def __init__(
        self, module: str, function: str, folder: Path, limits: Limits, files: Sequence[Path], *, requests: int = 1
    ) -> None:
        self.limits = limits
        for index, file in enumerate(files):
            (folder / f"file-{index}{file.suffix or '.bin'}").symlink_to(file.resolve())
        numbers = [str(n) for n in (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes, requests)]
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own file, a module name from our code
            [sys.executable, "-P", str(Path(__file__).resolve()), module, function, *numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        self.stdin, self.stdout = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)
        os.set_blocking(self.stdin.fileno(), False)
        os.set_blocking(self.stdout.fileno(), False)
        self.pending = bytearray()

    def items(self, payload: bytes, wall: float, *, is_last: bool = True) -> Iterator[bytes]:
        """Hand over the payload, then yield each answer; `wall` is the longest silence."""
        deadline = time.monotonic() + wall
        self._write(_LENGTH.pack(len(payload)) + payload, deadline)
        if is_last:
            self.stdin.close()
        while True:
            kind, body = self._frame(deadline)
            if kind == _END:
                return
            if kind == _ITEM:
                yield body
                deadline = time.monotonic() + wall
                continue
            text = body.decode("utf-8", "replace")
            if kind == _REFUSED:
                raise CageError("refused", text)
            raise CageError("too_large" if kind == _NO_MEMORY else "crashed", text)

    def stop(self) -> None:
        """Kill whatever is left of the child and of its children, and reap it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.stdout.close()
        with suppress(BrokenPipeError):
            self.stdin.close()

    def _write(self, payload: bytes, deadline: float) -> None:
        view = memoryview(payload)
        while view:
            self._wait(self.stdin, selectors.EVENT_WRITE, deadline)
            try:
                written = os.write(self.stdin.fileno(), view[:_BLOCK])
            except BrokenPipeError:
                return  # it died before it had read everything: _frame says of what
            view = view[written:]

    def _frame(self, deadline: float) -> tuple[bytes, bytes]:
        kind, length = _HEADER.unpack(self._read(_HEADER.size, deadline))
        if length > self.limits.answer_bytes:
            raise CageError("too_large", "the answer is larger than allowed")
        return kind, self._read(length, deadline)

    def _read(self, count: int, deadline: float) -> bytes:
        while len(self.pending) < count:
            self._wait(self.stdout, selectors.EVENT_READ, deadline)
            block = os.read(self.stdout.fileno(), _BLOCK)
            if not block:
                raise self._death()
            self.pending += block
        answer = bytes(self.pending[:count])
        del self.pending[:count]
        return answer

    def _wait(self, pipe: IO[bytes], event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise CageError("time_out", "no answer in time")

    def _death(self) -> CageError:
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            return CageError("time_out", "too much processor time")
        return CageError("crashed", f"signal {-code}" if code < 0 else f"exit code {code}")


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: no keys, no addresses. One thread per library, or its stacks eat the memory limit."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


# --- the child ------------------------------------------------------------------------------------------------------

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000


def _give_up_rights() -> None:
    """
    Linux only: die with the parent, gain nothing from set-uid programs, and see no network.

    The last needs a kernel that lets us make namespaces; where it does not, the other walls still stand.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - only the child needs it

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    user = 0 if os.geteuid() == 0 else _CLONE_NEWUSER
    libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC | user)


def _limit(kind: int, amount: int, *, slack: int = 0) -> None:
    _, most = resource.getrlimit(kind)
    hard = amount + slack if most == resource.RLIM_INFINITY else min(amount + slack, most)
    with suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
        resource.setrlimit(kind, (min(amount, hard), hard))


def _child() -> None:
    module, function, memory, cpu, file_size, requests = sys.argv[1:7]
    _give_up_rights()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, int(memory))
    _limit(resource.RLIMIT_CPU, int(cpu), slack=1 + int(cpu) * (int(requests) - 1))
    _limit(resource.RLIMIT_FSIZE, int(file_size))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a decoder that prints must not print into our frames
    while (payload := _request()) is not None:
        answer = _answered(out, module, function, payload)
        _send(out, *answer)
        if answer[0] != _END:
            break
        _allow_more_cpu(int(cpu))
    os._exit(0)  # a decoder's own clean-up may hang or crash, and everything has been said


def _request() -> bytes | None:
    """What is asked next; None when nothing more will be."""
    head = sys.stdin.buffer.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return sys.stdin.buffer.read(*_LENGTH.unpack(head))


def _allow_more_cpu(seconds: int) -> None:
    """Each request may use so much processor time: what earlier ones used is no fault of the next."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(time.process_time()) + 1 + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (min(wanted, hard), hard))  # `hard` is ours, hence no infinity


def _answered(out: IO[bytes], module: str, function: str, payload: bytes) -> tuple[bytes, bytes]:
    try:
        _answer(out, module, function, payload)
    except MemoryError:
        return _NO_MEMORY, b"too much memory"
    except Exception as error:  # noqa: BLE001 - the edge of the process: every error becomes a frame
        return _told(error)
    return _END, b""


def _answer(out: IO[bytes], module: str, function: str, payload: bytes) -> None:
    import importlib  # noqa: PLC0415 - after the limits
    import types  # noqa: PLC0415

    if "portal" not in sys.modules:
        portal = types.ModuleType("portal")  # portal/__init__.py imports Celery, which has no business in a cage
        portal.__path__ = [str(_ROOT / "portal")]
        sys.modules["portal"] = portal
        sys.modules["portal.core.cage"] = sys.modules["__main__"]
    work = getattr(importlib.import_module(module), function)
    for item in [work(payload)] if function == "main" else work(payload):
        _send(out, _ITEM, item)


def _told(error: Exception) -> tuple[bytes, bytes]:
    """Our refusals with their sentence; of anything else the type and place only, for its text may quote a citizen."""
    from portal.core.errors import Refused  # noqa: PLC0415

    if isinstance(error, Refused):
        return _REFUSED, error.sentence.encode()
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return _BROKEN, f"{type(error).__name__} at {place}".encode()


def _send(out: IO[bytes], kind: bytes, body: bytes) -> None:
    out.write(_HEADER.pack(kind, len(body)))
    out.write(body)
    out.flush()


if __name__ == "__main__":
    _child()
