"""As whom PostgreSQL runs: it refuses uid 0, so root lends it another number without making a user."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from portal.stack.errors import StackError

NOBODY = 65534
# Files stay root's and 0700 folders stay closed: only the number seen inside the namespace changes.
_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
_DROPPED = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def death_signal(name: str) -> list[str]:
    """Command prefix that makes the kernel send `name` when the parent dies (Linux; nothing elsewhere)."""
    if sys.platform == "linux" and shutil.which("setpriv"):
        return ["setpriv", "--pdeathsig", name]
    return []


@cache
def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def prefix(program: Path, folder: Path) -> list[str]:
    """
    Command prefix under which `program` may use `folder` (which need not exist yet).

    :raises StackError: if we are root and neither a user namespace nor `nobody` will do
    """
    if os.geteuid() != 0:
        return []
    if not _belongs_to_nobody(folder) and _works(*_NAMESPACE, "true"):
        return list(_NAMESPACE)
    reachable = folder if folder.exists() else folder.parent
    if _works(*_DROPPED, str(program), "--version") and _works(*_DROPPED, "test", "-x", str(reachable)):
        return list(_DROPPED)
    raise StackError(
        "PostgreSQL은 root로 실행되지 않습니다. 일반 사용자로 실행하거나 DATABASE_URL을 지정하세요.", exit_code=2
    )


def hand_over(folder: Path, command_prefix: list[str]) -> None:
    """Give `folder` to nobody when the prefix really drops to it; otherwise it stays ours."""
    if tuple(command_prefix[: len(_DROPPED)]) == _DROPPED:
        os.chown(folder, NOBODY, NOBODY)


def copy_owner(source: Path, copy: Path) -> None:
    """A copied tree belongs to whoever the original belongs to (root's copy of nobody's files would not)."""
    if os.geteuid() == 0 and _belongs_to_nobody(source):
        for path in (copy, *copy.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def _belongs_to_nobody(folder: Path) -> bool:
    return folder.exists() and folder.stat().st_uid == NOBODY
