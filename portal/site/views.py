"""Pages of the top floor."""

from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page grew old."""
    return HttpResponse("페이지가 오래되었습니다.", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return HttpResponse("잘못된 요청입니다.", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return HttpResponse("권한이 없습니다.", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return HttpResponse("찾을 수 없습니다.", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return HttpResponse("문제가 생겼습니다.", status=500)
