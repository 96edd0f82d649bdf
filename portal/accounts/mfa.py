"""What allauth's second factors ask us: how secrets are kept, and what a passkey is called."""

import base64
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings

from portal.accounts.models import User
from portal.accounts.services import data_key
from portal.core import clock, privacy


class SealedSecrets(DefaultMFAAdapter):
    """Secrets lie encrypted under a data key of their own, which is in no dump of the database."""

    def encrypt(self, text: str) -> str:
        """Before it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """After it was read."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """What the telephone's list of codes shows."""
        return f"{settings.DISTRICT_NAME} 소통"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to the host of SITE_URL, whatever the Host header says."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": f"{settings.DISTRICT_NAME} 소통"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The telephone shows the name when it asks which passkey to use."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        shown = _shown(user)
        return {**entity, "name": shown, "display_name": shown}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 - the base's name
        """패스키, 패스키 2, …"""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"패스키 {count + 1}" if count else "패스키"


def _shown(user: User) -> str:
    return user.username if user.is_staff else privacy.mask_phone(user.phone)


def _cipher() -> Fernet:
    key = data_key(purpose="second_factor", object_ref="all", now=clock.now())
    return Fernet(base64.urlsafe_b64encode(key))
