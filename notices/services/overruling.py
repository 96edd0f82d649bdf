"""A slip of the finger in the sample: a second official takes a "wrong" back, and the document is judged anew."""

from datetime import datetime

from django.db import transaction

from notices.models import SampleVerdict, SourceDocument, VerdictWithdrawal
from notices.services.drafting import may_prepare, start_reading_if_complete
from notices.services.sampling import is_current, refuse_unless_checking
from notices.services.steps import log
from notices.workflow import NotAllowed
from portal.accounts.models import User


@transaction.atomic
def withdraw_verdict(verdict: SampleVerdict, *, note: str, by: User, now: datetime) -> VerdictWithdrawal:
    """
    Take back that a group was wrong. Nothing of what it held counts again by itself: its pages are proved anew, and the
    group has to be looked at once more.

    :raises NotAllowed: if it was found right or is withdrawn, `by` judged it herself, no reason is given, or the sample
        is of an earlier assignment
    """
    sample = verdict.sample
    campaign = sample.campaign
    refuse_unless_checking(campaign, by)
    may_prepare(campaign, by)  # locks the campaign: a second withdrawal waits
    if verdict.is_right or VerdictWithdrawal.objects.filter(verdict=verdict).exists():
        raise NotAllowed("‘다름’으로 판정했고 아직 거두지 않은 것만 거둘 수 있습니다.")
    if verdict.by_id == by.pk:
        raise NotAllowed(
            "판정한 사람은 스스로 거둘 수 없습니다. 다른 담당자가 통지서와 명부를 견주어 본 뒤 거두어 주세요."
        )
    if not note.strip():
        raise NotAllowed("왜 잘못된 판정인지 적어 주세요.")
    if not is_current(sample):
        raise NotAllowed("자료가 바뀌어 표본을 다시 뽑아야 합니다.")
    withdrawal = VerdictWithdrawal.objects.create(verdict=verdict, note=note.strip()[:200], by=by, at=now)
    log(campaign, "withdraw_verdict", by=by, now=now, note=f"{verdict.first_page}쪽: {note.strip()}"[:300])
    SourceDocument.objects.filter(pk=sample.document_id).update(state=SourceDocument.State.READING)
    start_reading_if_complete(campaign, by=by, now=now)
    return withdrawal
