"""The picture of an answer: written anew in a cage, and never without words for who cannot see it."""

import hashlib
import struct
from datetime import datetime

from django.db import transaction

from chatbot.models import Faq, FaqPicture
from chatbot.permissions import check_keeps
from portal.accounts.models import User
from portal.core.cage import IMAGE, CageError, run_caged
from portal.core.errors import Refused

MOST_UPLOADED_BYTES = 10 * 1024 * 1024
SHORTEST_SIDE = 200


class NotAPicture(Refused):
    """It cannot be opened, or nothing could be seen on it."""

    sentence = "사진을 열 수 없습니다. 가로세로 200픽셀이 넘는 JPG나 PNG를 올려 주세요."


class TooLarge(Refused):
    """More than a telephone's camera makes."""

    sentence = "사진이 10MB를 넘습니다. 줄여서 다시 올려 주세요."


class NotForReferrals(Refused):
    """Where another agency is named, nothing goes live by one signature."""

    sentence = "다른 기관 안내에는 사진을 올릴 수 없습니다. 번호와 주소는 두 사람이 확인하는 칸에 적어 주세요."


class Undescribed(Refused):
    """Who cannot see it would be told nothing."""

    sentence = "사진에 보이는 것을 글로 적어 주세요. 화면을 소리로 듣는 분이 읽습니다."


def set_picture(*, faq: Faq, content: bytes, alt: str, by: User, now: datetime) -> FaqPicture:
    """
    Put a picture beside an answer, in the place of the one before. Live at once: the index does not read it.

    :raises NotYours: if another department answers for it
    :raises NotForReferrals: beside what two people must stand for
    :raises Undescribed: without words for it
    :raises TooLarge: above 10 MB
    :raises NotAPicture: if it cannot be opened, or is very small
    """
    words = _described(faq, alt, by)
    if len(content) > MOST_UPLOADED_BYTES:
        raise TooLarge
    width, height, jpeg = _written_anew(content)
    values = {"content": jpeg, "sha256": hashlib.sha256(jpeg).hexdigest(), "width": width, "height": height}
    made, _ = FaqPicture.objects.update_or_create(
        faq=faq, defaults={**values, "alt": words, "changed_by": by, "changed_at": now}
    )
    return made


def describe_picture(*, picture: FaqPicture, alt: str, by: User, now: datetime) -> None:
    """
    Other words for the picture that is there.

    :raises NotYours: if another department answers for it
    :raises NotForReferrals: beside what two people must stand for
    :raises Undescribed: without words for it
    """
    words = _described(picture.faq, alt, by)
    FaqPicture.objects.filter(pk=picture.pk).update(alt=words, changed_by=by, changed_at=now)


@transaction.atomic
def drop_picture(*, faq: Faq, by: User) -> None:
    """
    Take the picture away.

    :raises NotYours: if another department answers for it
    """
    check_keeps(by, faq)
    FaqPicture.objects.filter(faq=faq).delete()


def _described(faq: Faq, alt: str, by: User) -> str:
    check_keeps(by, faq)
    if faq.kind == Faq.Kind.REFERRAL:
        raise NotForReferrals
    words = alt.strip()[: FaqPicture.LONGEST_ALT]
    if not words:
        raise Undescribed
    return words


def _written_anew(content: bytes) -> tuple[int, int, bytes]:
    try:
        answer = run_caged("chatbot.picture_cage", content, limits=IMAGE)
    except CageError as error:
        raise NotAPicture from error
    width, height = struct.unpack_from(">II", answer)
    if min(width, height) < SHORTEST_SIDE:
        raise NotAPicture
    return width, height, answer[8:]
