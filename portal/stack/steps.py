"""One-shot commands between the services and the processes: tables, reference data, static files, the demo district."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import psycopg

from portal.stack import identity
from portal.stack.console import Console, LogFile
from portal.stack.errors import StackError
from portal.stack.folders import BASE_DIR, write_private
from portal.stack.processes import Child, Program
from portal.stack.together import together

MARK = "prepared.json"
ROOMS = ("portal", "messaging", "complaints", "notices", "chatbot", "templates/messages")


class Steps:
    """Runs `manage.py` commands one after the other, and remembers which need not run again."""

    def __init__(self, console: Console, environment: Mapping[str, str], state: Path) -> None:
        self._console = console
        self._environment = {**environment, "DB_POOL": "0", "SOTONG_PROCESS": "setup"}
        self._state = state

    async def run(self, label: str, *arguments: str) -> str:
        """
        Run one command and show that it runs; returns what it printed.

        :raises StackError: with its last lines, if it fails
        """
        log = LogFile(self._state / "log" / "setup.log")
        lines: list[str] = []

        def hear(line: str) -> None:
            lines.append(line)
            log.write(line)

        command = [*identity.death_signal("TERM"), sys.executable, "manage.py", *arguments]
        program = Program("setup", command, lambda: True, self._environment, is_quiet=True)
        with self._console.step(label):
            child = await Child.start(program, hear)
            try:
                code = await child.ended()
            finally:
                await child.stop()
                log.close()
        if code != 0:
            last = "\n".join(lines[-60:])
            raise StackError(f"{label}: 실패했습니다 (manage.py {' '.join(arguments)}).\n{last}")
        return "\n".join(lines)

    async def prepare(self, *, is_demo: bool, is_kept_by_us: bool, needs_static: bool) -> str:
        """Tables, reference data, static files and the demo district; returns the demo log-ins to print."""
        mark = _read_mark(self._state / MARK)
        now = {
            "database": await asyncio.to_thread(_database_identity, self._environment["DATABASE_URL"]),
            "sources": _digest(_data_sources()),
            "is_demo": is_demo,
        }
        static = _digest(_static_sources()) if needs_static else mark.get("static", "")
        # somebody else's database may be restored or changed behind our back: there we look every time
        is_same = is_kept_by_us and all(mark.get(name) == value for name, value in now.items())
        has_static = static == mark.get("static", "") and (not needs_static or (self._state / "static").exists())
        logins, _ = await together(
            _known(str(mark.get("logins", ""))) if is_same else self._fill(is_demo),
            _known("") if has_static else self.run("화면 파일을 모읍니다", "collectstatic", "--noinput", "--clear"),
        )
        found = {**now, "static": static, "logins": logins}
        write_private(self._state / MARK, json.dumps(found, ensure_ascii=False))
        return str(logins)

    async def _fill(self, is_demo: bool) -> str:
        await self.run("데이터베이스 구조를 맞춥니다", "migrate", "--noinput")
        await self.run("기준 자료를 넣습니다", "setup")
        if not is_demo:
            return ""
        await self.run("시범 자치구를 채웁니다", "demo")
        return await self.run("시범 계정을 확인합니다", "demo_logins")


async def _known(value: str) -> str:
    return value


def _read_mark(path: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _database_identity(url: str) -> str:
    """Which database this is: another cluster, or one dropped and made again, is another."""
    query = (
        "SELECT oid, (SELECT system_identifier FROM pg_control_system())"
        " FROM pg_database WHERE datname = current_database()"
    )
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return ""
    return str(row)


def _data_sources() -> Iterable[Path]:
    """What migrate, setup and demo read."""
    for room in ROOMS:
        for path in (BASE_DIR / room).rglob("*"):
            is_command_or_migration = path.suffix == ".py" and {"migrations", "management"} & set(path.parts)
            if is_command_or_migration or path.suffix in (".toml", ".txt", ".json"):
                yield path


def _static_sources() -> Iterable[Path]:
    yield BASE_DIR / "requirements.lock"  # packages bring static files too
    yield from (path for path in (BASE_DIR / "static").rglob("*") if path.is_file())


def _digest(paths: Iterable[Path]) -> str:
    known = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        known.update(f"{path.relative_to(BASE_DIR)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return known.hexdigest()
