"""The payment providers of this installation: PAYMENT_PROVIDERS, alias → {BACKEND, OPTIONS}."""

from typing import cast

from django.conf import settings

from notices.payments.base import PaymentProvider
from portal.core.plugs import built


def aliases() -> tuple[str, ...]:
    """Providers in the order in which citizens see them."""
    return tuple(settings.PAYMENT_PROVIDERS)


def provider(alias: str) -> PaymentProvider:
    """
    The provider with this alias.

    :raises KeyError: for an alias that is not in the settings
    :raises ImproperlyConfigured: for a plug that cannot be built, or the simulator where it is not allowed
    """
    entry = settings.PAYMENT_PROVIDERS[alias]
    return cast(PaymentProvider, built(entry, may_simulate=settings.MESSAGING_ALLOW_SIMULATOR))


def online() -> tuple[str, ...]:
    """Providers that take money by themselves."""
    return tuple(alias for alias in aliases() if not provider(alias).is_counter)


def counter() -> str:
    """The alias money paid at banks is booked under; '' where none is set."""
    return next((alias for alias in aliases() if provider(alias).is_counter), "")
