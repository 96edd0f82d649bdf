"""The citizens' pages are whole in English: every sentence marked, translated, compiled, with the same blanks to fill."""

import json
import re
from pathlib import Path

import pytest

from scripts.messages import HEAD
from tests.house import catalogue
from tests.house.tracked import ROOT, files, python_files

LOCALE = ROOT / "portal" / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES"
HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")
BLANK = re.compile(r"%\(\w+\)|\{\w+\}")
TAG = re.compile(r"</?[a-z][^>]*>")
HANDSET = re.compile(
    r"‘[가-힣 ]+’|여권|대형폐기물|도로과|12가 3456"
)  # what a reader must press, type or search for in Korean
# Officials' pages stay Korean; so do the texts of messages, the gallery of parts and what only machines read.
OFFICIALS = re.compile(
    r"templates/(admin|unfold|messages|django|registration|approvals)/|templates/site/(official_|components|robots)"
    r"|templates/messaging/(?!preferences|_example)|templates/(complaints/export|chatbot/_sketch)|templates/[^/]+/admin/"
)
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
MARKED = re.compile(
    r"\{% blocktranslate.*?endblocktranslate %\}|\{% translate .*?%\}|_\(\"[^\"]*\"\)|_\('[^']*'\)|lang=\"ko\">[^<]*<",
    re.DOTALL,
)


def citizens_templates() -> list[Path]:
    return [
        path
        for path in files("templates/*.html", "*/templates/*.html")
        if not OFFICIALS.search(str(path.relative_to(ROOT)))
    ]


def english() -> dict[str, catalogue.Entry]:
    return {entry.msgid: entry for entry in catalogue.entries(ENGLISH / "django.po")}


def test_everything_citizens_templates_say_is_marked() -> None:
    unmarked = []
    for path in citizens_templates():
        text = COMMENT.sub("", path.read_text("utf-8"))
        rest = MARKED.sub("", text)
        if HANGUL.search(rest):
            found = next(line.strip() for line in rest.splitlines() if HANGUL.search(line))
            unmarked.append(f"{path.relative_to(ROOT)}: {found[:80]}")

    assert unmarked == []


def test_everything_marked_is_in_the_catalogue() -> None:
    known = set(english())
    said = {text for path in citizens_templates() for text in catalogue.said_by_template(path)}
    said |= {text for path in python_files() for text in catalogue.said_by_python(path)}

    assert sorted(text for text in said - known if HANGUL.search(text)) == [], "run scripts/messages"


def test_everything_modules_say_is_in_the_catalogue() -> None:
    known = {entry.msgid for entry in catalogue.entries(ENGLISH / "djangojs.po")}
    said = {text for path in files("static/js/*.js") for text in catalogue.said_by_module(path)}

    assert said - known == set(), "run scripts/messages"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_sentence_is_translated_for_sure(domain: str) -> None:
    poor = [
        entry.msgid for entry in catalogue.entries(ENGLISH / f"{domain}.po") if entry.is_fuzzy or not all(entry.said)
    ]

    assert poor == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_english_is_english(domain: str) -> None:
    korean = [
        text
        for entry in catalogue.entries(ENGLISH / f"{domain}.po")
        for text in entry.said
        if HANGUL.search(HANDSET.sub("", text))
    ]

    assert korean == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_translation_has_the_blanks_and_the_tags_of_its_sentence(domain: str) -> None:
    different = [
        (entry.msgid, text)
        for entry in catalogue.entries(ENGLISH / f"{domain}.po")
        for text in entry.said
        if set(BLANK.findall(text)) != set(BLANK.findall(entry.msgid))
        or sorted(TAG.findall(text)) != sorted(TAG.findall(entry.msgid))
    ]

    assert different == []


@pytest.mark.parametrize("path", sorted(LOCALE.rglob("*.po")), ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_compiled_catalogue_says_what_the_written_one_does(path: Path) -> None:
    written = {
        f"{entry.context}\x04{entry.msgid}" if entry.context else entry.msgid: sorted(entry.said)
        for entry in catalogue.entries(path)
        if all(entry.said)
    }

    assert {key: sorted(said) for key, said in catalogue.compiled(path.with_suffix(".mo")).items()} == written


def test_modules_english_is_that_of_the_catalogue() -> None:
    text = (ROOT / "static" / "js" / "words-en.js").read_text("utf-8")
    laid = json.loads(text.removeprefix(HEAD).removeprefix("globalThis.sotongWords = ").rstrip().rstrip(";"))

    assert laid == {entry.msgid: entry.said[0] for entry in catalogue.entries(ENGLISH / "djangojs.po")}


def test_modules_say_korean_through_the_catalogue_only() -> None:
    """Modules of officials' pages speak Korean as those pages do."""
    officials = {"admin", "case", "inbox", "triage", "worklist", "zones", "keys", "words-en", "preview", "answers"}
    loose = re.compile(r"""(?<!gettext\()["'`][^"'`\n]*[가-힣]""")
    comment = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
    found = [
        path.name
        for path in files("static/js/*.js")
        if path.stem not in officials
        and loose.search(re.sub(r'gettext\(\s*"[^"]*"', "", comment.sub("", path.read_text("utf-8"))))
    ]

    assert found == []
