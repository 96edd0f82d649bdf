"""
Walking a petition: what one utterance means for a form. The order of the tests is the promise.

Command, correction, free text, a valid answer, a question in between, another petition, and only then a refusal.
Emergencies come before all of this, outside. Nothing here loses an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chatbot.dialogues.commands import Command, command_in, correction_in
from complaints.petitions import Petition
from complaints.questions import is_question
from complaints.slots import Slot, SlotRefused

MOST_FAILURES = 3
MOST_MONEY_WORDS = ("yes_no", "choice", "choices", "number", "money", "consent")
WHY = "담당자가 바로 처리하려면 알아야 하는 내용입니다. 다른 데에는 쓰지 않습니다."
CANNOT_SKIP = "꼭 필요한 내용이라 건너뛸 수 없습니다."
FIRST = "첫 질문입니다."


class Ear(Protocol):
    """What else a sentence may mean: asked only when the form itself cannot use it."""

    def answer_to(self, text: str) -> int | None:
        """The key of an approved answer, if that is what is asked for, surely."""

    def petition_in(self, text: str) -> str | None:
        """The code of a petition, if one is named, surely."""


class Move(StrEnum):
    """What is said next."""

    ASK = "ask"
    MORE = "more"
    SUMMARY = "summary"
    AGAIN = "again"
    STUCK = "stuck"
    FAQ = "faq"
    PUSH = "push"
    CANCEL = "cancel"
    RESTART = "restart"
    LATER = "later"
    PERSON = "person"
    CONFIRMED = "confirmed"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as far as it is filled in. An answer of None was skipped. `slot` is being asked; none: the summary."""

    petition: Petition
    answers: Mapping[str, object] = field(default_factory=dict)
    slot: str = ""
    failed: int = 0

    @property
    def given(self) -> dict[str, object]:
        """The answers, without what was skipped."""
        return {name: value for name, value in self.answers.items() if value is not None}

    @property
    def asked(self) -> Slot | None:
        """The question that stands, unless everything is there."""
        return self.petition.slot(self.slot) if self.slot and self.petition.has(self.slot) else None

    @property
    def progress(self) -> tuple[int, int]:
        """Question n of about so many."""
        shown = [slot.name for slot in self.petition.shown(self.given)]
        return (shown.index(self.slot) + 1 if self.slot in shown else len(shown)), len(shown)

    def on(self) -> "Sheet":
        """At the next question that has no answer."""
        skipped = [name for name, value in self.answers.items() if value is None]
        following = self.petition.next_slot(self.given, skipped=skipped)
        return replace(self, slot=following.name if following else "", failed=0)

    def answered(self, name: str, value: object) -> "Sheet":
        """With one answer more, and without those that no longer apply."""
        answers = {**self.answers, name: value}
        given = {key: one for key, one in answers.items() if one is not None}
        applies = {slot.name for slot in self.petition.shown(given)}
        return replace(self, answers={key: one for key, one in answers.items() if key in applies})


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of an utterance. `taken` names the slot that it answered; its words are nobody else's business."""

    sheet: Sheet
    move: Move
    note: str = ""
    taken: str = ""
    faq: int | None = None
    code: str = ""


_ASIDE = {  # what is about the form as a whole, wherever it stands
    Command.CANCEL: Move.CANCEL,
    Command.RESTART: Move.RESTART,
    Command.LATER: Move.LATER,
    Command.PERSON: Move.PERSON,
}
_STEERING = (
    Command.CANCEL,
    Command.BACK,
    Command.SKIP,
    Command.RESTART,
    Command.LATER,
    Command.WHY,
    Command.HELP,
    Command.PERSON,
    Command.RESUME,
)


def begun(petition: Petition, found: Mapping[str, object]) -> Sheet:
    """A new form with what the opening sentence told already."""
    return Sheet(petition, dict(found)).on()


