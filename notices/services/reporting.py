"""A report with a line for each citizen: masked unless permitted, with a reason, large ones by two officials."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from notices import reports, storage
from notices.models import Campaign, PaperItem, Recipient, Report
from notices.services import vault
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, reason_label
from portal.accounts.models import User
from portal.core.clock import in_korea
from portal.core.privacy import mask_birth, mask_name, mask_phone

C = Campaign.State
_KINDS = ("xlsx", "csv")
_UNMASKED_ROLES = ("head", "sender")


@transaction.atomic
def make_report(campaign: Campaign, *, reason: str, is_masked: bool, by: User, now: datetime) -> Report:
    """
    Put down where everybody stands now.

    :raises NotAllowed: without a reason, after the purge, or if `by` may not see the names she asks for
    """
    official = official_for(by, campaign, CAMPAIGN_STEPS["close"])
    if not reason.strip():
        raise NotAllowed("내려받는 사유를 적어 주세요.")
    if campaign.state == C.PURGED:
        raise NotAllowed("파기된 발송 건입니다.")
    if not is_masked and not any(official.has_role(role) for role in _UNMASKED_ROLES):
        raise NotAllowed("가리지 않은 보고는 부서장이나 발송승인 담당자만 만들 수 있습니다.")
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    lines = _lines(campaign, is_masked=is_masked)
    latest = Report.objects.filter(campaign=campaign).aggregate(latest=Max("number"))["latest"]
    report = Report(
        campaign=campaign,
        number=(latest or 0) + 1,
        is_masked=is_masked,
        row_count=len(lines),
        reason=reason.strip()[:200],
        made_by=by,
        made_at=now,
    )
    taken_at = in_korea(now).strftime("%Y-%m-%d %H:%M")
    watermark = f"{official.display_name} · {taken_at} · {report.reason}"
    contents = {
        "xlsx": reports.as_xlsx(lines, title=f"{campaign.number} {campaign.title}", watermark=watermark),
        "csv": reports.as_csv(lines, watermark=watermark),
    }
    for kind in _KINDS:
        place = vault.place_for(campaign, "reports")
        aad = _aad(report, kind)
        key = vault.key_of(campaign, now=now)
        storage.write_sealed(vault.full_path(place), contents[kind], key=key, aad=aad)
        setattr(report, f"{kind}_stored_as", place)
        setattr(report, f"{kind}_sha256", hashlib.sha256(contents[kind]).hexdigest())
    report.save(force_insert=True)
    log(campaign, "make_report", by=by, now=now, note=f"{report.number}차 {len(lines):,}행: {report.reason}"[:300])
    return report


def _lines(campaign: Campaign, *, is_masked: bool) -> list[reports.Line]:
    numbers = dict(
        PaperItem.objects.filter(recipient__campaign=campaign).values_list("recipient_id", "registered_number")
    )
    people = Recipient.objects.filter(campaign=campaign).order_by("row", "pk")
    return [_line(one, numbers.get(one.pk, ""), is_masked=is_masked) for one in people.iterator(chunk_size=2000)]


def _line(one: Recipient, registered_number: str, *, is_masked: bool) -> reports.Line:
    birth = one.birth
    return reports.Line(
        key=one.key,
        name=mask_name(one.name) if is_masked else one.name,
        birth=(mask_birth(birth) if is_masked else birth.isoformat()) if birth else "",
        phone=(mask_phone(one.phone) if is_masked else one.phone) if one.phone else "",
        state=Recipient.State(one.state).label,
        bucket=Recipient.Bucket(one.bucket).label if one.bucket else "진행 중",
        reason=reason_label(one.reason) if one.reason else "",
        ground=Recipient.Ground(one.ground).label if one.ground else "",
        asked=_shown(one.asked_at),
        verified=_shown(one.verified_at),
        sent=_shown(one.sent_at),
        delivered=_shown(one.delivered_at),
        opened=_shown(one.opened_at),
        registered_number=registered_number,
    )


def _shown(at: datetime | None) -> str:
    return in_korea(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _aad(report: Report, kind: str) -> str:
    return f"{report.campaign_id}:report:{report.number}:{kind}"


@transaction.atomic
def approve_report(report: Report, *, by: User, now: datetime) -> None:
    """
    A second official stands for a report that one alone may not take out.

    :raises NotAllowed: if `by` made it, is of another department, or somebody approved it before
    """
    official_for(by, report.campaign, CAMPAIGN_STEPS["close"])
    if report.made_by_id == by.pk:
        raise NotAllowed("만든 사람은 스스로 확인할 수 없습니다. 다른 담당자가 확인해 주세요.")
    waiting = Report.objects.filter(pk=report.pk, approved_by=None, returned_by=None)
    if waiting.update(approved_by=by, approved_at=now) != 1:
        raise NotAllowed
    report.approved_by, report.approved_at = by, now
    log(report.campaign, "approve_report", by=by, now=now, note=f"{report.number}차 {report.row_count:,}행")


@transaction.atomic
def return_report(report: Report, *, note: str, by: User, now: datetime) -> None:
    """
    A second official sends a report back: nobody takes it out any more.

    :raises NotAllowed: without a word why, if `by` made it, is of another department, or it was decided about before
    """
    official_for(by, report.campaign, CAMPAIGN_STEPS["close"])
    if report.made_by_id == by.pk:
        raise NotAllowed("보고를 만든 사람은 스스로 돌려보낼 수 없습니다.")
    if not note.strip():
        raise NotAllowed("돌려보내는 사유를 적어 주세요.")
    waiting = Report.objects.filter(pk=report.pk, approved_by=None, returned_by=None)
    if waiting.update(returned_by=by, returned_at=now, return_note=note.strip()[:200]) != 1:
        raise NotAllowed
    log(report.campaign, "return_report", by=by, now=now, note=f"{report.number}차: {note.strip()}"[:300])
    report.refresh_from_db()


def open_report(report: Report, *, kind: str, now: datetime) -> bytes:
    """
    A report as it was made, byte for byte.

    :raises NotAllowed: if a second official has to approve it first
    """
    if not report.may_leave:
        raise NotAllowed("다른 담당자가 확인한 뒤에 내려받을 수 있습니다. 돌려보낸 보고는 다시 만들어 주세요.")
    place = report.xlsx_stored_as if kind == "xlsx" else report.csv_stored_as
    key = vault.key_of(report.campaign, now=now)
    return storage.read_sealed(vault.full_path(place), key=key, aad=_aad(report, kind))
