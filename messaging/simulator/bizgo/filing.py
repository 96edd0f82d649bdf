"""Pictures as this vendor takes them: one multipart call each, checked before a key is given out."""

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from messaging.simulator.bizgo.envelope import Refusal
from messaging.simulator.orders import jpeg_size
from messaging.simulator.wire import Request

MOST_BYTES = 300 * 1024
WIDEST, HIGHEST = 1500, 1440


def picture(request: Request) -> tuple[bytes, str]:
    """
    The file of an upload, and the key the customer asks for ('' for none).

    :raises Refusal:
    """
    parts = _parts(request)
    if not set(parts) <= {"file", "fileKey", "imageName"} or "file" not in parts:
        raise Refusal("A204")
    part = parts["file"]
    name, content = part.get_filename() or "", _content(part)
    if not name:
        raise Refusal("A208")
    if not name.lower().endswith((".jpg", ".jpeg")):
        raise Refusal("A206")
    if part.get_content_type() != "image/jpeg" or not content.startswith(b"\xff\xd8\xff"):
        raise Refusal("A205")
    if len(content) > MOST_BYTES:
        raise Refusal("A200")
    size = jpeg_size(content)
    if size is None or size[0] > WIDEST or size[1] > HIGHEST:
        raise Refusal("A203")
    asked = parts.get("fileKey")
    return content, _content(asked).decode("utf-8", "replace") if asked is not None else ""


def _parts(request: Request) -> dict[str, Message]:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1", "replace")
    whole = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if not whole.is_multipart():
        raise Refusal("A204")
    return {str(part.get_param("name", header="content-disposition")): part for part in whole.iter_parts()}


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
