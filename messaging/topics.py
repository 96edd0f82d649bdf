"""
How the rooms above hear from us: who asked about replies, outcomes and pictures.

A room registers in `<room>/replies.py`, imported from its `apps.py`. A topic that expects replies without a handler
stops the start (`checks.py`).
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from portal.core.bilingual import in_language
from portal.core.errors import Refused

if TYPE_CHECKING:
    from messaging.models import Message, Reply
    from messaging.understanding import Person, Question, Reading
    from portal.accounts.models import User

_FILE = Path(__file__).parent / "reference" / "topics.toml"


@dataclass(frozen=True, slots=True)
class Topic:
    """
    One line of topics.toml.

    `is_optional`: people may switch it off. `locked_by`: the article because of which they may not. `replaces_letter`:
    each message saves a registered letter. `kept_for_days`: how long words and numbers are kept before they are erased.
    `…_en`: the same words for people who read the settings page in English. `example`: the template that page shows.
    """

    name: str
    description: str
    lane: int
    expects_reply: bool
    is_optional: bool = False
    locked_by: str = ""
    replaces_letter: bool = False
    kept_for_days: int = 365
    description_en: str = ""
    locked_by_en: str = ""
    example: str = ""

    @property
    def label(self) -> str:
        """What it is about, for the reader."""
        return in_language(self.description, self.description_en)

    @property
    def law(self) -> str:
        """The article it is locked by, for the reader."""
        return in_language(self.locked_by, self.locked_by_en)


class UnknownTopic(Refused):
    """The topic is not in topics.toml."""

    sentence = "등록되지 않은 주제입니다."


class AlreadyRegistered(Exception):
    """Two rooms asked for the same topic: a programming error."""


class ReplyHandler(Protocol):
    """Runs in the transaction that marks the reply handled; must bear being repeated after an exception."""

    def __call__(
        self, *, reply: "Reply", reading: "Reading | None", message: "Message | None", now: datetime
    ) -> None: ...


class OutcomeHandler(Protocol):
    """Told when messages became delivered, failed, cancelled or suppressed; again if a late receipt changed that."""

    def __call__(self, *, messages: "Sequence[Message]", now: datetime) -> None: ...


class DecisionHandler(Protocol):
    """Told what an official says an unclear reply means: `consent`, `refuse`, `unrelated` or `opt_out`."""

    def __call__(self, *, reply: "Reply", verdict: str, by: "User", now: datetime) -> None: ...


class DecisionCheck(Protocol):
    """Raises Refused if this official may not decide about the reply, or nothing is to be decided any more."""

    def __call__(self, *, reply: "Reply", by: "User") -> None: ...


class Leaving(Protocol):
    """Asked at the claim, in its transaction: the keys of those messages that have lost their point since."""

    def __call__(self, *, messages: "Sequence[Message]") -> set[int]: ...


QuestionOf = Callable[["Message"], "Question | None"]
PersonOf = Callable[["Message"], "Person | None"]
ImageSource = Callable[[str, "Message"], bytes]
_reply_handlers: dict[str, ReplyHandler] = {}
_questions: dict[str, QuestionOf] = {}
_persons: dict[str, PersonOf] = {}
_decision_handlers: dict[str, tuple[DecisionHandler, DecisionCheck]] = {}
_outcome_handlers: dict[str, OutcomeHandler] = {}
_image_sources: dict[str, ImageSource] = {}
_leavings: dict[str, Leaving] = {}


class WrongImage(Exception):
    """The picture behind a handle is not the one approved for this recipient."""


@cache
def topics() -> dict[str, Topic]:
    """Every topic by name."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["topic"]
    return {row["name"]: Topic(**row) for row in rows}


def topic(name: str) -> Topic:
    """
    One topic.

    :raises UnknownTopic:
    """
    found = topics().get(name)
    if found is None:
        raise UnknownTopic(f"등록되지 않은 주제입니다: {name}")
    return found


