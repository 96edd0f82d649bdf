"""Words an official has begun to write for a step: hers alone, kept until the step is taken."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from complaints.models import AnswerDraft, Complaint
from complaints.permissions import official_behind
from complaints.services.hearing import NotAnOfficial
from portal.accounts.models import User

LONGEST_DRAFT = 20_000


@transaction.atomic
def keep_draft(
    complaint: Complaint, *, step: str, words: Mapping[str, str], by: User, now: datetime
) -> AnswerDraft | None:
    """
    Keep what stands in the fields of a step's form; nothing at all in them throws the draft away.

    :raises NotAnOfficial: for anybody else
    """
    official = official_behind(by)
    if official is None:
        raise NotAnOfficial
    if not any(value.strip() for value in words.values()):
        drop_draft(complaint, step=step, by=by)
        return None
    text = json.dumps(dict(words), ensure_ascii=False)
    if len(text) > LONGEST_DRAFT:
        return None
    draft = AnswerDraft(complaint=complaint, official=official, step=step, text=text, at=now)
    AnswerDraft.objects.bulk_create(  # two tabs save for the first time in the same moment: the later words stay
        [draft],
        update_conflicts=True,
        unique_fields=["complaint", "official", "step"],
        update_fields=["sealed_id", "text_sealed", "at"],
    )
    return draft


def drop_draft(complaint: Complaint, *, step: str, by: User) -> None:
    """Throw the official's own draft of a step away."""
    AnswerDraft.objects.filter(complaint=complaint, official__user=by, step=step).delete()


def words_of(draft: AnswerDraft) -> dict[str, str]:
    """Field → words of a draft."""
    found: dict[str, str] = json.loads(draft.text) if draft.text else {}
    return found
