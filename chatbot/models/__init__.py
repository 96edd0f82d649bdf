"""What the chatbot knows, and what it was asked."""

from chatbot.models.conversation import Conversation, Turn, TurnCandidate, Unanswered
from chatbot.models.faq import Faq, FaqLink, Phrasing

__all__ = ["Conversation", "Faq", "FaqLink", "Phrasing", "Turn", "TurnCandidate", "Unanswered"]
