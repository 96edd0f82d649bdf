"""Officials' pages of the chatbot: answers, what went unanswered, figures, and the index behind it all."""

from chatbot.admin import builds, clusters, conversations, faqs, figures, gold, handover, trials, words

__all__ = ["builds", "clusters", "conversations", "faqs", "figures", "gold", "handover", "trials", "words"]
