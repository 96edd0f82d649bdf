"""The room complaints as Django knows it."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """민원."""

    name = "complaints"
    verbose_name = "민원"

    def ready(self) -> None:
        """Tell messaging who hears of citizens' replies."""
        from complaints import replies  # noqa: F401, PLC0415 - models must be loaded first
