"""Any `manage.py` command works without an environment: services are found, or started while the command runs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from portal.stack import postgres, running, secrets, surroundings
from portal.stack.errors import StackError
from portal.stack.folders import BASE_DIR, state_dir
from portal.stack.rehearsal import main as rehearse
from portal.stack.seal import kept_seal
from portal.stack.services import kept, throwaway
from portal.stack.up import main as up

WITHOUT_SERVICES = {
    *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "version"),
    *("makemigrations", "startapp", "spectacular", "train_router", "payment_simulator", "relay_simulator"),
    *("evaluate_replies", "evaluate_routing", "evaluate_chatbot", "evaluate_assignment", "explain_due"),
}
ON_BARE_DATABASE = {"dbshell", "inspectdb", "migrate", "optimizemigration", "setup", "showmigrations", "sqlmigrate"}
ON_THROWAWAY = {"bench"}  # whatever services and carriers the environment names: these never touch them
NOWHERE = {"DATABASE_URL": "postgres://sotong@%2Fnowhere/sotong", "REDIS_URL": "redis+socket:///nowhere/valkey.sock"}


def run(argv: Sequence[str], execute: Callable[[], None]) -> int:
    """Run one command line; `execute` hands it to Django. Returns the exit code, if Django does not exit by itself."""
    name = argv[1] if len(argv) > 1 else "help"
    try:
        if name == "up":
            return up(argv[2:])
        if name == "rehearse":
            return rehearse(argv[2:])
        with ExitStack() as stack:
            _provide(name, stack, wants_help=bool({"--help", "-h", "--version"} & set(argv[2:])))
            execute()
    except StackError as error:
        print(error.sentence, file=sys.stderr)
        return error.exit_code
    return 0


def _provide(name: str, stack: ExitStack, *, wants_help: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if name in ON_THROWAWAY and not wants_help:
        _borrow(stack)
        return
    state = state_dir()
    has_database, has_broker = surroundings.is_given("DATABASE_URL"), surroundings.is_given("REDIS_URL")
    if has_database and has_broker:
        if (state / secrets.FILE).exists():  # a checkout where ./run has been used; elsewhere settings name what lacks
            _fill(state)
        return
    if wants_help or name.startswith("-") or name in WITHOUT_SERVICES:
        # makemigrations compares with a database if there is one, and otherwise warns about it
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        _fill(state)
        surroundings.fill(NOWHERE)
        return
    note = _find_or_lock(state, stack, name)
    if note:
        _fill(state, port=note.port, is_demo=note.is_demo)
        surroundings.fill({"DATABASE_URL": note.database_url, "REDIS_URL": note.redis_url})
        return
    end_in_order()
    _fill(state)
    addresses = stack.enter_context(kept(state, database=not has_database, broker=not has_broker))
    surroundings.fill({"DATABASE_URL": addresses.database_url, "REDIS_URL": addresses.redis_url})
    if name not in ON_BARE_DATABASE and postgres.is_new(surroundings.given("DATABASE_URL")):
        _prepare()


def _borrow(stack: ExitStack) -> None:
    """Services of the command's own, in a make-believe district with the simulator as the only carrier."""
    end_in_order()
    addresses = stack.enter_context(throwaway())
    state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotong-state-")))
    kept_seal(state)
    values = surroundings.defaults(secrets.fresh(), state=state)
    os.environ.update(values, DATABASE_URL=addresses.database_url, REDIS_URL=addresses.redis_url)
    _prepare()


def _fill(state: Path, *, port: int = 8000, is_demo: bool = False) -> None:
    values = secrets.kept(state, has_data=(state / "pg").exists())
    surroundings.fill(surroundings.defaults(values, state=state, port=port, is_demo=is_demo))


def _find_or_lock(state: Path, stack: ExitStack, name: str) -> running.Note | None:
    """A running stack's note, or None once the data is ours alone."""
    is_told = False
    while True:
        note = running.read_note(state)
        if note and note.is_alive():
            return note
        if stack.enter_context(running.locked(state, doing=name)):
            return None
        if not is_told:
            holder = running.holder(state)
            who = f"{holder.doing}, pid {holder.pid}" if holder else "다른 명령"
            print(f"같은 데이터를 쓰는 작업({who})이 끝나거나 준비되기를 기다립니다…", file=sys.stderr)
            is_told = True
        time.sleep(0.3)


def end_in_order() -> None:
    """SIGTERM must unwind the blocks that stop the services."""

    def end(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)


def _prepare() -> None:
    """Tables and reference data for a new database; stdout stays the command's own."""
    print("새 데이터베이스를 준비합니다…", file=sys.stderr)
    for arguments in (["migrate", "--noinput"], ["setup"]):
        if subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, stdout=sys.stderr).returncode:
            raise StackError(f"manage.py {arguments[0]} 명령이 실패했습니다.")
