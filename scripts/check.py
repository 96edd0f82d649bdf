"""The steps of ./check: one line each with its seconds, the last lines of what failed, and the worst exit code."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "var" / ("ci" if os.environ.get("CI") else "check")
PYTHON = sys.executable
LAST_LINES = 60
SIDE_BY_SIDE = ("-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal")  # of the whole suite


def production_environment() -> dict[str, str]:
    """Settings as in production, with secrets that open nothing."""
    key = base64.b64encode(bytes(range(32))).decode()
    hook = base64.b64encode(b"hook").decode() * 8
    carrier = {"BACKEND": "messaging.carriers.simulator.Simulator"}
    options = {"base_url": "http://127.0.0.1:8100", "key": "key", "hook_secret": hook}
    return {
        **os.environ,
        "SITE_URL": "https://sotong.example.go.kr",
        "ALLOW_INSECURE_HTTP": "0",
        "DEBUG": "0",
        "SECRET_KEY": "production-like secret for the deployment check: 0123456789 abcdefghijklmnopqrstuvwxyz",
        "PII_KEYS": f"1:{key}",
        "PII_INDEX_KEY": key,
        "DATA_KEK": key,
        "DATABASE_URL": "postgres://sotong@db.example/sotong",
        "REDIS_URL": "redis://valkey.example:6379/0",
        "DISTRICT_NAME": "새빛구",
        "DISTRICT_CITY": "한빛시",
        "DISTRICT_PHONE": "02-120-0000",
        "MESSAGING_CARRIERS": str({"main": {**carrier, "OPTIONS": options}}).replace("'", '"'),
    }


def static_steps() -> dict[str, tuple[Sequence[str], dict[str, str] | None]]:
    """Name → command and environment."""
    deploy = [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return {
        "ruff": ([PYTHON, "-m", "ruff", "check", "."], None),
        "format": ([PYTHON, "-m", "ruff", "format", "--check", "."], None),
        "floors": ([PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"], None),
        "mypy": ([PYTHON, "-m", "mypy"], None),
        "migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], None),
        "deploy": (deploy, production_environment()),
    }


def run_step(name: str, command: Sequence[str], environment: dict[str, str] | None) -> int:
    """Run one quiet step: a line when it is done, its last lines if it failed."""
    began = time.monotonic()
    log = LOGS / f"{name}.log"
    with log.open("wb") as file:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT).returncode
    print(f"{'ok  ' if code == 0 else 'FAIL'} {name:<11}{time.monotonic() - began:6.1f} s", flush=True)
    if code != 0:
        print("\n".join(log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]), flush=True)
    return shell_code(code)


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest, shown as it goes and kept in the log; its summary stays the last line. No test ran: exit code 5."""
    with (LOGS / "pytest.log").open("wb") as log:
        read_end, write_end = os.pipe()
        tests = subprocess.Popen([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, stdout=write_end)
        os.close(write_end)
        try:
            while piece := os.read(read_end, 65_536):
                log.write(piece)
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
        finally:  # also after Ctrl-C, which pytest has heard too: it stops its services itself
            os.close(read_end)
            tests.wait()
    return shell_code(tests.returncode)


def shell_code(code: int) -> int:
    """A killed program's negative code as a shell shows it, so that the worst is the largest."""
    return code if code >= 0 else 128 - code


def names_a_path(arguments: Sequence[str]) -> bool:
    """Whether the arguments choose files or folders: then only their tests are wanted."""
    return any(not one.startswith("-") and (ROOT / one.partition("::")[0]).exists() for one in arguments)


def main(arguments: Sequence[str]) -> int:
    """Every step, whatever the others said; the worst exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    codes = []
    if not names_a_path(arguments):
        codes = [run_step(name, command, environment) for name, (command, environment) in static_steps().items()]
    codes.append(run_tests([*(["--color=yes"] if sys.stdout.isatty() else []), *(arguments or ["-q", *SIDE_BY_SIDE])]))
    return max(codes)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
