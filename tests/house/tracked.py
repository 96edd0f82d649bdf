"""Which files the house consists of."""

import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@lru_cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Every file git tracks (or would, were it added) that matches one of the patterns."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = sorted({name for name in listed.stdout.decode().split("\0") if name})
    return tuple(path for path in (ROOT / name for name in names) if path.is_file())


def python_files() -> tuple[Path, ...]:
    """All Python of the product: neither tests nor migrations."""
    return tuple(
        path for path in files("*.py") if "migrations" not in path.parts and path.relative_to(ROOT).parts[0] != "tests"
    )
