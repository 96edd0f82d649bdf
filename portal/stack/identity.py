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


def prefix(program: Path, data: Path, sockets: Path | None = None) -> list[str]:
    """
    Command prefix under which `program` may use the folders; where it must be `nobody`, they become nobody's.

    :raises StackError: if we are root and neither a user namespace nor `nobody` will do
    """
    if os.geteuid() != 0:
        return []
    if not _belongs_to_nobody(data) and _works(*_NAMESPACE, "true"):
        _give(sockets, 0)
        return list(_NAMESPACE)
    _give(sockets, NOBODY)
    if _works(*_DROPPED, str(program), "--version") and _works(*_DROPPED, "test", "-x", str(data.parent)):
        _give(data, NOBODY)
        return list(_DROPPED)
    raise StackError("PostgreSQL은 root로 실행되지 않습니다. 일반 사용자로 실행하거나 DATABASE_URL을 지정하세요.")


def _belongs_to_nobody(folder: Path) -> bool:
    return folder.exists() and folder.stat().st_uid == NOBODY


def _give(folder: Path | None, owner: int) -> None:
    """Leftovers of a run as somebody else included: PostgreSQL could not open its own lock file."""
    if folder and folder.exists() and folder.stat().st_uid != owner:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)
