"""Who asks: a bearer key, looked up by its prefix and compared by its hash. No sessions, no cookies."""

import hmac
import re

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from messaging.models import ApiKey
from messaging.services.keys import digest_of, note_use
from portal.core import clock

_KEY = re.compile(r"(sotong_(?:live|test)_[0-9a-f]{8})_[A-Za-z0-9_-]{43}")
WRONG_KEY = "API 키가 올바르지 않거나 폐기되었습니다."


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sotong_live_…`."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        """No user, but a key; None without the header."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = _key(text.strip())
        if key is None:
            raise AuthenticationFailed(WRONG_KEY)
        note_use(key=key, now=clock.now())
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """So that a stranger gets 401 and not 403."""
        return "Bearer"


def _key(text: str) -> ApiKey | None:
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    keys = ApiKey.objects.select_related("department").filter(prefix=found[1], revoked_at=None)
    key = keys.filter(department__is_active=True).first()
    return key if key is not None and hmac.compare_digest(bytes(key.secret_sha256), digest_of(text)) else None
