"""Reads settings from the environment; anything missing or malformed ends the start with one sentence and exit 2."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import unquote, urlsplit

import environ

T = TypeVar("T")

KNOWN: set[str] = set()  # every name ever asked for; docs/operations.md must list them all
_MISSING = object()


def stop(sentence: str) -> NoReturn:
    """Say what is wrong with the settings, and end with exit code 2."""
    print(f"설정 오류: {sentence}", file=sys.stderr)
    sys.exit(2)


def raw(name: str) -> str | None:
    """The value of NAME, or the stripped content of the file that NAME_FILE points to."""
    KNOWN.add(name)
    value = os.environ.get(name)
    if value is not None:
        return value.strip()
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        stop(f"{name}_FILE이 가리키는 파일을 읽을 수 없습니다 ({error.strerror}).")


def read(name: str, parse: Callable[[str], T], default: object = _MISSING) -> T:
    """One setting through `parse`, which raises ValueError with an English reason; no default means required."""
    value = raw(name)
    if value is None or value == "":
        if default is _MISSING:
            stop(f"{name} 값이 필요합니다. docs/operations.md를 보세요.")
        return default  # type: ignore[return-value]
    try:
        return parse(value)
    except ValueError as error:
        stop(f"{name} 값이 올바르지 않습니다: {error}")


def text(name: str, default: object = _MISSING) -> str:
    """Any non-empty text."""
    return read(name, str, default)


def head_of(office: str) -> str:
    """Whose seal an office has, by the last letter of its name: 새빛구청장, 한빛시장, 고성군수, 한빛도지사."""
    return office + {"구": "청장", "시": "장", "군": "수", "도": "지사"}.get(office[-1:], "장")


def flag(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no, on/off."""

    def parse(value: str) -> bool:
        lowered = value.lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise ValueError("1 or 0 is expected")

    return read(name, parse, default)


def number(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number."""

    def parse(value: str) -> int:
        if not value.isdigit() or int(value) < at_least:
            raise ValueError(f"a whole number of at least {at_least} is expected")
        return int(value)

    return read(name, parse, default)


def words(name: str) -> list[str]:
    """A comma-separated list; empty by default."""
    return read(name, lambda value: [word.strip() for word in value.split(",") if word.strip()], [])


def folder(name: str, default: Path) -> Path:
    """An absolute path."""

    def parse(value: str) -> Path:
        if not Path(value).is_absolute():
            raise ValueError("an absolute path is expected")
        return Path(value)

    return read(name, parse, default)


def web_address(name: str) -> str:
    """https://host[:port] without a path."""

    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("an address like https://sotong.example.go.kr is expected")
        return value.rstrip("/")

    return read(name, parse)


def database(name: str) -> dict[str, object]:
    """A PostgreSQL address; a unix socket folder stands percent-encoded in the place of the host."""

    def parse(value: str) -> dict[str, object]:
        if urlsplit(value).scheme not in ("postgres", "postgresql"):
            raise ValueError("only postgres://user:password@host:port/name is supported")
        found: dict[str, object] = dict(environ.Env.db_url_config(value))
        found["HOST"] = unquote(str(found.get("HOST", "")))  # django-environ leaves %2F
        if not found.get("NAME"):
            raise ValueError("the database name is missing")
        return found

    return read(name, parse)


def redis(name: str) -> str:
    """redis://, rediss:// or redis+socket:///path."""

    def parse(value: str) -> str:
        if urlsplit(value).scheme not in ("redis", "rediss", "redis+socket"):
            raise ValueError("redis://host:port/0 or redis+socket:///path is expected")
        return value

    return read(name, parse)
