"""The top floor as Django knows it: the site and the officials' admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    """What needs several rooms."""

    name = "portal.site"
    label = "site"
    verbose_name = "누리집"


class SotongAdminConfig(AdminConfig):
    """The officials' admin, with our own site instead of Django's."""

    default_site = "portal.site.admin_site.SotongAdminSite"
