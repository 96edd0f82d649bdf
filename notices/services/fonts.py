"""A file whose fonts are missing, taken on the word of a named approver who has seen its pages."""

from datetime import datetime

from django.db import transaction

from notices.models import SourceDocument
from notices.services.drafting import start_reading_if_complete
from notices.services.reading import FONTS
from notices.services.steps import log, official_for
from notices.workflow import NotAllowed, Step
from portal.accounts.models import User

_ALLOWING = Step(frozenset(), "", "글꼴 없는 파일 허용", frozenset({"sender"}), needs_second_official=True)


def lacks_only_fonts(document: SourceDocument) -> bool:
    """Whether nothing but missing fonts keeps the file from being used."""
    findings = document.findings.get("findings", [])
    blocking = {one["code"] for one in findings if one["is_blocking"]}
    return document.state == SourceDocument.State.REFUSED and blocking == {FONTS}


@transaction.atomic
def allow_fonts(document: SourceDocument, *, reason: str, by: User, now: datetime) -> None:
    """
    Take a document although a font is not embedded; it is examined again, and everything else still counts.

    :raises NotAllowed: if `by` is no approver of the department or uploaded the file, no reason is given, or the file
        was refused for something else
    """
    locked = SourceDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    campaign = locked.campaign
    official_for(by, campaign, _ALLOWING)
    if by.pk == locked.by_id or not reason.strip():
        raise NotAllowed("파일을 올리지 않은 발송승인 담당자가 쪽을 보고, 사유를 적어 허용해야 합니다.")
    if not lacks_only_fonts(locked):
        raise NotAllowed("글꼴 때문에 거절된 파일이 아닙니다.")
    locked.fonts_allowed_by, locked.fonts_allowed_reason = by, reason.strip()[:200]
    locked.state, locked.refusal, locked.attempts_count = SourceDocument.State.UPLOADED, "", 0
    locked.save(update_fields=["fonts_allowed_by", "fonts_allowed_reason", "state", "refusal", "attempts_count"])
    log(campaign, "allow_fonts", by=by, now=now, note=reason.strip()[:300])
    start_reading_if_complete(campaign, by=by, now=now)
