"""The issuing systems of the settings, by their alias."""

from collections.abc import Mapping

from django.conf import settings

from portal.certificates.issuers.base import CertificateIssuer
from portal.certificates.kinds import Kind
from portal.core.plugs import built


def issuer(alias: str) -> CertificateIssuer:
    """The plug of that name."""
    plug: CertificateIssuer = built(
        settings.CERTIFICATE_ISSUERS[alias], may_simulate=settings.MESSAGING_ALLOW_SIMULATOR
    )
    return plug


def foreign_kinds() -> Mapping[str, tuple[str, Kind]]:
    """Every kind of every plug: `alias.kind` → (alias, kind)."""
    return {
        f"{alias}.{code}": (alias, kind)
        for alias in settings.CERTIFICATE_ISSUERS
        for code, kind in issuer(alias).kinds.items()
    }
