"""Photos on disk move to the current key too; whatever was begun is found again."""

from collections.abc import Iterator

from complaints import attachments
from complaints.attachments import COPIES
from complaints.models import Attachment
from portal.core import sealing


def reseal_photos() -> Iterator[int]:
    """Seal every copy of every photo with the current key, yielding 1 for each one moved."""
    for attachment in Attachment.objects.order_by("pk").iterator(chunk_size=500):
        for copy in COPIES:
            path = attachments.path_of(attachment.sealed_id, copy)
            if not path.exists():
                continue
            with path.open("rb") as file:
                header = file.read(2)
            if sealing.key_id_of(header) != sealing.current_key_id():
                attachments.store(attachment.sealed_id, copy, attachments.read(attachment, copy))
                yield 1
