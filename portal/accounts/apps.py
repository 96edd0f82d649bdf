"""The room accounts as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """사람."""

    name = "portal.accounts"
    label = "accounts"
    verbose_name = "사람"
