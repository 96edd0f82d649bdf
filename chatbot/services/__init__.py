"""What can happen in a conversation, and to the answers behind it."""

from chatbot.services.answering import (
    TooLong,
    TooMany,
    answer_with,
    choose,
    open_conversation,
    press,
    rate,
    refuse_choices,
    resume,
    say,
    uploaded,
)
from chatbot.services.building import (
    MayNotDecide,
    NoReason,
    NothingBefore,
    Outdated,
    build_index,
    nudge_index,
    override_build,
    roll_back,
    sweep_index,
)
from chatbot.services.callbacks import keep_callback, send_callbacks
from chatbot.services.callers import conversation_of
from chatbot.services.content import WrongContent, load_faqs, load_reference
from chatbot.services.counting import erase_citizen
from chatbot.services.drafts import DraftGone, expire_drafts
from chatbot.services.handover import answer_handover, close_handover, escalate_promises
from chatbot.services.tapping import tap
from chatbot.services.waiting import tell_of_waiting

__all__ = [
    "DraftGone",
    "MayNotDecide",
    "NoReason",
    "NothingBefore",
    "Outdated",
    "TooLong",
    "TooMany",
    "WrongContent",
    "answer_handover",
    "answer_with",
    "build_index",
    "choose",
    "close_handover",
    "conversation_of",
    "erase_citizen",
    "escalate_promises",
    "expire_drafts",
    "keep_callback",
    "load_faqs",
    "load_reference",
    "nudge_index",
    "open_conversation",
    "override_build",
    "press",
    "rate",
    "refuse_choices",
    "resume",
    "roll_back",
    "say",
    "send_callbacks",
    "sweep_index",
    "tap",
    "tell_of_waiting",
    "uploaded",
]
