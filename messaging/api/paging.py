"""Keyset pages: a cursor says after which row to go on, so that new rows neither repeat nor hide others."""

import base64
import binascii

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

USUAL, MOST = 50, 100
_LARGEST = 2**63 - 1


def limit_of(request: Request) -> int:
    """How many rows a page has: 1 to 100."""
    text = request.query_params.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise ValidationError({"limit": [f"1에서 {MOST} 사이의 수여야 합니다."]})
    return int(text)


def after(request: Request) -> int | None:
    """The row a page begins after; None for the first page."""
    text = request.query_params.get("cursor", "")
    if not text:
        return None
    try:
        number = base64.urlsafe_b64decode(text.encode("ascii") + b"==").decode("ascii")
    except (binascii.Error, ValueError):
        number = ""
    if not (number.isdigit() and len(number) < 20 and int(number) <= _LARGEST):
        raise ValidationError({"cursor": ["앞선 응답의 next_cursor 값을 그대로 보내 주세요."]})
    return int(number)


def cursor(number: int) -> str:
    """Opaque, so that nobody counts our rows or builds one."""
    return base64.urlsafe_b64encode(str(number).encode()).rstrip(b"=").decode()
