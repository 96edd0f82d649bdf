"""A refusal that Django answers with an empty page gets the one everybody else gets."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

Next = Callable[[HttpRequest], HttpResponseBase]


class RefusalPages:
    """405 to somebody who reads pages: a sentence and a way on. Machines keep the bare answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_bare = isinstance(response, HttpResponse) and response.status_code == 405 and not response.content
        if not (is_bare and _reads_pages(request)):
            return response
        page: HttpResponse = render(request, "405.html", status=405)
        if response.has_header("Allow"):
            page.headers["Allow"] = response.headers["Allow"]
        return page


def _reads_pages(request: HttpRequest) -> bool:
    return request.method != "HEAD" and "text/html" in request.headers.get("Accept", "")
