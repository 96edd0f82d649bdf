"""Who is writing. What is found here leaves the text before options are read: no digit of a birth can be an answer."""

from dataclasses import dataclass
from datetime import date

from messaging.understanding import births, names
from messaging.understanding.grammar import labels_of
from messaging.understanding.model import Identity, Person, Question, Span
from messaging.understanding.normalising import Normal
from portal.core.privacy import mask_resident_numbers


@dataclass(frozen=True, slots=True)
class Identified:
    """Name and birth as read, and where: places to leave out of everything that follows."""

    name: str = ""
    birth: date | None = None
    candidates: tuple[date, ...] = ()
    spans: tuple[Span, ...] = ()
    name_at: Span | None = None
    flags: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether the text tried to say who is writing."""
        return bool(self.name or self.candidates or set(self.flags) - {"lunar"})


def identify(normal: Normal, question: Question, person: Person | None, *, today: date) -> Identified:
    """Find birth and name."""
    phones = [found.span() for found in births.PHONE.finditer(normal.text) if not births.RRN.search(found[0])]
    text = normal.without(*phones)
    born = births.births(text, today)
    name, at = names.find(
        text.without(*born.spans),
        born.spans,
        roster=person.name if person else "",
        labels=labels_of(question),
        is_asked=not question.options and question.identity != "none",
    )
    return Identified(
        name=name,
        birth=_settled(born.candidates, person, today),
        candidates=born.candidates,
        spans=(*born.spans, *phones),
        name_at=at,
        flags=born.flags,
    )


def _settled(candidates: tuple[date, ...], person: Person | None, today: date) -> date | None:
    """The roster decides between centuries; without one a two-digit year up to this year's is of this century."""
    if person is not None and person.birth in candidates:
        return person.birth
    return candidates[-1] if candidates else None


def compare(found: Identified, question: Question, person: Person | None) -> Identity:
    """What was asked for against what was found: match, partial, mismatch or missing."""
    if question.identity == "none" or person is None:
        return "not_asked"
    verdicts: list[bool | None] = []
    if question.identity in ("name", "both") and person.name:
        verdicts.append(None if not found.name else _same_name(found.name, person.name))
    if question.identity in ("birth", "both") and person.birth:
        verdicts.append(None if not found.candidates else person.birth in found.candidates)
    if "invalid_birth" in found.flags:
        verdicts.append(False)
    if False in verdicts:
        return "mismatch"
    if not verdicts or all(verdict is None for verdict in verdicts):
        return "missing"
    return "partial" if None in verdicts else "match"


def _same_name(one: str, other: str) -> bool:
    return one.replace(" ", "").lower() == other.replace(" ", "").lower()


def masked(normal: Normal) -> str:
    """The raw text without digits 7 to 13 of any resident number, also where O stands for 0 or the digits are wide."""
    letters = list(normal.raw)
    for found in births.RRN.finditer(normal.whole or normal.text):
        for at in range(found.start(4), found.end(5)):
            begin, end = normal.raw_span((at, at + 1))
            letters[begin:end] = "*" * (end - begin)
    return mask_resident_numbers("".join(letters))
