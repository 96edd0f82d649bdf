"""One turn of a conversation that has something open: its stack, and the form on top."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chatbot.cards import Card
from chatbot.dialogues.petition import Ear
from chatbot.dialogues.stack import Frame, Kind, Stack
from chatbot.models import Conversation, Draft
from chatbot.services import drafts
from chatbot.services.drafts import DraftGone
from complaints.petitions import UnknownPetition


@dataclass(frozen=True, slots=True)
class Said:
    """What the dialogue answers. `logged` is all that is kept of the citizen's words."""

    cards: Sequence[Card]
    logged: str
    faq: int | None = None
    is_person: bool = False


@dataclass(slots=True)
class Talk:
    """One turn of a conversation that is held."""

    conversation: Conversation
    ear: Ear
    now: datetime
    stack: Stack = field(default_factory=Stack)
    address: str = ""  # the client's, where there is one: a limit for codes by conversation is none for who begins many

    def keep_stack(self) -> None:
        """As it stands, for the next turn."""
        self.conversation.stack = self.stack.to_json() if self.stack.frames else []
        self.conversation.save(update_fields=["stack"])


def top_draft(talk: Talk) -> Draft | None:
    """The form on top that can still be gone on with; frames of others fall away."""
    while talk.stack.top is not None:
        try:
            draft = drafts.draft_in(talk.conversation, talk.stack.top.draft, now=talk.now)
            drafts.petition_of(draft)
        except (DraftGone, UnknownPetition):
            talk.stack = talk.stack.without(talk.stack.top.draft)
        else:
            return draft
    return None


def bring_up(talk: Talk, draft: Draft) -> None:
    """A button or a link speaks of this form: it is the one on top now."""
    top = talk.stack.top
    if top is None or top.draft != str(draft.public_id):
        talk.stack = talk.stack.without(str(draft.public_id)).pushed(Frame(_kind_of(draft).value, str(draft.public_id)))


def _kind_of(draft: Draft) -> Kind:
    return {
        Draft.State.CONFIRMING.value: Kind.CONFIRM,
        Draft.State.IDENTIFYING.value: Kind.IDENTIFY,
    }.get(draft.state, Kind.PETITION)


def set_frame(talk: Talk, draft: Draft, kind: Kind) -> None:
    """The form on top waits for this now; its row says the same."""
    if talk.stack.top is not None and talk.stack.top.kind == Kind.CHOOSE:
        talk.stack = talk.stack.popped()
    state = {
        Kind.PETITION: Draft.State.FILLING,
        Kind.CONFIRM: Draft.State.CONFIRMING,
        Kind.IDENTIFY: Draft.State.IDENTIFYING,
    }[kind]
    bring_up(talk, draft)
    talk.stack = talk.stack.turned(kind)
    if draft.state != state:
        draft.state = state
        draft.save(update_fields=["state"])