def respond(sheet: Sheet, text: str, *, ear: Ear, now: datetime) -> Effect:
    """What an utterance means for the question that stands, or for the summary."""
    asked = sheet.asked
    if asked is None:
        return _at_summary(sheet, text, ear=ear, now=now)
    effect = _steered(sheet, asked, text) or _corrected(sheet, text, now=now)
    if effect is not None:
        return effect
    try:
        value = asked.read(text, now=now)
    except SlotRefused as refused:
        return _elsewhere(sheet, text, ear=ear) or failed(sheet, refused.sentence)
    return _taken(sheet.answered(asked.name, value), asked)


def tapped(sheet: Sheet, name: str, text: str, *, now: datetime) -> Effect:
    """A button under a question: it answers that question, whichever stands now."""
    if not sheet.petition.has(name):
        return _stand(sheet)
    slot = sheet.petition.slot(name)
    try:
        value = slot.read(text, now=now)
    except SlotRefused as refused:
        return Effect(sheet, _standing(sheet), note=refused.sentence)
    if slot.type != "choices" or sheet.slot != name:
        return _taken(sheet.answered(name, value), slot)
    chosen = sheet.answers.get(name)
    several = [*(chosen if isinstance(chosen, list) else []), *(value if isinstance(value, list) else [])]
    kept = [option for option in slot.options if option in several]
    effect = replace(sheet.answered(name, kept), slot=name, failed=0)
    return Effect(effect, Move.MORE, taken=name) if len(kept) < len(slot.options) else _taken(effect, slot)


def commanded(sheet: Sheet, command: Command, *, ear: Ear, now: datetime) -> Effect:
    """A button that steers; it says the same as its word, also while free text is asked for."""
    asked = sheet.asked
    if asked is None:
        return _at_summary(sheet, command.value, ear=ear, now=now)
    return _steer(sheet, asked, command) or _stand(sheet)


def uploaded(sheet: Sheet, name: str, count: int) -> Effect:
    """Files came in for a question; there are `count` of them now."""
    slot = sheet.petition.slot(name)
    try:
        value = slot.count(count)
    except SlotRefused as refused:
        return Effect(replace(sheet, slot=name), Move.AGAIN, note=f"{count}장을 받았습니다. {refused.sentence}")
    return replace(_taken(sheet.answered(name, value), slot), note=f"{count}개를 받았습니다.")


def asked_again(sheet: Sheet, name: str) -> Effect:
    """One answer is to be given anew; the old one stands until then."""
    return Effect(replace(sheet, slot=name, failed=0), Move.ASK) if sheet.petition.has(name) else _stand(sheet)


def interrupted(sheet: Sheet, text: str, *, now: datetime) -> Sheet:
    """Something more urgent was heard in an utterance; if free text was asked for, the words are kept all the same."""
    asked = sheet.asked
    if asked is None or not asked.is_free_text:
        return sheet
    try:
        return sheet.answered(asked.name, asked.read(text, now=now)).on()
    except SlotRefused:
        return sheet


def restarted(sheet: Sheet) -> Sheet:
    """The same form, empty."""
    return Sheet(sheet.petition).on()


def failed(sheet: Sheet, reason: str) -> Effect:
    """The answer cannot be used; the third time in a row other ways are shown."""
    sheet = replace(sheet, failed=sheet.failed + 1)
    return Effect(sheet, Move.STUCK if sheet.failed >= MOST_FAILURES else Move.AGAIN, note=reason)


def _standing(sheet: Sheet) -> Move:
    return Move.ASK if sheet.slot else Move.SUMMARY


def _stand(sheet: Sheet) -> Effect:
    return Effect(sheet, _standing(sheet))


def _taken(sheet: Sheet, slot: Slot) -> Effect:
    moved = sheet.on()
    return Effect(moved, _standing(moved), taken=slot.name)


def _steered(sheet: Sheet, asked: Slot, text: str) -> Effect | None:
    extra = (Command.DONE,) if asked.type == "choices" or asked.is_uploaded else ()
    may_have_none = asked.is_optional and asked.type not in MOST_MONEY_WORDS
    command = command_in(text, *_STEERING, *extra, *((Command.NOTHING,) if may_have_none else ()))
    if command is None or (command is Command.HELP and asked.is_free_text and command.value not in text):
        return None
    return _steer(sheet, asked, command)


