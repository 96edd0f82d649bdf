"""The locks pin everything by hash, agree with each other, and name no host."""

import re
import tomllib

import pytest

from portal.stack.folders import BASE_DIR

LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (BASE_DIR / name).read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", line):
            found.setdefault(match[1].lower(), set()).add(match[2])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host_no_index_and_no_path(name: str) -> None:
    text = (BASE_DIR / name).read_text("utf-8")

    assert not re.findall(r"://|^\s*--(?!hash=)|\s@\s|file:", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", (BASE_DIR / name).read_text("utf-8")).strip())

    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_development_lock_holds_the_runtime_lock_with_equal_pins() -> None:
    runtime, development = (_pins(name) for name in LOCKS)

    assert {name: pins for name, pins in runtime.items() if development.get(name) != pins} == {}


def test_installer_comes_from_the_lock_itself() -> None:
    assert "uv" in _pins("requirements.lock")


def test_every_wanted_package_is_pinned() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[=<>~!; ]", requirement, maxsplit=1)[0].lower() for requirement in wanted}

    assert names - set(_pins("requirements-dev.lock")) == set()
