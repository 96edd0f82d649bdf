"""The room notices as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """통지서."""

    name = "notices"
    verbose_name = "통지서"

    def ready(self) -> None:
        """Say which replies, outcomes, decisions and pictures are ours, and whether the engines can write Korean."""
        from notices import approvals, replies  # noqa: F401, PLC0415  (models are not ready any earlier)
        from notices.rasterizers import checks  # noqa: F401, PLC0415
