"""The room notices as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """통지서."""

    name = "notices"
    verbose_name = "통지서"

    def ready(self) -> None:
        """Say which replies, outcomes and pictures are ours."""
        from notices import replies  # noqa: F401, PLC0415  (models are not ready any earlier)
