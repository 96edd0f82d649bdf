"""What tests of pages share: a browser's form, a photo, the page as text."""

import io
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from PIL import Image

NEW = reverse("complaints:new")
TRACK = reverse("complaints:track")


def jpeg(side: int = 40) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "orange").save(buffer, "JPEG")
    return buffer.getvalue()


def upload(content: bytes, name: str = "사진.jpg") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def send(client: Client, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "body": "우리집 앞 가로등이 안 켜져요",
        "place": "새빛초등학교 정문 앞",
        "phone": "010-1234-5678",
        "name": "김하늘",
        "intake_key": str(uuid4()),
        **changes,
    }
    return client.post(NEW, {name: value for name, value in values.items() if value is not None})


def html(response: Any) -> str:
    return str(response.content.decode())
