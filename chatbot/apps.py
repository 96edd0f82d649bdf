"""The room chatbot as Django knows it."""

from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    """챗봇."""

    name = "chatbot"
    verbose_name = "챗봇"
