"""What strangers may read of a case: a text that an official has masked and answers for."""

from datetime import datetime

from django.db import transaction

from complaints.models import Complaint, StageChange
from complaints.services.stepping import Told, take
from portal.accounts.models import User
from portal.core.errors import Refused
from portal.core.hangul import josa
from portal.core.privacy import left_personal

LONGEST_TEXT = 2000


class NotMasked(Refused):
    """Something personal still stands in the text."""

    def __init__(self, kinds: list[str], field: str = "text") -> None:
        self.kinds, self.field = kinds, field
        super().__init__(f"{josa('·'.join(kinds), '이/가')} 남아 있는 것 같습니다. 가린 뒤에 공개해 주세요.")


@transaction.atomic
def publish(complaint: Complaint, *, text: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """
    Put a masked text on the public map and lists, or take it away (an empty text).

    :raises NotMasked: if the complainant's name, a phone, a plate or the like still stands in it
    """
    kept = text.strip()[:LONGEST_TEXT]
    kinds = left_personal(kept)
    if len(complaint.name) >= 2 and complaint.name in kept:
        kinds.append("민원인 이름")
    if kinds:
        raise NotMasked(kinds)
    return take(
        complaint,
        "publish",
        by=by,
        now=now,
        version=version,
        changes={"published_text": kept},
        told=Told(internal=kept or "공개를 그만두었습니다."),
    )
