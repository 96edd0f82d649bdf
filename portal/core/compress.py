"""Smaller pages on a slow line; what nobody may store travels as it is, because its length would betray its content."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compression(GZipMiddleware):
    """Django's own, which pads against guessing as well."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Public pages only."""
        if "no-store" in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
