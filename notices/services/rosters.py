"""Taking a roster: read in a cage, sealed into the database in one go. The one before stays until this one is read."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction

from notices.models import (
    Campaign,
    ColumnMapping,
    Notice,
    PageClaim,
    Recipient,
    RosterImport,
    RosterUpload,
    RowProblem,
)
from notices.relay.identity import without_ci
from notices.rosters import Column, Header, HeaderRefused, Preview, Roster, RosterRow, look_at
from notices.rosters.columns import REQUIRED, SEARCHED_ROWS, fingerprint
from notices.rosters.files import Table, guessed_header, header_at, open_table, roster_of
from notices.services import vault
from notices.services.drafting import PlanRefused, begin_change, may_prepare, start_reading_if_complete
from notices.services.steps import log
from notices.workflow import NotAllowed, bucket_of
from portal.accounts.models import Department, User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.fields import seal_for
from portal.core.privacy import mask_resident_numbers
from portal.core.sealing import blind, blind_phone

ADULT_ENOUGH = 14  # 개인정보 보호법 제22조의2: below it a guardian has to consent, so a letter goes
BLOCK = 2_000
R = Recipient.State


class ColumnsUnknown(Refused):
    """The file was kept, but an official has to say which column is which."""


def attach_roster(campaign: Campaign, *, file: Path, file_name: str, by: User, now: datetime) -> RosterImport:
    """
    Read a roster file and take it. It replaces the earlier one; pages already read are matched again, not read again.

    Columns are read as the department said for such a header, or as their titles tell. If they do not, the file is
    kept and waits for `map_roster`.

    :raises Refused: if the file cannot be read as a roster
    :raises ColumnsUnknown: if the file is kept, but its columns have to be told first
    :raises NotAllowed: if people of the campaign were contacted already, or `by` may not prepare it
    :raises PlanRefused: if there is nobody on it
    """
    _check_first(campaign, by)
    table = open_table(file)
    reading = _first_reading(campaign, table)
    try:
        if reading.header is None:
            raise HeaderRefused
        roster = _roster_of(campaign, table, reading)
    except HeaderRefused as refused:
        _keep_upload(campaign, file, file_name, table, reading, by=by, now=now)
        raise ColumnsUnknown(refused.sentence) from None
    return _take_file(campaign, roster, file, file_name, table, reading, by=by, now=now)


def map_roster(
    campaign: Campaign,
    *,
    sheet: str,
    header_row: int,
    columns: Mapping[Column, int],
    is_birth_serial: bool = False,
    by: User,
    now: datetime,
) -> RosterImport:
    """
    Read the roster file at hand as the official says, and remember it for the department's next file of this kind.

    :raises Refused: if the columns named do not make a roster
    :raises NotAllowed: if there is no file, or `by` may not prepare the campaign now
    """
    _check_first(campaign, by)
    with opened_upload(campaign, now=now) as (upload, file):
        table = open_table(file, sheet=sheet)
        reading = Reading(header_at(table, header_row, columns), is_birth_serial)
        roster = _roster_of(campaign, table, reading)
        imported = _take_file(campaign, roster, file, upload.file_name, table, reading, by=by, now=now)
    remember(campaign.department, reading, by=by, now=now)
    return imported


@transaction.atomic
def _check_first(campaign: Campaign, by: User) -> None:
    """Nobody's file is opened for nothing."""
    may_prepare(campaign, by)


@contextmanager
def opened_upload(campaign: Campaign, *, now: datetime) -> Iterator[tuple[RosterUpload, Path]]:
    """
    The roster file at hand, plain and in memory for a moment.

    :raises NotAllowed: if there is none
    """
    upload = RosterUpload.objects.filter(campaign=campaign).first()
    if upload is None:
        raise NotAllowed("올린 명부 파일이 없습니다. 명부를 먼저 올려 주세요.")
    suffix = Path(upload.file_name).suffix or ".bin"
    with vault.opened_files(campaign, {f"roster{suffix}": upload.stored_as}, now=now) as (file,):
        yield upload, file


