"""The officials' pages speak Korean throughout: nothing of the installed packages is left in English or reads oddly."""

import ast
import gettext
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from portal.accounts.audit_words import ACTIONS
from portal.accounts.models import User
from portal.accounts.services import record_access

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PACKAGES = ("unfold", "django.contrib.admin", "django.contrib.auth", "django.forms", "django.db", "django.core")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
THE_SAME = {"IPv4", "IPv6", "URL", "Raw binary data"}  # names, and what no page ever shows
PROSE = re.compile(r"[A-Za-z]{2}")
_QUOTED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(r"\b(_|n?gettext)\(\s*(" + _QUOTED + r")(?:\s*,\s*(" + _QUOTED + "))?")
_ENTRY = re.compile(r"^msgid (.*?)^msgstr(?:\[0\])? (.*?)(?=^\s*$|\Z)", re.MULTILINE | re.DOTALL)
_DOUBLED = re.compile(r"(?:은|을|이|과)/|/(?:는|를|가|와|이|로)|\((?:을|를|이|가|은|는|으)\)|오브젝트|개체")


def _of_module(text: str) -> Iterator[tuple[str, str]]:
    for call in ast.walk(ast.parse(text)):
        if not (isinstance(call, ast.Call) and call.args):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        words = [one.value for one in call.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in CALLS and words:
            yield words[0], words[1] if name.startswith("ngettext") and len(words) > 1 else ""


def _of_template(text: str) -> Iterator[tuple[str, str]]:
    for found in _IN_TEMPLATE.finditer(templatize(text)):
        yield ast.literal_eval(found[2]), ast.literal_eval(found[3]) if found[3] else ""


def _sentences(package: str) -> set[tuple[str, str]]:
    """(one, many) of every sentence a package may show."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    found: set[tuple[str, str]] = set()
    for path in Path(spec.submodule_search_locations[0]).rglob("*"):
        if path.suffix == ".py":
            found.update(_of_module(path.read_text("utf-8")))
        elif path.suffix == ".html":
            found.update(_of_template(path.read_text("utf-8")))
    return {(one, many) for one, many in found if one not in THE_SAME and PROSE.search(one)}


def _korean(one: str, many: str) -> str:
    return translation.ngettext(one, many, 2) if many else translation.gettext(one)


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_no_english_left(package: str) -> None:
    sentences = _sentences(package)

    with translation.override("ko"):
        left = sorted(one for one, many in sentences if _korean(one, many) in (one, many))

    assert len(sentences) > 20
    assert left == []


@pytest.mark.parametrize("package", PACKAGES)
def test_package_doubles_no_particle(package: str) -> None:
    with translation.override("ko"):
        words = {one: _korean(one, many) for one, many in _sentences(package)}

    assert {one: word for one, word in words.items() if _DOUBLED.search(word)} == {}


def _unquoted(lines: str) -> str:
    joined = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', lines))
    return joined.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def test_compiled_catalogue_matches_its_source() -> None:
    folder = Path(settings.BASE_DIR) / "portal" / "locale" / "ko" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    entries = _ENTRY.findall((folder / "django.po").read_text("utf-8"))

    assert len(entries) > 200
    for ids, text in entries:
        singular, _, many = ids.partition("msgid_plural ")
        if not (source := _unquoted(singular)):
            continue
        found = compiled.ngettext(source, _unquoted(many), 2) if many else compiled.gettext(source)
        assert found == _unquoted(text), source


# --- codes of our own -------------------------------------------------------------------------------------------------


def _codes_written_down() -> set[str]:
    """Every action that code puts into the audit book."""
    found: set[str] = set()
    for room in ("portal", "messaging", "complaints", "notices", "chatbot"):
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = getattr(call, "func", None)
                if getattr(name, "id", getattr(name, "attr", "")) not in ("note_look", "record_access"):
                    continue
                assert isinstance(call, ast.Call)
                said = [word.value for word in call.keywords if word.arg == "action"]
                found.update(one.value for value in said for one in _ends(value) if isinstance(one.value, str))
    return found


def _ends(value: ast.expr) -> list[ast.Constant]:
    if isinstance(value, ast.IfExp):
        return [*_ends(value.body), *_ends(value.orelse)]
    return [value] if isinstance(value, ast.Constant) else []


def test_every_line_of_the_audit_book_says_in_korean_what_was_done() -> None:
    codes = _codes_written_down()

    assert {"list", "reveal", "erase"} <= codes
    assert codes - set(ACTIONS) == set()


@pytest.mark.django_db
def test_roles_and_the_audit_book_stand_in_words(client: Client) -> None:
    boss = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    boss.groups.add(Group.objects.get_or_create(name="administrator")[0])
    record_access(
        actor=boss, action="sign_in", subject_kind="accounts.user", subject_ids=[boss.pk], task="", address="", now=NOW
    )
    client.force_login(boss)

    own = client.get(f"/admin/accounts/user/{boss.pk}/change/").content.decode()
    other = client.get("/admin/accounts/user/?role=administrator").content.decode()
    hers = User.objects.create(username="other", is_staff=True)
    rights = client.get(f"/admin/accounts/user/{hers.pk}/change/").content.decode()
    book = client.get("/admin/accounts/auditentry/?action=sign_in&subject_kind=accounts.user").content.decode()

    assert "관리자" in own
    assert "administrator" not in own
    assert "boss" in other
    assert ">관리자</option>" in rights
    assert "로그인" in book
    assert ">accounts.user<" not in book.replace(" ", "").replace("\n", "")
