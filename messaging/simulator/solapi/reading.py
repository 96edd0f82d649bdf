"""Reads bodies and queries; what is not documented is refused, never ignored."""

import base64
import binascii
import json
from collections.abc import Collection

from messaging.simulator.orders import IMAGE_BYTES, jpeg_size
from messaging.simulator.solapi.registering import Malformed, Record
from messaging.simulator.wire import Request

PAGE, LARGEST_PAGE = 20, 500


def read_document(request: Request, fields: Collection[str]) -> Record:
    """
    The decoded body; an empty one is an empty object.

    :raises Malformed: naming what is unknown
    """
    try:
        document = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Malformed("a JSON object is expected") from error
    if not isinstance(document, dict):
        raise Malformed("a JSON object is expected")
    if unknown := set(document) - set(fields):
        raise Malformed(f"unknown fields: {', '.join(sorted(unknown))}")
    return document


def read_query(request: Request, fields: Collection[str]) -> tuple[dict[str, str], int]:
    """
    The query and its page size.

    :raises Malformed: naming what is unknown
    """
    query = {name: values[-1] for name, values in request.query.items()}
    if unknown := set(query) - set(fields):
        raise Malformed(f"unknown fields: {', '.join(sorted(unknown))}")
    limit = query.get("limit", str(PAGE))
    if not limit.isdecimal() or not 1 <= int(limit) <= LARGEST_PAGE:
        raise Malformed(f"limit must be 1 to {LARGEST_PAGE}")
    return query, int(limit)


def read_picture(document: Record) -> bytes:
    """
    The picture of an upload.

    :raises Malformed: for anything that cannot be an MMS's picture
    """
    if document.get("type") != "MMS" or not isinstance(document.get("file"), str):
        raise Malformed("type must be MMS and file its content in base64")
    if not isinstance(document.get("name", ""), str):
        raise Malformed("name must be a string")
    try:
        content = base64.b64decode(document["file"], validate=True)
    except binascii.Error as error:
        raise Malformed("file cannot be decoded") from error
    if len(content) > IMAGE_BYTES:
        raise Malformed("이미지 파일은 200KB까지 등록할 수 있습니다.")
    if jpeg_size(content) is None:
        raise Malformed("JPG 파일만 등록할 수 있습니다.")
    return content
