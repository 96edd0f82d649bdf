"""The addresses of the standard: each reads a request, makes one call, and answers in JSON or XML."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from complaints import numbers, public_queries
from complaints.open311 import filing, reading, showing
from complaints.open311.formats import Format, answer, format_of
from complaints.open311.problems import KeyRefused, NotFound, Problem, TooOften, WrongMethod
from messaging.models import ApiKey, Scope
from messaging.services.keys import known_key, note_use
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.context import the_district
from portal.core.doors import public
from portal.core.errors import Refused
from portal.core.languages import house_language

READS_PER_MINUTE = 120  # of one address
_Content = tuple[str, object]
_READING = ("GET", "HEAD")


def _spoken(*methods: str) -> Callable[[Callable[..., _Content]], Callable[..., HttpResponse]]:
    """Open to everybody, asked in one of the two formats and answered in it: also when it is refused."""

    def wrap(view: Callable[..., _Content]) -> Callable[..., HttpResponse]:
        @public
        @csrf_exempt  # other systems post here, with a key and without cookies
        @house_language()  # names stay what other systems know them by
        @wraps(view)
        def spoken(request: HttpRequest, suffix: str | None = None, **kwargs: str) -> HttpResponse:
            spelling = format_of(request, suffix)
            try:
                _check(request, methods)
                root, content = view(request, **kwargs)
            except Refused as refused:
                return _open(_refusal(refused, spelling))
            return _open(answer(root, content, spelling=spelling))

        return spoken

    return wrap


def _check(request: HttpRequest, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        raise WrongMethod
    key = f"open311:{address_of(request)}"
    if request.method in _READING and not take_token(
        key=key, capacity=READS_PER_MINUTE, per_seconds=60, now=clock.now()
    ):
        raise TooOften
    given = request.GET if request.method in _READING else {**request.GET.dict(), **request.POST.dict()}
    reading.check_text(given)
    reading.check_jurisdiction(given, jurisdiction())


def _refusal(refused: Refused, spelling: Format) -> HttpResponse:
    status = refused.status if isinstance(refused, Problem) else 400
    errors = [{"code": status, "description": refused.sentence}]
    return answer("errors", errors, spelling=spelling, status=status)


def _open(response: HttpResponse) -> HttpResponse:
    """Any page may read it; nobody keeps it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def jurisdiction() -> str:
    """The address of the portal without www, as the standard proposes."""
    return (urlsplit(settings.SITE_URL).hostname or "").removeprefix("www.")


@_spoken(*_READING)
def discovery(request: HttpRequest) -> _Content:
    """Where the API is."""
    base = settings.SITE_URL.rstrip("/")
    address = f"{base}{reverse('complaints:open311:services')}".removesuffix("/services")
    return "discovery", showing.discovery(the_district(), address, base)


@_spoken(*_READING)
def services(request: HttpRequest) -> _Content:
    """What one may report."""
    return "services", [*map(showing.service, public_queries.offered()), showing.any_service()]


@_spoken(*_READING)
def service(request: HttpRequest, code: str) -> _Content:
    """Which further questions a service asks: none."""
    if code != showing.ANY_SERVICE and code not in {category.code for category in public_queries.offered()}:
        raise NotFound("service_code를 찾을 수 없습니다.")
    return "service_definition", showing.definition(code)


@_spoken(*_READING, "POST")
def requests(request: HttpRequest) -> _Content:
    """Published complaints, or a new one."""
    return _filed(request) if request.method == "POST" else _listed(request)


def _listed(request: HttpRequest) -> _Content:
    asked = reading.search_of(request.GET.dict(), now=clock.now())
    if asked.numbers:
        found = public_queries.numbered(asked.numbers)
    else:
        found = public_queries.between(
            asked.begin,
            asked.end,
            categories=asked.categories,
            without_category=asked.without_category,
            is_open=asked.is_open,
            stages=asked.stages,
            most=reading.MOST_ROWS,
        )
    return "service_requests", [showing.request(case) for case in found]


def _filed(request: HttpRequest) -> _Content:
    key = _key(request)
    now = clock.now()
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    given = request.POST.dict()
    token = filing.token_for(given, files, key=key, now=now)
    complaint = filing.file_request(given, files, token=token, now=now)
    return "service_requests", [showing.receipt(complaint, token)]


def _key(request: HttpRequest) -> ApiKey:
    """The key in the form, as the standard has it; one in the address would stand in logs."""
    key = known_key(request.POST.get("api_key", "").strip())
    if key is None:
        raise KeyRefused
    if not key.may(Scope.OPEN311):
        raise KeyRefused("이 api_key에는 민원을 접수할 권한이 없습니다.")
    if key.is_test:
        raise KeyRefused("시험 키로는 민원을 접수하지 않습니다. 실제 키를 써 주세요.")
    now = clock.now()
    if not take_token(key=f"open311.key:{key.pk}", capacity=key.per_minute, per_seconds=60, now=now):
        raise TooOften
    note_use(key=key, now=now)
    return key


@_spoken(*_READING)
def one_request(request: HttpRequest, number: str) -> _Content:
    """One published complaint."""
    try:
        found = public_queries.numbered([numbers.parse_number(number)])
    except numbers.NotANumber:
        found = []
    if not found:
        raise NotFound("service_request_id를 찾을 수 없습니다.")
    return "service_requests", [showing.request(case) for case in found]


@_spoken(*_READING)
def token(request: HttpRequest, token: str) -> _Content:
    """The number behind a token, once there is one."""
    complaint = public_queries.filed_with(filing.intake_key_of(token))
    if complaint is None:
        raise NotFound("token을 찾을 수 없습니다.")
    return "service_requests", [showing.redeemed(complaint, token)]


@_spoken(*_READING, "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def nowhere(request: HttpRequest) -> _Content:
    """Every other address below /open311/: an error of the standard, not a page."""
    raise NotFound
