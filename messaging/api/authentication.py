"""Who asks: a bearer key, looked up by its prefix and compared by its hash. No sessions, no cookies."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from messaging.models import ApiKey
from messaging.services.keys import known_key, note_use
from portal.core import clock

WRONG_KEY = "API 키가 올바르지 않거나 폐기되었습니다."


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sotong_live_…`."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        """No user, but a key; None without the header."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = known_key(text.strip())
        if key is None:
            raise AuthenticationFailed(WRONG_KEY)
        note_use(key=key, now=clock.now())
        return None, key

    def authenticate_header(self, request: Request) -> str:
        """So that a stranger gets 401 and not 403."""
        return "Bearer"
