"""One HTTP client per plug: bounded in time and size, no retries; every failure becomes one of the socket's errors."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import structlog
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import Misconfigured, NotSent, OutcomeUnknown, RateLimited

_log = structlog.get_logger(__name__)
CONNECT: Final = 3.0
BODY_SECONDS: Final = 5.0
MAX_ANSWER: Final = 1_000_000
DEFAULT_RETRY: Final = 5.0
LONGEST_RETRY: Final = 300.0
LARGEST_SKEW: Final = timedelta(minutes=1)  # signed requests die at five
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
# documented refusals of a whole call: nothing of it was acted on
REFUSED_CALLS: Final = frozenset({400, 404, 413})
BAD_ACCOUNT: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer: its status and its JSON document (None for anything else)."""

    status: int
    document: Any


class Line:
    """
    The line to one carrier.

    A call that was read from at all ends within CONNECT + 3 × `timeout` + BODY_SECONDS: keep that below the lease.

    :raises ImproperlyConfigured: for an address that is neither https nor this machine
    """

    def __init__(
        self,
        *,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 15.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ImproperlyConfigured("통신사 주소(base_url)는 https로 시작해야 합니다.")
        self._timeout = timeout
        self._client = httpx.Client(
            base_url=base_url,
            headers={"accept-encoding": "identity", **(headers or {})},
            timeout=httpx.Timeout(timeout, connect=CONNECT),
            limits=httpx.Limits(max_connections=16, keepalive_expiry=5.0),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        document: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        also_ok: Collection[int] = (),
    ) -> Answered:
        """
        One call and its answer: a 200, or a status of `also_ok`, whose meaning the caller knows.

        `files` are sent as a form: field → name, content, media type.

        :raises CarrierError: NotSent, RateLimited or Misconfigured when nothing was acted on; else OutcomeUnknown
        """
        content = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        given = {"content-type": "application/json; charset=utf-8"} if content is not None else {}
        try:
            with self._client.stream(
                method,
                path,
                content=content,
                files=files,
                params=dict(params or {}),
                headers={**given, **(headers or {})},
            ) as response:
                body = self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(type(error).__name__) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise Misconfigured(type(error).__name__) from error
        except httpx.HTTPError as error:  # time-outs, resets, half answers: the bytes were on their way
            raise OutcomeUnknown(type(error).__name__) from error
        _watch_clock(response, self._client.base_url.host)
        if response.status_code not in also_ok:
            _refuse_status(response)
        return Answered(response.status_code, _document(body))

    def _read(self, response: httpx.Response) -> bytes:
        """The body within the size and time limits: a dribbling carrier must not outlive our lease."""
        deadline = time.monotonic() + min(self._timeout, BODY_SECONDS)
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > MAX_ANSWER:
                raise OutcomeUnknown("answer too large")
            if time.monotonic() > deadline:
                raise OutcomeUnknown("answer too slow")
        return bytes(body)


def _refuse_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status == 429:
        raise RateLimited(_retry_after(response.headers.get("retry-after", "")))
    if status in BAD_ACCOUNT:
        raise Misconfigured(f"HTTP {status}")
    if status in REFUSED_CALLS:
        raise NotSent(f"HTTP {status}")
    raise OutcomeUnknown(f"HTTP {status}")


def _retry_after(value: str) -> float:
    """Seconds to wait: the header's if it is a sensible number, else our own."""
    try:
        seconds = float(value)
    except ValueError:
        return DEFAULT_RETRY
    return min(seconds, LONGEST_RETRY) if seconds >= 0 else DEFAULT_RETRY  # NaN compares false, too


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _watch_clock(response: httpx.Response, host: str) -> None:
    """A clock that differs from the carrier's is an alarm: signatures will soon be refused."""
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return
    skew = datetime.now(UTC) - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    if abs(skew) > LARGEST_SKEW:
        _log.error("carrier_clock_differs", host=host, seconds=round(skew.total_seconds()))
