"""What can happen in a conversation, and to the answers behind it."""

from chatbot.services.answering import TooLong, TooMany, choose, open_conversation, rate, refuse_choices, say
from chatbot.services.content import WrongContent, load_faqs, load_reference

__all__ = [
    "TooLong",
    "TooMany",
    "WrongContent",
    "choose",
    "load_faqs",
    "load_reference",
    "open_conversation",
    "rate",
    "refuse_choices",
    "say",
]
