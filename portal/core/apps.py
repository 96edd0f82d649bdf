"""The room core as Django knows it: no tables."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Plain Python that every room stands on."""

    name = "portal.core"
    label = "core"
