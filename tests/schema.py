"""The migrated schema, kept from run to run: reading it back takes a second where migrating takes half a minute."""

import fcntl
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from portal.stack.binaries import pg_bin, pg_version
from portal.stack.postgres import environment

_ROOT = Path(__file__).resolve().parent.parent
_A_DAY = 86_400


@dataclass(slots=True)
class Kept:
    """A dump of just these migrations, packages and PostgreSQL. Whoever finds none holds the lock until there is one."""

    dump: Path
    lock: IO[str]
    is_there: bool

    def restore(self, url: str, name: str) -> None:
        """Make the database `name` on the server of `url` as it was kept."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        _run("pg_restore", "--no-owner", "--exit-on-error", "-d", _address(url, name), str(self.dump))

    def keep(self, url: str, name: str) -> None:
        """Keep the database `name`, which has just been migrated and holds nothing else."""
        unfinished = self.dump.with_suffix(".new")
        _run("pg_dump", "--format=custom", "--compress=1", "-f", str(unfinished), _address(url, name))
        unfinished.rename(self.dump)
        fcntl.flock(self.lock, fcntl.LOCK_UN)


@contextmanager
def kept() -> Iterator[Kept]:
    """The dump, if there is one; of several processes that find none, one migrates and the others wait for it."""
    dump = _dump_path()
    dump.parent.mkdir(exist_ok=True)
    for old in dump.parent.glob("schema-*"):
        if time.time() - old.stat().st_mtime > _A_DAY:
            old.unlink(missing_ok=True)
    with dump.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_there = dump.exists()
        if is_there:
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield Kept(dump, lock, is_there)


def is_ours() -> bool:
    """Whether the server was started for this run: on any other one a test leaves nothing behind."""
    return "DATABASE_IS_THROWAWAY" in os.environ


def _dump_path() -> Path:
    digest = hashlib.sha256((_ROOT / "requirements.lock").read_bytes() + (_ROOT / "portal/settings.py").read_bytes())
    digest.update(pg_version(pg_bin())[1].encode())  # an older program cannot read a newer one's dump
    for path in sorted([*_ROOT.glob("*/migrations/*.py"), *_ROOT.glob("*/*/migrations/*.py")]):
        digest.update(str(path.relative_to(_ROOT)).encode() + path.read_bytes())
    return _ROOT / "var" / f"schema-{digest.hexdigest()[:16]}.dump"


def _address(url: str, name: str) -> str:
    return url.rpartition("/")[0] + "/" + name


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(pg_bin() / program), *arguments], env=environment(), check=True)
