"""The room messaging as Django knows it."""

from django.apps import AppConfig
from django.core.checks import register

from messaging.checks import every_topic_is_heard


class MessagingConfig(AppConfig):
    """발송."""

    name = "messaging"
    verbose_name = "발송"

    def ready(self) -> None:
        """Handlers are in place once every room is ready; the check runs after that."""
        register(every_topic_is_heard)