def _steer(sheet: Sheet, asked: Slot, command: Command) -> Effect | None:
    if command in _ASIDE:
        return Effect(sheet, _ASIDE[command])
    match command:
        case Command.BACK:
            return _back(sheet)
        case Command.SKIP | Command.NOTHING:
            return _skipped(sheet, asked)
        case Command.WHY:
            return Effect(sheet, Move.AGAIN, note=asked.why or WHY)
        case Command.HELP:
            return Effect(sheet, Move.AGAIN, note=_help(asked))
        case Command.DONE if sheet.answers.get(asked.name) is not None:
            return _taken(sheet, asked)
        case Command.DONE if asked.is_optional:
            return _skipped(sheet, asked)
        case Command.RESUME:
            return Effect(sheet, Move.ASK)
        case _:
            return None


def _help(asked: Slot) -> str:
    steering = "‘뒤로’, ‘나중에’, ‘취소’라고 적으셔도 됩니다. 궁금한 것을 물어보셔도 쓰던 내용은 그대로 있습니다."
    skip = "이 물음은 건너뛰셔도 됩니다." if asked.is_optional else ""
    return " ".join(part for part in (asked.help, skip, steering) if part)


def _back(sheet: Sheet) -> Effect:
    shown = [slot.name for slot in sheet.petition.shown(sheet.given)]
    place = shown.index(sheet.slot) if sheet.slot in shown else len(shown)
    if place == 0:
        return Effect(sheet, Move.AGAIN, note=FIRST)
    return Effect(replace(sheet, slot=shown[place - 1], failed=0), Move.ASK)


def _skipped(sheet: Sheet, asked: Slot) -> Effect:
    if not asked.is_optional:
        return Effect(sheet, Move.AGAIN, note=f"{CANNOT_SKIP} {asked.why}".strip())
    kept = sheet.answers.get(asked.name)
    return _taken(sheet.answered(asked.name, kept), asked)


def _corrected(sheet: Sheet, text: str, *, now: datetime) -> Effect | None:
    correction = correction_in(text, sheet.petition, set(sheet.given) - {sheet.slot})
    if correction is None:
        return None
    slot = sheet.petition.slot(correction.slot)
    if not correction.value or slot.is_uploaded:
        return asked_again(sheet, slot.name)
    try:
        value = slot.read(correction.value, now=now)
    except SlotRefused as refused:
        return Effect(replace(sheet, slot=slot.name, failed=0), Move.AGAIN, note=refused.sentence)
    changed = sheet.answered(slot.name, value)
    stands = changed if sheet.slot and changed.petition.has(sheet.slot) else changed.on()
    return Effect(stands, _standing(stands), note=f"{slot.label or '답'} 내용을 바꿨습니다.", taken=slot.name)


def _elsewhere(sheet: Sheet, text: str, *, ear: Ear) -> Effect | None:
    """A question is answered and the same question stands; another petition waits for a yes."""
    faq = ear.answer_to(text) if is_question(text) else None
    if faq is not None:
        return Effect(sheet, Move.FAQ, faq=faq)
    code = ear.petition_in(text)
    if code is not None and code != sheet.petition.code:
        return Effect(sheet, Move.PUSH, code=code)
    return None


def _at_summary(sheet: Sheet, text: str, *, ear: Ear, now: datetime) -> Effect:
    command = command_in(text, *_STEERING, Command.CONFIRM, Command.YES, Command.CHANGE, Command.NO)
    if command in _ASIDE:
        return Effect(sheet, _ASIDE[command])
    match command:
        case Command.CONFIRM | Command.YES:
            return Effect(sheet, Move.CONFIRMED)
        case Command.CHANGE | Command.NO:
            return Effect(sheet, Move.CHANGE)
        case Command.BACK:
            return _back(sheet)
        case None:
            found = _corrected(sheet, text, now=now) or _elsewhere(sheet, text, ear=ear)
            return found or Effect(sheet, Move.SUMMARY, note="맞으면 ‘확인’, 고칠 것이 있으면 그 줄을 눌러 주세요.")
        case _:
            return Effect(sheet, Move.SUMMARY)
