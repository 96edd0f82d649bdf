"""Taking a roster: read in a cage, sealed into the database in one go. The one before stays until this one is read."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction

from notices.models import Campaign, Notice, PageClaim, Recipient, RosterImport, RowProblem
from notices.rosters import Roster, RosterRow, read_roster
from notices.services.drafting import PlanRefused, may_prepare, start_reading_if_complete
from notices.services.steps import log
from notices.workflow import bucket_of
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.fields import seal_for
from portal.core.privacy import mask_resident_numbers
from portal.core.sealing import blind, blind_phone

ADULT_ENOUGH = 14  # 개인정보 보호법 제22조의2: below it a guardian has to consent, so a letter goes
BLOCK = 2_000
R = Recipient.State


def attach_roster(campaign: Campaign, *, file: Path, file_name: str, by: User, now: datetime) -> RosterImport:
    """
    Read a roster file and take it. It replaces the earlier one; pages already read are matched again, not read again.

    :raises Refused: if the file cannot be read as a roster
    :raises NotAllowed: if people of the campaign were contacted already, or `by` may not prepare it
    :raises PlanRefused: if there is nobody on it
    """
    roster = read_roster(file)
    if not roster.rows:
        raise PlanRefused("명부에 사람이 없습니다. 머리글 아래에 한 사람씩 적혀 있어야 합니다.")
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return _take_roster(campaign, roster, sha256=sha256, file_name=file_name, by=by, now=now)


@transaction.atomic
def _take_roster(
    campaign: Campaign, roster: Roster, *, sha256: str, file_name: str, by: User, now: datetime
) -> RosterImport:
    may_prepare(campaign, by)
    known = RosterImport.objects.filter(campaign=campaign, file_sha256=sha256).first()
    if known is not None:
        return known
    _forget_people(campaign)
    people = list(_people(roster.rows))
    imported = RosterImport.objects.create(
        campaign=campaign,
        file_sha256=sha256,
        file_name=mask_resident_numbers(file_name)[:200],
        encoding=roster.encoding[:20],
        row_count=len(roster.rows),
        unique_count=len(people),
        duplicate_count=len(roster.rows) - len(people),
        by=by,
        at=now,
    )
    _keep_problems(imported, roster)
    copy_people(campaign, people, now)
    campaign.documents.filter(is_current=True, state="read").update(state="reading")  # its pages are matched again
    log(campaign, "attach_roster", by=by, now=now, note=f"{len(roster.rows):,}행 {sha256[:12]}")
    start_reading_if_complete(campaign, by=by, now=now)
    return imported


def _forget_people(campaign: Campaign) -> None:
    """Nobody has been contacted: the earlier roster leaves no trace but the campaign's history."""
    PageClaim.objects.filter(document__campaign=campaign).update(notice=None, verdict=None, reasons=[])
    Notice.objects.filter(recipient__campaign=campaign).delete()
    Recipient.objects.filter(campaign=campaign).delete()
    RosterImport.objects.filter(campaign=campaign).delete()


def _people(rows: Iterable[RosterRow]) -> Iterator[tuple[str, RosterRow]]:
    """
    Each person once, with the key she is kept under.

    Two equal rows are one person. Two different people under one key are two, or one of them would be forgotten; the
    second gets her row in the key. Rows without a key are kept under their row.
    """
    taken: dict[str, set[tuple[str, date | None]]] = {}
    for row in rows:
        same_key = taken.setdefault(row.key, set()) if row.key else set()
        person = (row.name, row.birth)
        if person in same_key:
            continue
        yield (row.key[:40] if row.key and not same_key else f"{row.key[:28]} {row.row}행".strip()), row
        same_key.add(person)


_COLUMNS = (
    *("sealed_id", "campaign_id", "key", "row", "postcode", "page_count", "problems", "state", "bucket", "reason"),
    *("birth_index", "phone_index", "name_sealed", "birth_sealed", "phone_sealed", "address_sealed", "extra_sealed"),
    *("ground", "needs_triage", "wrong_birth_count"),
)


def copy_people(campaign: Campaign, people: Iterable[tuple[str, RosterRow]], now: datetime) -> None:
    """Write everybody on the roster in one COPY: 52,000 rows in seconds, sealed on the way."""
    with connection.cursor() as cursor:
        statement = f"copy notices_recipient ({', '.join(_COLUMNS)}) from stdin"
        with cursor.copy(statement) as copy:
            for key, row in people:
                copy.write_row(_values(campaign, key, row, now))


def _values(campaign: Campaign, key: str, row: RosterRow, now: datetime) -> tuple[object, ...]:
    state, reason = _first_state(row, now)
    sealed_id = uuid4()
    birth = row.birth.isoformat() if row.birth else ""
    extra = json.dumps({"amount": row.amount, **row.extra}, ensure_ascii=False) if row.amount or row.extra else ""
    texts = (("name", row.name), ("birth", birth), ("phone", row.phone), ("address", row.address), ("extra", extra))
    return (
        *(sealed_id, campaign.pk, key, row.row, row.postcode[:6], row.pages, list(row.problems)),
        *(state, bucket_of(state, campaign), reason),
        blind(birth, context="notices_recipient.birth") if birth else None,
        blind_phone(row.phone) if row.phone else None,
        *(seal_for(Recipient, f"{name}_sealed", text, row=sealed_id) for name, text in texts),
        *("", False, 0),
    )


def _first_state(row: RosterRow, now: datetime) -> tuple[str, str]:
    if row.is_defective:
        return R.DEFECTIVE, row.problems[0]
    if row.birth is not None and _age(row.birth, day_in_korea(now)) < ADULT_ENOUGH:
        return R.MINOR, "minor"
    if not row.phone:
        code = next((problem for problem in row.problems if problem.startswith("phone_")), "phone_empty")
        return R.NO_MOBILE, code
    return R.IMPORTED, ""


def _age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _keep_problems(imported: RosterImport, roster: Roster) -> None:
    RowProblem.objects.bulk_create(
        [
            RowProblem(
                roster=imported,
                row=one.row,
                column=one.column[:40],
                code=one.code,
                value=one.value[:80],
                sentence=one.sentence[:200],
            )
            for one in roster.problems
        ],
        batch_size=BLOCK,
    )
