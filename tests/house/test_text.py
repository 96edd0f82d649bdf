"""What stands in the files: sizes, leftovers, addresses and settings."""

import ast
import json
import re

import pytest

from portal.environment import KNOWN
from tests.house.tracked import ROOT, files, python_files

LONGEST_FILE = 420
LONGEST_FUNCTION = 60
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(home|root|work|Users)/[\w.]")


def lines_of(pattern: re.Pattern[str], *patterns: str) -> list[str]:
    found = []
    for path in files(*patterns):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if pattern.search(line)
        ]
    return found


def test_no_file_has_grown_past_its_subject() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files()
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_no_function_has_grown_past_a_screen() -> None:
    long = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} ({length})")

    assert long == []


def test_every_module_opens_with_a_docstring() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    leftovers = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b|NotImplemented[E]rror")

    assert lines_of(leftovers, "*.py", "*.html", "*.js", "*.css", "*.sh") == []


def test_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}

    assert [str(path) for path in files("*.py") if path.name in drawers] == []


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    assert lines_of(REGISTRIES, ".") == []
    assert lines_of(MACHINE_PATHS, ".") == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_pins_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert "://" not in text
    assert "--hash=sha256:" in text
    assert not re.search(r"^(-i|--index|--extra-index|--find-links)", text, re.MULTILINE)


def test_the_dev_lock_contains_the_runtime_lock() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9][^\s;=]*==[^\s;\\]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_pages_ask_nobody_else() -> None:
    """Links a reader may follow are fine; what a browser fetches by itself is not."""
    fetched = re.compile(
        r"""(src|srcset|action|poster)=["']https?://|<link[^>]+href=["']https?://|@import|url\(\s*["']?https?://"""
    )
    imported = re.compile(r"""(import|fetch|from)\s*\(?\s*["']https?://""")

    assert lines_of(fetched, "templates/*", "static/*") == []
    assert lines_of(imported, "static/*") == []


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"""<script(?![^>]*\ssrc=)|\sstyle=["']|\son[a-z]+=["']|hx-on|javascript:""")
    allowed = re.compile(r'type="application/(ld\+)?json"')
    found = [
        place
        for place in lines_of(inline, "templates/*.html")
        if not allowed.search(
            (ROOT / place.rsplit(":", 1)[0]).read_text("utf-8").splitlines()[int(place.rsplit(":", 1)[1]) - 1]
        )
    ]

    assert found == []


def test_every_setting_is_documented() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")

    assert {name for name in KNOWN if f"`{name}`" not in operations} == set()


def test_every_reference_file_parses() -> None:
    import tomllib

    for path in files("*/reference/*.toml", "*/*/reference/*.toml"):
        tomllib.loads(path.read_text("utf-8"))
    for path in files("*/reference/*.json"):
        json.loads(path.read_text("utf-8"))
