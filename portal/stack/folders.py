"""Where the stack keeps things: state in var/, sockets in a short private folder, throw-away data in memory."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.stack.errors import StackError
from portal.stack.identity import NOBODY

BASE_DIR = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 80  # a socket address holds 103 bytes on macOS, 107 on Linux; names below it need 20
ENOUGH_MEMORY = 300 * 1024 * 1024  # containers often have a /dev/shm of 64 MB


def state_dir() -> Path:
    """The folder for data, logs and marks of this checkout."""
    return Path(os.environ.get("STATE_DIR") or BASE_DIR / "var")


def private_folder(path: Path) -> Path:
    """
    Make `path` a folder only we can enter.

    :raises StackError: if somebody else owns it
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in _owners():
        raise StackError(f"{path} 폴더의 주인이 다른 사용자입니다. 지우거나 TMPDIR을 바꾸고 다시 시작하세요.")
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file only we may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _owners() -> set[int]:
    """Us; and nobody if we are root, which PostgreSQL may have to run as."""
    return {0, NOBODY} if os.getuid() == 0 else {os.getuid()}


def socket_folder(state: Path) -> Path:
    """A short private folder that belongs to this state folder: socket addresses cannot be long or deep."""
    digest = hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:10]
    name = f"sotong-{os.getuid()}-{digest}"
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - private below
        if parent and os.access(parent, os.W_OK) and len(os.fsencode(parent)) + len(name) < LONGEST_SOCKET_FOLDER:
            return private_folder(Path(parent) / name)
    raise StackError("소켓을 둘 임시 폴더에 쓸 수 없습니다. TMPDIR을 지정하세요.")


def _memory_or_temp() -> Path:
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made inside
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_MEMORY:
        return memory
    temporary = Path(tempfile.gettempdir())
    return temporary if len(os.fsencode(temporary)) < LONGEST_SOCKET_FOLDER - 40 else Path("/tmp")  # noqa: S108


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A folder in memory that goes away with us; a lock inside tells the living from what a crash left behind."""
    parent = _memory_or_temp()
    for leftover in parent.glob(f"sotong-throwaway-{os.getuid()}-*"):
        _remove_if_abandoned(leftover)
    folder = Path(tempfile.mkdtemp(prefix=f"sotong-throwaway-{os.getuid()}-", dir=parent))
    try:
        with (folder / "alive.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_abandoned(folder: Path) -> None:
    with suppress(OSError), (folder / "alive.lock").open("r") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its owner lives
        shutil.rmtree(folder, ignore_errors=True)
