"""Collects every sentence of pages, Python and modules into portal/locale/en and compiles what is translated."""

import gettext
import json
import shutil
import subprocess
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.makemessages import Command

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "portal" / "locale"
MODULE = ROOT / "static" / "js" / "words-en.js"
ELSEWHERE = ["var", ".venv", "tests", "scripts", "docs", "static/vendor", "static/js/words-en.js", "templates/admin"]
HEAD = "// Made by scripts/messages from portal/locale/en: the modules' sentences in English.\n"


def main() -> int:
    """Collect, compile, and say what is still to translate. Korean is the source: its catalogue is written by hand."""
    if shutil.which("xgettext") is None:
        print("gettext가 없습니다. apt-get install gettext", file=sys.stderr)
        return 2
    settings.configure(LOCALE_PATHS=[str(LOCALE)], USE_I18N=True)
    django.setup()
    collect("django", ["html", "txt", "py"])
    collect("djangojs", ["js"])
    for path in sorted(LOCALE.rglob("*.po")):
        subprocess.run(["msgfmt", "--check-format", "-o", path.with_suffix(".mo"), path], check=True)
        subprocess.run(["msgattrib", "--untranslated", "--no-location", "--no-wrap", path], check=True)
    MODULE.write_text(module(LOCALE / "en" / "LC_MESSAGES" / "djangojs.mo"), "utf-8")
    return 0


def collect(domain: str, extensions: list[str]) -> None:
    """Merge what the files say into the English catalogue. Nothing is guessed: a changed sentence is a new one."""
    command = Command()
    command.msgmerge_options = [*Command.msgmerge_options, "--no-fuzzy-matching"]
    call_command(
        command, locale=["en"], domain=domain, extensions=extensions, ignore_patterns=ELSEWHERE,
        no_obsolete=True, no_wrap=True, add_location="file", verbosity=0,
    )  # fmt: skip
    path = LOCALE / "en" / "LC_MESSAGES" / f"{domain}.po"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "POT-Creation-Date" not in line), "utf-8")


def module(catalogue: Path) -> str:
    """The file that lays the modules' sentences ready on an English page."""
    with catalogue.open("rb") as file:
        words: dict[str, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    pairs = {korean: english for korean, english in sorted(words.items()) if korean}
    return f"{HEAD}globalThis.sotongWords = {json.dumps(pairs, ensure_ascii=False, indent=2)};\n"


if __name__ == "__main__":
    raise SystemExit(main())
