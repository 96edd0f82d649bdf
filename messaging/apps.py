"""The room messaging as Django knows it."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """발송."""

    name = "messaging"
    verbose_name = "발송"
