"""The room notices as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """통지서."""

    name = "notices"
    verbose_name = "통지서"
