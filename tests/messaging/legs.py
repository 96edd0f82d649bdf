"""Messages as the drain would hand them to a carrier."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from PIL import Image

from messaging.carriers.base import Button, Call, Leg, Picture

PHONE, OFFICE = "01048271935", "0212000000"


def jpeg(
    width: int = 60, height: int = 40, *, form: str = "JPEG", mode: str = "RGB", progressive: bool = False
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, form, progressive=progressive)
    return out.getvalue()


def sms(to: str = PHONE, text: str = "[새빛구] 안내 말씀입니다.") -> Leg:
    return Leg(id=uuid4(), channel="sms", to=to, sender=OFFICE, text=text)


def alimtalk(to: str = PHONE) -> Leg:
    button = Button("진행 보기", "https://sotong.example.go.kr/c/1/")
    return Leg(
        id=uuid4(),
        channel="alimtalk",
        to=to,
        sender=OFFICE,
        text="[새빛구] 접수되었습니다.",
        title="민원 접수 안내",
        template_code="complaints.received",
        buttons=(button,),
    )


def mms(*images: bytes) -> Leg:
    pictures = tuple(Picture(image) for image in images)
    return Leg(
        id=uuid4(), channel="mms", to=PHONE, sender=OFFICE, text="고지서입니다.", title="고지서", images=pictures
    )


def asked(legs: Iterable[Leg], *, key: UUID, remembered: str = "") -> Call:
    """A call just made, as its carrier is asked about it."""
    legs = list(legs)
    return Call(key, legs[0].channel, tuple(leg.id for leg in legs), datetime.now(UTC), remembered)
