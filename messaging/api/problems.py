"""Refusals as problem details (RFC 9457): a Korean sentence, and where it fits the row and the field."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from messaging.services.requests import OtherBody, StillRunning
from messaging.services.streams import AlreadyLeft
from portal.core.errors import Refused

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 1000
_HANGUL = re.compile(r"[가-힣]")
_TITLES = {
    400: ("malformed", "읽을 수 없는 요청입니다."),
    401: ("unauthorized", "Authorization: Bearer 머리글에 API 키를 넣어 주세요."),
    403: ("forbidden", "이 API 키로는 할 수 없습니다."),
    404: ("not-found", "찾는 것이 없습니다."),
    405: ("method-not-allowed", "이 주소에서 쓸 수 없는 메서드입니다."),
    409: ("conflict", "지금 상태에서는 할 수 없습니다."),
    413: ("too-large", "본문이 너무 큽니다."),
    415: ("unsupported-media-type", "Content-Type: application/json으로 보내 주세요."),
    422: ("refused", "보내신 내용에 고칠 것이 있습니다."),
    429: ("rate-limited", "요청이 너무 잦습니다. Retry-After 초 뒤에 다시 보내 주세요."),
}
_WORDS = {
    "required": "필수 항목입니다.",
    "null": "비어 있습니다.",
    "blank": "비어 있습니다.",
    "empty": "한 건 이상 있어야 합니다.",
    "max_length": "너무 깁니다.",
    "min_value": "허용 범위를 벗어났습니다.",
    "max_value": "허용 범위를 벗어났습니다.",
    "not_a_list": "목록이어야 합니다.",
    "not_a_dict": "이름과 값의 묶음이어야 합니다.",
    "null_characters_not_allowed": "쓸 수 없는 글자가 들어 있습니다.",
    "surrogate_characters_not_allowed": "쓸 수 없는 글자가 들어 있습니다.",
}
_WRONG_SHAPE = "형식이 올바르지 않습니다."

Problem = dict[str, Any]


def problem(status: int, detail: str = "", *, errors: list[dict[str, Any]] | None = None) -> Problem:
    """The body of a refusal."""
    kind, sentence = _TITLES[status]
    found: Problem = {"type": f"urn:sotong:problem:{kind}", "title": sentence, "status": status}
    found["detail"] = detail or sentence
    if errors:
        found["errors"] = errors[:MOST_ERRORS]
    return found


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Whatever is refused on purpose as an answer; anything else rises."""
    match error:
        case OtherBody() | StillRunning() | AlreadyLeft():
            return _response(problem(409, error.sentence))
        case Refused():
            where = getattr(error, "field", "")
            errors = [{"field": where, "detail": error.sentence}] if where else None
            return _response(problem(422, error.sentence, errors=errors))
        case exceptions.ValidationError():
            return _response(problem(422, errors=list(_flat(error.detail))))
        case Http404():
            return _response(problem(404))
        case PermissionDenied():
            return _response(problem(403))
        case UnreadablePostError():
            return _response(problem(400))
        case exceptions.APIException():
            return _response(problem(error.status_code, _korean(error.detail)), _headers(error))
    return None


def _response(body: Problem, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers


def _korean(detail: Any) -> str:
    """The library's own sentences are English: then the status speaks."""
    text = str(detail)
    return text if _HANGUL.search(text) else ""


def _flat(detail: Any, path: tuple[str | int, ...] = ()) -> Iterator[dict[str, Any]]:
    """Nested errors as rows: `recipients`, 2, `to` → row 3, field `to`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == "non_field_errors" else (*path, name))
    elif isinstance(detail, list) and detail and not isinstance(detail[0], exceptions.ErrorDetail):
        for place, inner in enumerate(detail):
            yield from _flat(inner, (*path, place))
    else:
        for error in detail:
            yield _line(error, path)


def _line(error: exceptions.ErrorDetail, path: tuple[str | int, ...]) -> dict[str, Any]:
    row = next((part + 1 for part in path if isinstance(part, int)), None)
    names = [str(part) for part in path if not isinstance(part, int)]
    if row is not None:
        names = names[1:]
    sentence = str(error) if _HANGUL.search(str(error)) else _WORDS.get(error.code, _WRONG_SHAPE)
    line: dict[str, Any] = {"row": row} if row is not None else {}
    return {**line, "field": printable(".".join(names)), "detail": sentence}


def printable(text: str) -> str:
    """What a caller typed, as far as it can be said back."""
    return text.encode("utf-8", "replace").decode()[:80]
