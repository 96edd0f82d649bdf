"""What a translation catalogue holds, and which sentences the house says: read without gettext's tools."""

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d])?)? ?(".*")')
_SAYS = {"gettext", "gettext_lazy", "gettext_noop", "_", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_CALL = re.compile(r"\b(?:n|p)?gettext\(|(?<![\w.])_\(")
_IN_MODULE = re.compile(r'gettext\(\s*"((?:[^"\\]|\\.)*)"')


@dataclass
class Entry:
    """One sentence and what it became."""

    context: str = ""
    msgid: str = ""
    plural: str = ""
    said: list[str] = field(default_factory=list)
    is_fuzzy: bool = False


def entries(path: Path) -> Iterator[Entry]:
    """Every sentence of a .po file, its head left out."""
    for block in path.read_text("utf-8").split("\n\n"):
        entry, holds = Entry(), {"msgctxt": "", "msgid": "", "msgid_plural": ""}
        key = ""
        for line in block.splitlines():
            entry.is_fuzzy |= line.startswith("#,") and "fuzzy" in line
            found = None if line.startswith("#") else _LINE.fullmatch(line)
            if found is None:
                continue
            key = found[1] or key
            text = ast.literal_eval(found[2])
            if key.startswith("msgstr"):
                entry.said += [""] if found[1] else []
                entry.said[-1] += text
            else:
                holds[key] += text
        entry.context, entry.msgid, entry.plural = holds.values()
        if entry.msgid:
            yield entry


def compiled(path: Path) -> dict[str, list[str]]:
    """A .mo file: the sentence, with its context, and each of its forms."""
    with path.open("rb") as file:
        words: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    found: dict[str, list[str]] = {}
    for key, text in sorted(words.items(), key=str):
        found.setdefault(key[0] if isinstance(key, tuple) else str(key), []).append(text)
    found.pop("", None)
    return found


def _texts(node: ast.Call) -> Iterator[str]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in _SAYS:
        first = node.args[1:2] if name.startswith("pgettext") else node.args[:1]
        yield from (one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str))


def said_by_python(path: Path) -> set[str]:
    """Sentences a module marks for translation."""
    tree = ast.parse(path.read_text("utf-8"))
    return {text for node in ast.walk(tree) if isinstance(node, ast.Call) for text in _texts(node)}


def said_by_template(path: Path) -> set[str]:
    """Sentences a template marks, as gettext sees them."""
    source = templatize(path.read_text("utf-8"), origin=str(path))
    found: set[str] = set()
    for call in _CALL.finditer(source):
        arguments = re.match(
            r"""\s*(u?"(?:[^"\\]|\\.)*"|u?'(?:[^'\\]|\\.)*')(?:\s*,\s*(u?"(?:[^"\\]|\\.)*"|u?'(?:[^'\\]|\\.)*'))?""",
            source[call.end() :],
        )
        if arguments:
            text = arguments[2] if call[0].startswith("pgettext") else arguments[1]
            found.add(str(ast.literal_eval(text)))
    return found


def said_by_module(path: Path) -> set[str]:
    """Sentences of a browser module."""
    return {str(ast.literal_eval(f'"{text}"')) for text in _IN_MODULE.findall(path.read_text("utf-8"))}
