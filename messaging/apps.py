"""The room messaging as Django knows it."""

from django.apps import AppConfig
from django.core.checks import register

from messaging.checks import every_topic_is_heard


class MessagingConfig(AppConfig):
    """발송."""

    name = "messaging"
    verbose_name = "발송"

    def ready(self) -> None:
        """Our own handler first; the check runs when every room is ready."""
        from messaging import codes, replies  # noqa: F401, PLC0415 - models must be loaded first

        register(every_topic_is_heard)
