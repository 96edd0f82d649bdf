"""What all addresses of the API share; the chatbot's stands on it too."""

from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from messaging.models import ApiKey, Scope


class Api(APIView):
    """What all addresses share: a key with a scope for each method, and answers nobody keeps."""

    scopes: ClassVar[dict[str, Scope]]

    def key(self, request: Request) -> ApiKey:
        """Who asks."""
        found: ApiKey = request.auth
        return found

    def finalize_response(self, request: HttpRequest, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Never from a cache."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers["Cache-Control"] = "no-store"
        return answer
