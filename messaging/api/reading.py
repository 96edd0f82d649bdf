"""What comes in is JSON in UTF-8 of a sensible size, whatever the header Accept says; what goes out is JSON."""

import json
from typing import Any, BinaryIO

from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

LARGEST_BODY = 2 * 1024 * 1024


class BodyTooLarge(APIException):
    """More than a thousand rows can need."""

    status_code = 413
    default_code = "too_large"
    default_detail = "본문이 너무 큽니다 (한도 2MB). 여러 번에 나누어 보내 주세요."


class JsonParser(BaseParser):
    """Strict JSON: no NaN, no bombs."""

    media_type = "application/json"

    def parse(self, stream: BinaryIO, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The document; anything wrong with it is named in Korean."""
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except json.JSONDecodeError as error:
            raise ParseError(f"본문이 올바른 JSON이 아닙니다 ({error.lineno}행 {error.colno}열).") from error
        except (ValueError, RecursionError) as error:  # not UTF-8, a number without end, brackets without end
            raise ParseError("본문이 UTF-8로 쓴 올바른 JSON이 아닙니다.") from error


def _refuse(name: str) -> None:
    raise ValueError(name)


class AlwaysJson(DefaultContentNegotiation):
    """There is nothing to choose from."""

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one there is."""
        return renderers[0], renderers[0].media_type
