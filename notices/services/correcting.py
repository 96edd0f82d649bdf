"""Putting one row of the roster right on the page: read by the rules of the file, logged, and its pages judged anew."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from notices.models import Campaign, Recipient, RowCorrection, RowProblem, SourceDocument
from notices.rosters import LABELS, Column, Header, RosterRow, build_roster
from notices.rosters.columns import column_titled
from notices.services.drafting import begin_change, may_prepare, reopen_checking, start_reading_if_complete
from notices.services.rechecking import recheck
from notices.services.rosters import first_state
from notices.services.steps import log
from notices.workflow import NotAllowed, bucket_of
from portal.accounts.models import User
from portal.core.errors import Refused
from portal.core.phones import display
from portal.core.privacy import mask_address, mask_birth, mask_name, mask_phone
from portal.core.sealing import blind, blind_phone

R = Recipient.State
EDITABLE = (
    *(Column.KEY, Column.NAME, Column.BIRTH, Column.PHONE),
    *(Column.ADDRESS, Column.POSTCODE, Column.AMOUNT, Column.PAGES),
)
_NO_FAULT = {"phone_empty"}  # somebody without a phone is no mistake: she gets a letter
_TWICE = "duplicate_row"
_SECOND = re.compile(r"(.+) \d+행")  # the key under which the second row of one number is kept


class RowRefused(Refused):
    """What was typed is not one certain value."""

    def __init__(self, column: str, sentence: str) -> None:
        self.column = column
        super().__init__(sentence)


def values_of(recipient: Recipient) -> dict[Column, str]:
    """What the row says now, as an official would type it; what could not be read is empty."""
    extra = json.loads(recipient.extra_text) if recipient.extra_text else {}
    return {
        Column.KEY: recipient.key,
        Column.NAME: recipient.name,
        Column.BIRTH: recipient.birth_text,
        Column.PHONE: display(recipient.phone) if recipient.phone else "",
        Column.ADDRESS: recipient.address,
        Column.POSTCODE: recipient.postcode,
        Column.AMOUNT: extra.get("amount", ""),
        Column.PAGES: str(recipient.page_count or ""),
    }


class RowChanged(Refused):
    """Somebody corrected the row, or a new roster came, after the page was opened."""

    sentence = "이 행이 그사이 바뀌었습니다. 화면을 새로 고쳐 바뀐 값을 보고 다시 고쳐 주세요."


def mark_of(recipient: Recipient) -> str:
    """Names what a row says at this moment, and nothing about it: a form carries it and gives it back."""
    said = json.dumps({str(column): text for column, text in values_of(recipient).items()}, ensure_ascii=False)
    return blind(f"{recipient.pk}\x1f{said}", context="notices_recipient.row").hex()


@transaction.atomic
def correct_row(
    recipient: Recipient, *, values: Mapping[Column, str], by: User, now: datetime, mark: str | None = None
) -> Recipient:
    """
    Change cells of one row. What was proved, released or drawn for it is void and judged anew; the rest stands.

    :param values: the columns of `EDITABLE` as typed; the others keep what they say
    :param mark: what the row said when the page was opened, by `mark_of`; without it nothing is compared
    :raises RowChanged: if it says something else now
    :raises RowRefused: naming the column, if a changed value is not one certain value
    :raises NotAllowed: if the campaign is being read or was launched, or `by` may not prepare it
    """
    campaign = recipient.campaign
    may_prepare(campaign, by)
    locked = Recipient.objects.select_for_update(no_key=True).get(pk=recipient.pk)
    if mark is not None and mark != mark_of(locked):
        raise RowChanged
    before = values_of(locked)
    typed = {column: values.get(column, before[column]).strip() for column in EDITABLE}
    changed = {column for column in EDITABLE if typed[column] != before[column]}
    if not changed:
        return locked
    begin_change(campaign, by=by, now=now)
    row = _read(typed, changed)
    if Column.KEY in changed and Recipient.objects.filter(campaign=campaign, key=row.key).exists():
        raise RowRefused(Column.KEY, "명부에 이미 있는 관리번호입니다.")
    _forget_problems(locked, changed)
    _write(locked, row, changed, campaign, now)
    _keep_corrections(locked, before, changed, by=by, now=now)
    if Column.KEY in changed:
        _settle_twins(campaign, _number_of(before[Column.KEY]), now)
    labels = ", ".join(LABELS[column] for column in EDITABLE if column in changed)
    log(campaign, "correct_row", by=by, now=now, note=f"{locked.row}행: {labels}")
    _judge_again(campaign, {before[Column.KEY], _number_of(before[Column.KEY]), locked.key}, by=by, now=now)
    return locked


@transaction.atomic
def choose_row(recipient: Recipient, *, by: User, now: datetime) -> None:
    """
    Of several rows with one number, this one is right: it takes the number, the others are left out.

    :raises NotAllowed: if the number stands there once, or the campaign may not be prepared now
    """
    campaign = recipient.campaign
    begin_change(campaign, by=by, now=now)
    locked = Recipient.objects.select_for_update(no_key=True).get(pk=recipient.pk)
    if _TWICE not in locked.problems:
        raise NotAllowed("관리번호가 한 번만 있는 행입니다.")
    key = _number_of(locked.key)
    for other in _twins(campaign, key):
        if other.pk != locked.pk:
            aside = f"{key[:28]} {other.row}행"
            bucket = bucket_of(R.EXCLUDED, campaign)
            Recipient.objects.filter(pk=other.pk).update(key=aside, state=R.EXCLUDED, bucket=bucket, reason=_TWICE)
    locked.key = key
    Recipient.objects.filter(pk=locked.pk).update(key=key)
    _release_from_twins(locked, key, now)
    log(campaign, "choose_row", by=by, now=now, note=f"{key}: {locked.row}행")
    _judge_again(campaign, {key}, by=by, now=now)


def _read(typed: Mapping[Column, str], changed: set[Column]) -> RosterRow:
    """The row by the very rules of a file."""
    titles = [LABELS[column] for column in EDITABLE]
    header = Header(0, tuple(titles), {column: place for place, column in enumerate(EDITABLE)})
    roster = build_roster([titles, [typed[column] for column in EDITABLE]], header)
    if not roster.rows:
        raise RowRefused(Column.NAME, "빈 행으로 만들 수는 없습니다. 필요 없는 사람은 제외해 주세요.")
    for problem in roster.problems:
        column = column_titled(problem.column)
        if column in changed and problem.code not in _NO_FAULT:
            raise RowRefused(column, problem.sentence)
    return roster.rows[0]


def _column_of(code: str, title: str) -> Column | None:
    if code == _TWICE:
        return Column.KEY
    found = next((column for column in EDITABLE if code.startswith(f"{column}_")), None)
    return found or column_titled(title)


def _forget_problems(recipient: Recipient, changed: set[Column]) -> None:
    problems = RowProblem.objects.filter(roster__campaign=recipient.campaign_id, row=recipient.row)
    solved = [one for one in problems if _column_of(one.code, one.column) in changed]
    open_codes = {one.code for one in problems} - {one.code for one in solved}
    RowProblem.objects.filter(pk__in=[one.pk for one in solved]).delete()
    recipient.problems = [
        code for code in recipient.problems if code in open_codes or _column_of(code, "") not in {*changed, None}
    ]


def _write(recipient: Recipient, row: RosterRow, changed: set[Column], campaign: Campaign, now: datetime) -> None:
    extra = json.loads(recipient.extra_text) if recipient.extra_text else {}
    recipient.key, recipient.name, recipient.address = row.key[:40], row.name, row.address
    recipient.postcode, recipient.page_count = row.postcode[:6], row.pages
    if Column.BIRTH in changed:
        recipient.birth_text = row.birth.isoformat() if row.birth else ""
        recipient.birth_index = blind(recipient.birth_text, context="notices_recipient.birth") if row.birth else None
    if Column.PHONE in changed:
        recipient.phone = row.phone
        recipient.phone_index = blind_phone(row.phone) if row.phone else None
        recipient.problems = [*recipient.problems, *([] if row.phone else ["phone_empty"])]
    if Column.AMOUNT in changed:
        recipient.extra_text = json.dumps({**extra, "amount": row.amount}, ensure_ascii=False)
    if recipient.state != R.EXCLUDED:
        _begin_again(recipient, campaign, now)
    recipient.save()


def _begin_again(recipient: Recipient, campaign: Campaign, now: datetime) -> None:
    """Where the row as it is now begins."""
    row = RosterRow(
        row=recipient.row,
        key=recipient.key,
        name=recipient.name,
        birth=recipient.birth,
        phone=recipient.phone,
        problems=tuple(recipient.problems),
    )
    recipient.state, recipient.reason = first_state(row, now)
    recipient.bucket = bucket_of(recipient.state, campaign)


def _keep_corrections(
    recipient: Recipient, before: Mapping[Column, str], changed: set[Column], *, by: User, now: datetime
) -> None:
    after = values_of(recipient)
    for column in EDITABLE:
        if column in changed:
            RowCorrection.objects.create(
                campaign=recipient.campaign,
                row=recipient.row,
                key=recipient.key,
                column=column,
                before=_masked(column, before[column]),
                after=_masked(column, after[column]),
                by=by,
                at=now,
            )


def _masked(column: Column, text: str) -> str:
    if not text:
        return ""
    if column == Column.NAME:
        return mask_name(text)[:80]
    if column == Column.BIRTH:
        return mask_birth(datetime.fromisoformat(text))
    if column == Column.PHONE:
        return mask_phone(text)
    if column == Column.ADDRESS:
        return mask_address(text)[:80]
    return text[:80] if column in (Column.KEY, Column.PAGES) else text[:1] + "****"


def _number_of(key: str) -> str:
    found = _SECOND.fullmatch(key)
    return found[1] if found else key


def _twins(campaign: Campaign, key: str) -> list[Recipient]:
    found = Recipient.objects.filter(campaign=campaign, key__startswith=key, problems__contains=[_TWICE])
    return [one for one in found if _number_of(one.key) == key]


def _settle_twins(campaign: Campaign, number: str, now: datetime) -> None:
    """A number that is left to one row alone is no problem any more."""
    twins = _twins(campaign, number)
    if len(twins) == 1:
        _release_from_twins(twins[0], number, now)


def _release_from_twins(recipient: Recipient, number: str, now: datetime) -> None:
    campaign = recipient.campaign
    RowProblem.objects.filter(roster__campaign=campaign, code=_TWICE, value=number).delete()
    recipient.problems = [code for code in recipient.problems if code != _TWICE]
    if recipient.state != R.EXCLUDED:
        _begin_again(recipient, campaign, now)
    recipient.save()


def _judge_again(campaign: Campaign, keys: set[str], *, by: User, now: datetime) -> None:
    if not campaign.has_documents:
        start_reading_if_complete(campaign, by=by, now=now)  # there are only rows to check: it settles by itself
        return
    if campaign.state == Campaign.State.READY:
        reopen_checking(campaign, by=by, now=now)
    document = SourceDocument.objects.filter(campaign=campaign, is_current=True).first()
    if document is not None and document.state == SourceDocument.State.READ:
        recheck(document, keys, now=now)
