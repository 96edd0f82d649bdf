"""Live fragments: 304 before anything is rendered."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.core.live import live

rendered: list[str] = []


@live(tag=lambda request, number: f"tag-{number}")
def fragment(request: HttpRequest, number: int) -> HttpResponse:
    rendered.append("once")
    return HttpResponse("<b data-live-part='n'>1</b>")


def asking(tag: str = "") -> HttpRequest:
    request = RequestFactory().get("/", headers={"If-None-Match": tag} if tag else {})
    request.user = AnonymousUser()
    return request


def test_a_known_tag_is_answered_without_rendering() -> None:
    rendered.clear()
    first = fragment(asking(), 1)

    second = fragment(asking(first.headers["ETag"]), 1)
    weak = fragment(asking(f"W/{first.headers['ETag']}"), 1)

    assert (first.status_code, second.status_code, weak.status_code) == (200, 304, 304)
    assert rendered == ["once"]


def test_another_tag_is_rendered_again() -> None:
    first = fragment(asking(), 1)

    assert fragment(asking(first.headers["ETag"]), 2).status_code == 200


def test_fragments_stay_out_of_shared_caches() -> None:
    assert fragment(asking(), 1).headers["Cache-Control"] == "private, no-cache"
