"""How much may be uploaded in an hour: counted before anything is kept, so that nobody fills the disk."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from complaints.attachments import MOST_BYTES, MOST_FILES, Photo
from portal.accounts.services import take_token
from portal.core import sealing
from portal.core.errors import Refused

MEGABYTE = 1024 * 1024
HOURLY_PER_PHONE = 2 * MOST_FILES * MOST_BYTES // MEGABYTE  # two reports with as much as one may have
HOURLY_PER_ADDRESS = 1000  # a whole office or a mobile carrier may stand behind one address


class TooHeavy(Refused):
    """More megabytes within the hour than one address or one phone may send."""

    sentence = gettext_noop(
        "한 시간에 올릴 수 있는 사진·파일의 크기를 넘었습니다. 쓰신 글은 그대로 있으니 사진 없이 먼저 보내시거나, "
        "잠시 뒤에 사진을 다시 골라 보내 주세요."
    )


@transaction.atomic
def weigh(photos: Iterable[Photo], *, address: str, phone: str = "", now: datetime) -> None:
    """
    Count files against the hour of the address they come from and of the phone they are sent under.

    A device is not counted: it is a new one as soon as it forgets its cookie.

    :raises TooHeavy: if either has sent too much; nothing is counted then
    """
    bytes_sent = sum(len(photo.content) for photo in photos)
    if not bytes_sent:
        return
    limits = [(f"complaints.bytes:{address}", HOURLY_PER_ADDRESS)]
    if phone:
        limits.append((f"complaints.bytes:{sealing.blind_phone(phone).hex()}", HOURLY_PER_PHONE))
    megabytes = -(-bytes_sent // MEGABYTE)
    for key, capacity in limits:
        if not take_token(key=key, capacity=capacity, per_seconds=3600, now=now, tokens=megabytes):
            raise TooHeavy
