"""The room core as Django knows it: no tables."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from portal.core.checks import korean_can_be_searched


class CoreConfig(AppConfig):
    """Plain Python that every room stands on."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        """Start-up checks of what every room needs."""
        register(korean_can_be_searched, Tags.database)
