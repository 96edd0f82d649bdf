"""
신청서: what each kind of petition asks, as data. Read by the web form and by the chat; checked when it is read.

A specification is a list of slots (questions with a type, bounds and a condition). It knows no page and no dialogue:
who fills it asks `next_slot` what is missing and `read` what an answer means.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from complaints.slots import SLOT_TYPES, Slot
from portal.core.errors import Refused
from portal.core.phrases import Phrase, first_found, fold

SHIPPED = Path(__file__).resolve().parent / "reference" / "petitions.toml"
ENDS = ("complaint", "prepared", "lookup")
IDENTITIES = ("none", "phone", "verified")
KINDS = ("statutory", "inquiry", "suggestion", "grievance", "other")
GROUPS = {"report": "불편·신고", "apply": "신청·예약", "rights": "의견·권리", "prepare": "미리 작성", "lookup": "조회"}
_PART = "@"
_TOGETHER = "+"
_WITHIN = 12  # syllables between words that must stand together
_LISTED = ("options",)


class WrongSpecification(Exception):
    """The file of petitions cannot be used; the message names the petition and the slot."""


class UnknownPetition(Refused):
    """Nobody offers this petition."""

    sentence = gettext_noop("없는 신청서입니다. 다른 이름으로 찾아보세요.")


@dataclass(frozen=True, slots=True)
class Petition:
    """One kind of petition. `category` or `department` says who answers; neither for a look-up."""

    code: str
    title: str
    slots: tuple[Slot, ...]
    ends_in: str = "complaint"
    identity: str = "phone"
    kind: str = "other"
    category: str = ""
    department: str = ""
    intro: str = ""
    group: str = "report"
    words: tuple[str, ...] = ()

    @property
    def is_filed(self) -> bool:
        """Whether it ends with a 접수번호; what is prepared or looked up does not, and must never say so."""
        return self.ends_in == "complaint"

    def slot(self, name: str) -> Slot:
        """
        The slot of that name.

        :raises KeyError: if there is none
        """
        return next(slot for slot in self.slots if slot.name == name) if self.has(name) else _missing(name)

    def has(self, name: str) -> bool:
        """Whether it asks for that."""
        return any(slot.name == name for slot in self.slots)

    def shown(self, answers: Mapping[str, object]) -> tuple[Slot, ...]:
        """The slots that apply, given the answers so far."""
        return tuple(slot for slot in self.slots if slot.applies(answers))

    def next_slot(self, answers: Mapping[str, object], *, skipped: Iterable[str] = ()) -> Slot | None:
        """The first slot that applies, has no answer and was not skipped; None if everything is there."""
        passed = set(skipped)
        for slot in self.shown(answers):
            if slot.name not in answers and not (slot.is_optional and slot.name in passed):
                return slot
        return None

    def missing(self, answers: Mapping[str, object]) -> tuple[Slot, ...]:
        """The slots that must be answered and are not."""
        return tuple(slot for slot in self.shown(answers) if not slot.is_optional and slot.name not in answers)

    def still_valid(self, answers: Mapping[str, object]) -> dict[str, object]:
        """Of stored answers those that this version of the petition still asks for; the others are asked again."""
        kept = {name: value for name, value in answers.items() if self.has(name) and self.slot(name).accepts(value)}
        return {slot.name: kept[slot.name] for slot in self.shown(kept) if slot.name in kept}


def _missing(name: str) -> Slot:
    raise KeyError(name)


@dataclass(frozen=True)
class Petitions:
    """Every petition of an installation, by code."""

    by_code: Mapping[str, Petition] = field(default_factory=dict)

    def get(self, code: str) -> Petition:
        """
        The petition of that code.

        :raises UnknownPetition: if nobody offers it
        """
        if code not in self.by_code:
            raise UnknownPetition
        return self.by_code[code]

    @cached_property
    def _names(self) -> tuple[Phrase, ...]:
        """The words that name each; of several that are found the longest names it best."""
        found = [
            Phrase(code, tuple(words.split(_TOGETHER)), within=_WITHIN)
            for code, one in self.by_code.items()
            for words in one.words
        ]
        return tuple(sorted(found, key=lambda phrase: -sum(len(stem) for stem in phrase.all_of)))

    def named_in(self, text: str) -> Petition | None:
        """The petition that a sentence names, if it names one."""
        found = first_found(self._names, fold(text))
        return self.by_code[found.kind] if found else None

    def of_group(self, group: str) -> Sequence[Petition]:
        """Those of one group of the menu."""
        return [petition for petition in self.by_code.values() if petition.group == group]

    @property
    def filed(self) -> Sequence[Petition]:
        """Those that end in a filed complaint."""
        return [petition for petition in self.by_code.values() if petition.is_filed]


@cache
def shipped() -> Petitions:
    """The petitions that ship with the product."""
    return read_petitions(SHIPPED)


def read_petitions(path: Path) -> Petitions:
    """
    The petitions of a file in the shape of reference/petitions.toml.

    :raises WrongSpecification: naming what is wrong
    """
    with path.open("rb") as file:
        content = tomllib.load(file)
    parts: dict[str, list[dict[str, Any]]] = content.pop("parts", {})
    labels: dict[str, str] = content.pop("labels", {})
    return Petitions({code: _petition(code, entry, parts, labels) for code, entry in content.items()})


def _petition(
    code: str, entry: dict[str, Any], parts: Mapping[str, list[dict[str, Any]]], labels: Mapping[str, str]
) -> Petition:
    known = {"title", "slots", "ends_in", "identity", "kind", "category", "department", "intro", "group", "words"}
    unknown = sorted(entry.keys() - known)
    if unknown:
        raise WrongSpecification(f"{code}: {', '.join(unknown)}")
    petition = Petition(
        code=code,
        **{name: str(value) for name, value in entry.items() if name not in ("slots", "words")},
        words=tuple(entry.get("words", ())),
        slots=tuple(_slot(code, one, labels) for one in _expanded(code, entry.get("slots", []), parts)),
    )
    for name, allowed in (("ends_in", ENDS), ("identity", IDENTITIES), ("kind", KINDS), ("group", GROUPS)):
        if getattr(petition, name) not in allowed:
            raise WrongSpecification(f"{code}: {name} = {getattr(petition, name)}")
    if petition.ends_in != "lookup" and not (petition.category or petition.department):
        raise WrongSpecification(f"{code}: 담당할 분류나 부서가 없습니다.")
    _check_slots(petition)
    return petition


def _expanded(
    code: str, slots: Iterable[str | dict[str, Any]], parts: Mapping[str, list[dict[str, Any]]]
) -> Iterable[dict[str, Any]]:
    for slot in slots:
        if isinstance(slot, dict):
            yield slot
        elif slot.startswith(_PART) and slot.removeprefix(_PART) in parts:
            yield from parts[slot.removeprefix(_PART)]
        else:
            raise WrongSpecification(f"{code}: {slot} 묶음이 없습니다.")


def _slot(code: str, entry: dict[str, Any], labels: Mapping[str, str]) -> Slot:
    """A row of the file as a slot; `optional` and `sensitive` read as claims there and are named so here."""
    values = {"label": labels.get(entry.get("name", ""), ""), **entry}
    condition = values.pop("show_if", None)
    named: dict[str, Any] = {
        {"optional": "is_optional", "sensitive": "is_sensitive", "min": "least", "max": "most"}.get(name, name): (
            tuple(value) if name in _LISTED else value
        )
        for name, value in values.items()
    }
    try:
        slot = Slot(**named)
    except TypeError as error:
        raise WrongSpecification(f"{code}: {error}") from error
    if slot.type not in SLOT_TYPES:
        raise WrongSpecification(f"{code}.{slot.name}: {slot.type}")
    if condition:
        slot = replace(slot, shown_by=condition["slot"], shown_for=tuple(condition["is"]))
    return slot


def _check_slots(petition: Petition) -> None:
    names = [slot.name for slot in petition.slots]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise WrongSpecification(f"{petition.code}: {', '.join(twice)} 물음이 두 번 있습니다.")
    for place, slot in enumerate(petition.slots):
        if slot.type in ("choice", "choices") and len(slot.options) < 2:
            raise WrongSpecification(f"{petition.code}.{slot.name}: 고를 것이 둘보다 적습니다.")
        if slot.shown_by and slot.shown_by not in names[:place]:
            raise WrongSpecification(f"{petition.code}.{slot.name}: 먼저 묻지 않은 {slot.shown_by}에 달려 있습니다.")
