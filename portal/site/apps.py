"""The top floor as Django knows it: the site and the officials' admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    """What needs several rooms."""

    name = "portal.site"
    label = "site"
    verbose_name = "누리집"

    def ready(self) -> None:
        """
        Columns of 알림 설정 register themselves.

        Django's own signal: sign-in ends in views of several rooms and libraries, and each begins a session.
        """
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - apps must be loaded first

        from portal.site import alert_ways  # noqa: F401, PLC0415 - models must be loaded first
        from portal.site.arriving import on_arrival  # noqa: PLC0415 - models must be loaded first

        user_logged_in.connect(on_arrival, dispatch_uid="portal.site.arriving")


class SotongAdminConfig(AdminConfig):
    """The officials' admin, with our own site instead of Django's."""

    default_site = "portal.site.admin_site.SotongAdminSite"
