"""The embedded PostgreSQL: made with a locale in which Korean can be searched, run as a direct child."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.stack import identity
from portal.stack.binaries import pg_bin, pg_version
from portal.stack.errors import StackError

USER = DATABASE = "sotong"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
FAST_SETTINGS = {  # only for data nobody keeps
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # in the data folder: a kill -9 leaves nothing elsewhere
}


@dataclass(frozen=True)
class Cluster:
    """One data folder and the socket folder it is reached through."""

    data: Path
    sockets: Path
    is_fast: bool = False

    def url(self, database: str = DATABASE) -> str:
        """Address for clients; the socket folder stands percent-encoded in the place of the host."""
        return f"postgres://{USER}@{quote(str(self.sockets), safe='')}/{database}"

    def command(self) -> list[str]:
        """What to run. Interrupted (fast, clean stop) by the kernel if its parent dies."""
        program = pg_bin() / "postgres"
        settings = {**SETTINGS, **(FAST_SETTINGS if self.is_fast else {}), "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        prefix = identity.prefix(program, self.data, self.sockets)
        return [*prefix, *identity.death_signal("INT"), str(program), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """Whether it accepts connections now."""
        return answers(self.url("postgres"))

    def open_database(self) -> None:
        """
        Make our database if it is new, and prove that Korean text can be searched in it.

        :raises StackError: if the cluster's locale cuts Hangul out of trigrams
        """
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        if count_trigrams(self.url()) != 3:
            raise StackError("데이터베이스의 로캘로는 한글을 검색할 수 없습니다. ./run --reset으로 새로 만드세요.")

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)


def answers(url: str) -> bool:
    """Whether the server at `url` lets us in now."""
    try:
        with psycopg.connect(url, connect_timeout=5):
            return True
    except (psycopg.OperationalError, psycopg.ProgrammingError):  # the latter: an address that makes no sense
        return False


def is_new(url: str) -> bool:
    """Whether no migration was ever run there."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    return row is None or row[0] is None


def count_trigrams(url: str) -> int:
    """How many trigrams PostgreSQL sees in 주차: three, or none in a locale that takes Hangul for punctuation."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        row = connection.execute("SELECT cardinality(show_trgm('주차'))").fetchone()
        connection.rollback()  # making extensions is the migrations' business
    return int(row[0]) if row else 0


def environment() -> dict[str, str]:
    """Ours without PG* variables: they would change what initdb and the server do."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def ensure(data: Path) -> None:
    """
    Make the cluster in `data` once; an interrupted first attempt heals itself.

    :raises StackError: if it was made by another major version, or cannot be made
    """
    program = pg_bin()
    major, _ = pg_version(program)
    if (data / "PG_VERSION").exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != str(major):
            raise StackError(
                f"{data}는 PostgreSQL {found}의 데이터인데 지금 설치된 것은 {major}입니다. "
                f"{found} 실행 파일을 PG_BIN에 지정해 내려받아 두거나, ./run --reset으로 새로 시작하세요."
            )
        return
    unfinished = data.with_name(data.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    prefix = identity.prefix(program / "initdb", unfinished)
    answer = subprocess.run(
        [*prefix, str(program / "initdb"), "-D", str(unfinished), *initdb_flags(major)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise StackError("PostgreSQL 데이터 폴더를 만들지 못했습니다.\n" + (answer.stdout + answer.stderr)[-2000:])
    unfinished.rename(data)


def initdb_flags(major: int) -> list[str]:
    """The locale recipe. In locale C every Hangul search finds nothing, silently."""
    flags = ["--auth=trust", "--encoding=UTF8", f"--locale={_utf8_locale()}", "--no-sync", "-U", USER]
    if major >= 17:
        flags += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    return flags


def template_name() -> str:
    """Name of a ready-made cluster folder for this version and these flags."""
    major, version = pg_version(pg_bin())
    digest = hashlib.sha256(" ".join(initdb_flags(major)).encode()).hexdigest()[:8]
    return f"pg-template-{re.sub(r'[^0-9A-Za-z.]', '', version)}-{digest}"


@cache
def _utf8_locale() -> str:
    if sys.platform == "linux" or not shutil.which("locale"):
        return "C.UTF-8"
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8") if name in known), "C.UTF-8")