def is_locked(name: str) -> bool:
    """Whether the law wants this kind of message to reach people even if they would rather not hear it."""
    found = topics().get(name)
    return found is not None and bool(found.locked_by)


def describe(name: str) -> str:
    """What a topic is about, for the reader; an unknown or empty name as it is."""
    found = topics().get(name)
    return found.label if found else name


def on_reply(
    name: str, *, question: QuestionOf | None = None, person: PersonOf | None = None
) -> Callable[[ReplyHandler], ReplyHandler]:
    """
    Register who hears of replies to a topic.

    `question` says what a message asked, so that the reply can be read; `person` whom it asked, for phones that several
    people share.
    """

    def register(handler: ReplyHandler) -> ReplyHandler:
        if _reply_handlers.setdefault(name, handler) is not handler:
            raise AlreadyRegistered(name)
        if question is not None:
            _questions[name] = question
        if person is not None:
            _persons[name] = person
        return handler

    return register


def on_decision(name: str, *, check: DecisionCheck) -> Callable[[DecisionHandler], DecisionHandler]:
    """Register who is told what an official decided about a topic's unclear reply, and who may decide."""

    def register(handler: DecisionHandler) -> DecisionHandler:
        if _decision_handlers.setdefault(name, (handler, check)) != (handler, check):
            raise AlreadyRegistered(name)
        return handler

    return register


def on_outcome(name: str) -> Callable[[OutcomeHandler], OutcomeHandler]:
    """Register who hears what became of a topic's messages."""

    def register(handler: OutcomeHandler) -> OutcomeHandler:
        if _outcome_handlers.setdefault(name, handler) is not handler:
            raise AlreadyRegistered(name)
        return handler

    return register


def on_leaving(name: str) -> Callable[[Leaving], Leaving]:
    """Register who is asked whether a topic's messages are still wanted, at the moment they would leave."""

    def register(handler: Leaving) -> Leaving:
        if _leavings.setdefault(name, handler) is not handler:
            raise AlreadyRegistered(name)
        return handler

    return register


def image_source(prefix: str) -> Callable[[ImageSource], ImageSource]:
    """Register who loads the pictures whose handles start with `prefix:`."""

    def register(load: ImageSource) -> ImageSource:
        if _image_sources.setdefault(prefix, load) is not load:
            raise AlreadyRegistered(prefix)
        return load

    return register


def reply_handler(name: str) -> ReplyHandler | None:
    """Who hears of replies to a topic."""
    return _reply_handlers.get(name)


def question_of(message: "Message") -> "Question | None":
    """What a message asked its recipient, as its owner tells it."""
    ask = _questions.get(message.topic)
    return ask(message) if ask else None


def person_of(message: "Message") -> "Person | None":
    """Whom a message asked, as its owner knows her."""
    ask = _persons.get(message.topic)
    return ask(message) if ask else None


def decision_handler(name: str) -> tuple[DecisionHandler, DecisionCheck] | None:
    """Who is told of decisions about a topic's replies, and who says whether one may be made."""
    return _decision_handlers.get(name)


def outcome_handlers() -> dict[str, OutcomeHandler]:
    """Topic → who hears of its outcomes."""
    return dict(_outcome_handlers)


def pointless(messages: "Sequence[Message]") -> set[int]:
    """The primary keys of those messages whose owners no longer want them to leave: one question for each topic."""
    found: set[int] = set()
    for name in {message.topic for message in messages} & _leavings.keys():
        found |= _leavings[name](messages=[message for message in messages if message.topic == name])
    return found


def load_image(handle: str, message: "Message") -> bytes:
    """
    The bytes behind a handle, from the room that owns it.

    :raises WrongImage: if nobody owns it, or the owner says it is not this recipient's
    """
    load = _image_sources.get(handle.partition(":")[0])
    if load is None:
        raise WrongImage(handle)
    return load(handle, message)


def registered() -> set[str]:
    """Every topic some room registered for; for the start-up check."""
    return {*_reply_handlers, *_outcome_handlers, *_leavings}
