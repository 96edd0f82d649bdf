"""What a key may do, and how often."""

import math
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from messaging.models import ApiKey, Scope
from portal.accounts.services import take_token
from portal.core import clock

if TYPE_CHECKING:  # rest_framework.views reads the settings, which name this module
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Each view names the scope of each of its methods."""

    message = "이 API 키에는 필요한 권한이 없습니다."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the key was given it; a method without a scope is refused as unknown later on."""
        key: ApiKey | None = request.auth
        scope: Scope | None = view.scopes.get("GET" if request.method == "HEAD" else request.method)
        if key is None or (scope is not None and not key.may(scope)):
            if scope is not None:
                self.message = f"이 API 키에는 {scope.value} 권한이 없습니다."
            return False
        return True


class KeyThrottle(BaseThrottle):
    """So many requests a minute for each key, counted in the database so that every process counts together."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Take one token of the key's bucket."""
        key: ApiKey = request.auth
        self._pause = max(1, math.ceil(60 / key.per_minute))
        return take_token(key=f"messaging.api:{key.pk}", capacity=key.per_minute, per_seconds=60, now=clock.now())

    def wait(self) -> int:
        """Seconds until the next token: becomes Retry-After."""
        return self._pause
