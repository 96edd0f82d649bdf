"""The room approvals as Django knows it."""

from django.apps import AppConfig
from django.core.checks import register

from portal.approvals.checks import every_subject_is_heard


class ApprovalsConfig(AppConfig):
    """결재."""

    name = "portal.approvals"
    label = "approvals"
    verbose_name = "결재"

    def ready(self) -> None:
        """The check runs when every room is ready."""
        register(every_subject_is_heard)
