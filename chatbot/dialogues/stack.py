"""What a conversation has open, innermost last: at most three frames of names and ids, never what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

VERSION = 1
MOST_FRAMES = 3


class Kind(StrEnum):
    """What a frame waits for."""

    PETITION = "petition"
    CHOOSE = "choose"
    CONFIRM = "confirm"
    IDENTIFY = "identify"


class About(StrEnum):
    """What a yes or a no answers."""

    CANCEL = "cancel"
    RESTART = "restart"
    PUSH = "push"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that waits for an answer. `draft` is a public id; `code` is the petition a push would begin."""

    kind: str
    draft: str
    about: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Frames that are open. A form that is pushed off the bottom is still a row and can be taken up again."""

    frames: tuple[Frame, ...] = ()

    @property
    def top(self) -> Frame | None:
        """What the next utterance is for."""
        return self.frames[-1] if self.frames else None

    @property
    def drafts(self) -> tuple[str, ...]:
        """The forms that are open, innermost last, each once."""
        return tuple(dict.fromkeys(frame.draft for frame in self.frames))

    def pushed(self, frame: Frame) -> "Stack":
        """With one more on top; of more than three the oldest goes."""
        return Stack((*self.frames, frame)[-MOST_FRAMES:])

    def popped(self) -> "Stack":
        """Without the top."""
        return Stack(self.frames[:-1])

    def turned(self, kind: Kind) -> "Stack":
        """The form on top waits for something else."""
        top = self.frames[-1]
        return Stack((*self.frames[:-1], replace(top, kind=kind.value, about="", code="")))

    def without(self, draft: str) -> "Stack":
        """Without a form and whatever was asked about it."""
        return Stack(tuple(frame for frame in self.frames if frame.draft != draft))

    def to_json(self) -> dict[str, Any]:
        """As it is stored with the conversation."""
        return {"version": VERSION, "frames": [asdict(frame) for frame in self.frames]}


def stack_of(stored: Mapping[str, Any] | Sequence[Any]) -> Stack:
    """A stored stack. One of another version is empty: its forms are rows and can be taken up again."""
    if not isinstance(stored, Mapping) or stored.get("version") != VERSION:
        return Stack()
    return Stack(tuple(Frame(**frame) for frame in stored["frames"]))
