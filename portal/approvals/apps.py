"""The room approvals as Django knows it."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """결재."""

    name = "portal.approvals"
    label = "approvals"
    verbose_name = "결재"