def preview_upload(campaign: Campaign, *, sheet: str = "", now: datetime) -> Preview:
    """
    The first rows of the roster file at hand and our guess at its header.

    :raises NotAllowed: if there is none
    :raises RosterRefused: if it has no such sheet
    """
    with opened_upload(campaign, now=now) as (upload, file):
        return look_at(file, sheet=sheet or upload.sheet)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: which row names the columns, what they hold, and who said so."""

    header: Header | None
    is_birth_serial: bool = False
    is_remembered: bool = False


def _first_reading(campaign: Campaign, table: Table) -> Reading:
    header = guessed_header(table)
    if header is None:
        header = _remembered_row(campaign, table)
    if header is None:
        return Reading(None)
    known = ColumnMapping.objects.filter(
        department=campaign.department_id, fingerprint=fingerprint(header.titles)
    ).first()
    if known is None:
        return Reading(header)
    columns = {Column(name): place for name, place in known.columns.items()}
    return Reading(Header(header.row, header.titles, columns), known.is_birth_serial, is_remembered=True)


def _remembered_row(campaign: Campaign, table: Table) -> Header | None:
    """Titles we cannot guess may still be ones this department has explained before."""
    known = set(ColumnMapping.objects.filter(department=campaign.department_id).values_list("fingerprint", flat=True))
    rows = range(min(SEARCHED_ROWS, len(table.rows)))
    headers = (header_at(table, row) for row in rows)
    return next((header for header in headers if fingerprint(header.titles) in known), None)


def remember(department: Department, reading: Reading, *, by: User, now: datetime) -> None:
    """Keep what a header means for the department: under its fingerprint, without its titles."""
    if reading.header is not None:
        ColumnMapping.objects.update_or_create(
            department=department,
            fingerprint=fingerprint(reading.header.titles),
            defaults={
                "columns": {str(column): place for column, place in reading.header.columns.items()},
                "is_birth_serial": reading.is_birth_serial,
                "by": by,
                "at": now,
            },
        )


def required_of(campaign: Campaign) -> Sequence[Column]:
    """The columns a roster of this campaign cannot do without."""
    needs_birth = campaign.kind == Campaign.Kind.NOTICE or campaign.identity != Campaign.Identity.NONE
    return [column for column in REQUIRED if needs_birth or column != Column.BIRTH]


def _roster_of(campaign: Campaign, table: Table, reading: Reading) -> Roster:
    if reading.header is None:
        raise HeaderRefused
    roster = roster_of(table, reading.header, required=required_of(campaign), is_birth_serial=reading.is_birth_serial)
    if not roster.rows:
        raise PlanRefused("명부에 사람이 없습니다. 머리글 아래에 한 사람씩 적혀 있어야 합니다.")
    return roster


def _take_file(
    campaign: Campaign,
    roster: Roster,
    file: Path,
    file_name: str,
    table: Table,
    reading: Reading,
    *,
    by: User,
    now: datetime,
) -> RosterImport:
    with transaction.atomic():
        upload, is_same = _keep_upload(campaign, file, file_name, table, reading, by=by, now=now)
        upload.hidden_count, upload.taken_at = roster.hidden_count, now
        upload.save(update_fields=["hidden_count", "taken_at"])
        return _take_roster(campaign, roster, upload, is_same=is_same, by=by, now=now)


@transaction.atomic
def _keep_upload(
    campaign: Campaign, file: Path, file_name: str, table: Table, reading: Reading, *, by: User, now: datetime
) -> tuple[RosterUpload, bool]:
    """Seal the file in place of the one before; also whether this very file was already taken in this very way."""
    begin_change(campaign, by=by, now=now)
    place, stored = vault.keep_file(campaign, file, "rosters", now=now)
    before = RosterUpload.objects.filter(campaign=campaign).first()
    kept = {
        "file_sha256": stored.sha256,
        "sheet": table.sheet[:100],
        "header_row": reading.header.row if reading.header else None,
        "columns": {str(name): place for name, place in reading.header.columns.items()} if reading.header else {},
        "is_birth_serial": reading.is_birth_serial,
    }
    is_same = bool(before and before.taken_at and all(getattr(before, name) == value for name, value in kept.items()))
    upload, _ = RosterUpload.objects.update_or_create(
        campaign=campaign,
        defaults={
            **kept,
            "file_name": mask_resident_numbers(file_name)[-200:],
            "byte_count": stored.byte_count,
            "stored_as": place,
            "sheets": [sheet[:100] for sheet in table.sheets],
            "is_remembered": reading.is_remembered,
            "taken_at": None,
            "by": by,
            "at": now,
        },
    )
    if before is not None:
        transaction.on_commit(partial(vault.forget, [before.stored_as]))
    return upload, is_same


def _take_roster(
    campaign: Campaign, roster: Roster, upload: RosterUpload, *, is_same: bool, by: User, now: datetime
) -> RosterImport:
    known = RosterImport.objects.filter(campaign=campaign, file_sha256=upload.file_sha256).first()
    if known is not None and is_same:
        return known
    _forget_people(campaign)
    people = list(_people(roster.rows))
    imported = RosterImport.objects.create(
        campaign=campaign,
        file_sha256=upload.file_sha256,
        file_name=upload.file_name,
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
    log(campaign, "attach_roster", by=by, now=now, note=f"{len(roster.rows):,}행 {upload.file_sha256[:12]}")
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
    state, reason = first_state(row, now)
    sealed_id = uuid4()
    birth = row.birth.isoformat() if row.birth else ""
    further = without_ci(row.extra)
    extra = json.dumps({"amount": row.amount, **further}, ensure_ascii=False) if row.amount or further else ""
    texts = (("name", row.name), ("birth", birth), ("phone", row.phone), ("address", row.address), ("extra", extra))
    return (
        *(sealed_id, campaign.pk, key, row.row, row.postcode[:6], row.pages, list(row.problems)),
        *(state, bucket_of(state, campaign), reason),
        blind(birth, context="notices_recipient.birth") if birth else None,
        blind_phone(row.phone) if row.phone else None,
        *(seal_for(Recipient, f"{name}_sealed", text, row=sealed_id) for name, text in texts),
        *("", False, 0),
    )


def first_state(row: RosterRow, now: datetime) -> tuple[str, str]:
    """Where somebody on a roster begins, and why."""
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
