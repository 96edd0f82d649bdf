"""Pictures of an MMS: proved to be the recipient's own, and known to the carrier where it wants them beforehand."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from messaging import topics
from messaging.binding import binding
from messaging.carriers import registry
from messaging.models import Attempt, Channel, Message, MessageImage, Upload
from messaging.queries import database_clock


class WrongPicture(Exception):
    """The bytes behind a handle are not those approved for this very message."""


def verified(image: MessageImage, message: Message) -> bytes:
    """
    The bytes, proved to be those approved for this very message.

    :raises WrongPicture:
    """
    try:
        content = topics.load_image(image.handle, message)
    except topics.WrongImage as wrong:
        raise WrongPicture from wrong
    digest = sha256(content).digest()
    is_same = hmac.compare_digest(digest, bytes(image.sha256))
    if not is_same or not hmac.compare_digest(binding(message.key, digest), bytes(image.bound)):
        raise WrongPicture
    return content


def images_of(legs: Sequence[Attempt]) -> dict[int, list[MessageImage]]:
    """The pictures of those legs that show any, by message, in their order."""
    found: dict[int, list[MessageImage]] = {}
    pictured = [leg.message_id for leg in legs if leg.channel == Channel.MMS]
    if pictured:
        for image in MessageImage.objects.filter(message_id__in=pictured).order_by("message_id", "ordinal"):
            found.setdefault(image.message_id, []).append(image)
    return found


def file_refs(legs: Sequence[Attempt], images: Iterable[Sequence[MessageImage]]) -> Mapping[bytes, str] | None:
    """What the legs' carrier calls each picture it keeps for us; None where it takes them inside the call."""
    if not legs or not registry.wants_uploads(legs[0].carrier, legs[0].channel):
        return None
    kept = Upload.objects.filter(
        carrier=legs[0].carrier,
        sha256__in=[bytes(image.sha256) for row in images for image in row],
        expires_at__gt=database_clock(),
    ).exclude(file_ref="")
    return {bytes(sha): reference for sha, reference in kept.values_list("sha256", "file_ref")}
