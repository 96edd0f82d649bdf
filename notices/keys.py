"""Message keys of this room: one message per citizen and purpose, whoever asks for it how often."""

from dataclasses import dataclass

ASK, REMIND, DELIVER, ANSWER = "ask", "remind", "deliver", "answer"
QUESTION = "question"  # the second and later questions of one campaign, by their position


@dataclass(frozen=True)
class MessageKey:
    """`notices:<campaign>:<recipient>:<phase>:<position>`."""

    campaign_id: int
    recipient_id: int
    phase: str
    position: int = 1

    def __str__(self) -> str:
        return f"notices:{self.campaign_id}:{self.recipient_id}:{self.phase}:{self.position}"


def is_ours(key: str) -> bool:
    """Whether this room made a message; others may send of its topics under keys of their own."""
    return key.startswith("notices:")


def parse(key: str) -> MessageKey:
    """The parts of a key of ours."""
    _, campaign, recipient, phase, position = key.split(":")
    return MessageKey(int(campaign), int(recipient), phase, int(position))
