"""The room complaints as Django knows it."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """민원."""

    name = "complaints"
    verbose_name = "민원"
