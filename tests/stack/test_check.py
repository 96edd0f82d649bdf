"""./check says what each step took and found, goes on after a failure, and ends with the worst."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from portal.stack.folders import BASE_DIR


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("check", BASE_DIR / "scripts" / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LOGS", tmp_path)
    return module


def test_failing_step_shows_its_last_lines(check: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    code = check.run_step("types", [sys.executable, "-c", "print('\\n'.join(map(str, range(100)))); exit(3)"], None)

    lines = capsys.readouterr().out.splitlines()
    assert code == 3
    assert lines[0].startswith("FAIL types")
    assert lines[1:] == [str(number) for number in range(40, 100)]


def test_passing_step_is_one_line(check: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    code = check.run_step("types", [sys.executable, "-c", "print('much ado')"], None)

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_every_step_runs_and_the_worst_counts(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {name: ([sys.executable, "-c", f"exit({code})"], None) for name, code in (("one", 3), ("two", 0))}
    monkeypatch.setattr(check, "static_steps", lambda: steps)
    monkeypatch.setattr(check, "run_tests", lambda arguments: 1)

    assert check.main([]) == 3


def test_run_without_tests_is_a_failure(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "static_steps", dict)
    monkeypatch.setattr(check, "run_tests", lambda arguments: int(pytest.ExitCode.NO_TESTS_COLLECTED))

    assert check.main([]) == 5


def test_killed_step_counts_as_worse_than_success(check: ModuleType) -> None:
    assert check.shell_code(-9) == 137


def test_naming_a_path_leaves_out_the_static_steps(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run_tests(arguments: list[str]) -> int:
        asked.extend(arguments)
        return 0

    monkeypatch.setattr(check, "static_steps", lambda: pytest.fail("static steps were asked for"))
    monkeypatch.setattr(check, "run_tests", run_tests)

    check.main(["tests/stack", "-k", "unknown"])

    assert asked[-3:] == ["tests/stack", "-k", "unknown"]


@pytest.mark.parametrize("script", ["run", "check", ".ci/run", "scripts/bootstrap.sh", "scripts/lock"])
def test_script_is_sound_and_executable(script: str) -> None:
    answer = subprocess.run(["bash", "-n", script], cwd=BASE_DIR, capture_output=True, text=True)

    assert answer.returncode == 0, answer.stderr
    assert (BASE_DIR / script).stat().st_mode & 0o111


def test_old_python_is_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    answer = subprocess.run(
        ["bash", "scripts/bootstrap.sh", "run"],
        cwd=BASE_DIR,
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)},
        capture_output=True,
        text=True,
    )

    assert answer.returncode == 1
    assert answer.stderr.strip().startswith("Python 3.11 이상이 필요합니다.")
