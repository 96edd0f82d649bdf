"""The room certificates as Django knows it."""

from django.apps import AppConfig
from django.core.checks import register

from portal.certificates.checks import seal_is_ready


class CertificatesConfig(AppConfig):
    """전자증명서."""

    name = "portal.certificates"
    label = "certificates"
    verbose_name = "전자증명서"

    def ready(self) -> None:
        """A key that is about to run out is said at every start."""
        register(seal_is_ready)
