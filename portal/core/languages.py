"""The languages of the citizens' pages: chosen by a cookie that names nobody, never guessed from where somebody is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language, gettext_noop, override

from portal.core.doors import is_public

COOKIE = "language"
ANY_REFUSAL = gettext_noop("요청을 처리할 수 없습니다.")  # of `errors`, which cages read without Django
Next = Callable[[HttpRequest], HttpResponseBase]


def chosen(request: HttpRequest) -> str:
    """The language the reader asked for; Korean until somebody does."""
    asked = request.COOKIES.get(COOKIE, "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def is_korean() -> bool:
    """Whether this page speaks the house's own language."""
    return (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE


@contextmanager
def house_language() -> Iterator[None]:
    """
    What is kept or sent is Korean, whatever the reader of the page speaks. Around the code that words it.

    A decorator as well: `@house_language()`.
    """
    with override(settings.LANGUAGE_CODE):
        yield


class ReadersLanguage:
    """Citizens' pages speak the reader's language, officials' pages Korean."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with override(chosen(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
            patch_vary_headers(response, ["Cookie"])
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> None:
        """A page that is not the public's is an official's."""
        if not is_public(view):
            activate(settings.LANGUAGE_CODE)
