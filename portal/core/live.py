"""Live fragments: the address of a `data-live` section answers 304 until something it shows has changed."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified

Fragment = Callable[..., HttpResponseBase]


def live(*, tag: Callable[..., str]) -> Callable[[Fragment], Fragment]:
    """
    Answer `If-None-Match` before anything is rendered.

    `tag(request, …)` takes the view's arguments and names the newest change, from at most two cheap queries. What a
    person may see is part of the tag, so that one browser never shows another's numbers.
    """

    def decorate(view: Fragment) -> Fragment:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found = f"{request.user.pk}|{tag(request, *args, **kwargs)}"
            etag = f'"{hashlib.sha256(found.encode()).hexdigest()[:32]}"'
            asked = request.headers.get("If-None-Match", "").removeprefix("W/")
            response = HttpResponseNotModified() if asked == etag else view(request, *args, **kwargs)
            response.headers["ETag"] = etag
            response.headers["Cache-Control"] = "private, no-cache"
            return response

        return wrapped

    return decorate
