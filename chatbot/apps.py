"""The room chatbot as Django knows it."""

from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    """챗봇."""

    name = "chatbot"
    verbose_name = "챗봇"

    def ready(self) -> None:
        """Tell messaging who hears of texts that are questions."""
        from chatbot import replies  # noqa: F401, PLC0415 - models must be loaded first
