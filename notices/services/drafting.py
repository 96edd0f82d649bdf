"""Preparing a campaign: its draft, its roster and its document. Whatever was accepted stays until better arrives."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from celery import signature
from django.db import connection, transaction
from django.db.models import Max

from notices.models import Campaign, Notice, Option, PageClaim, Question, Recipient, RosterImport, RowProblem
from notices.rosters import Roster, RosterRow, read_roster
from notices.rosters.building import DEFECTS
from notices.services.steps import log, official_for, step
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, bucket_of
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.core.bells import ring
from portal.core.clock import day_in_korea, in_korea
from portal.core.errors import Refused
from portal.core.fields import seal_for
from portal.core.hangul import josa
from portal.core.privacy import mask_resident_numbers
from portal.core.sealing import blind, blind_phone

ADULT_ENOUGH = 14  # 개인정보 보호법 제22조의2: below it a guardian has to consent, so a letter goes
BLOCK = 2_000
_NUMBERS_LOCK = 0x6E6F6E  # one campaign is numbered at a time
R = Recipient.State


class PlanRefused(Refused):
    """The plan of the campaign makes no sense."""


@transaction.atomic
def draft(
    *, title: str, legal_basis: str, asks_from: datetime, asks_until: datetime, qr_key: str, by: User, now: datetime
) -> Campaign:
    """
    Open a campaign of the official's own department.

    :raises NotAllowed: if `by` may not draft campaigns
    :raises PlanRefused: if a field is empty or the dates are in the wrong order
    """
    official = official_of(by)
    if official is None or not any(official.has_role(role) for role in CAMPAIGN_STEPS["settle_checking"].roles):
        raise NotAllowed("통지 발송을 기안할 권한이 없습니다.")
    if not title.strip() or not legal_basis.strip():
        raise PlanRefused("통지 이름과 법적 근거를 적어 주세요.")
    if asks_until <= max(asks_from, now):
        raise PlanRefused("회신 마감은 동의 요청 시작과 지금보다 뒤여야 합니다.")
    campaign = Campaign.objects.create(
        number=_next_number(now),
        title=title.strip(),
        department=official.department,
        officer=official,
        legal_basis=legal_basis.strip(),
        asks_from=asks_from,
        asks_until=asks_until,
        qr_key=qr_key.strip(),
        created_by=by,
        created_at=now,
    )
    text = f"{josa(campaign.title, '을/를')} 이 번호의 그림문자로 받으시겠습니까?"
    question = Question.objects.create(campaign=campaign, position=1, text=text)
    Option.objects.create(question=question, digit=1, label="동의", meaning=Option.Meaning.CONSENT)
    Option.objects.create(question=question, digit=2, label="미동의", meaning=Option.Meaning.REFUSE)
    log(campaign, "draft", by=by, now=now)
    return campaign


def _next_number(now: datetime) -> str:
    """N2611-0001: year, month, and how many there were. Two at once: the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_NUMBERS_LOCK])
    prefix = in_korea(now).strftime("N%y%m-")
    latest = Campaign.objects.filter(number__startswith=prefix).aggregate(latest=Max("number"))["latest"]
    return f"{prefix}{int(latest.removeprefix(prefix)) + 1 if latest else 1:04d}"


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


def may_prepare(campaign: Campaign, by: User) -> None:
    """
    Lock a campaign whose material may still be replaced.

    :raises NotAllowed: if it is being read or was launched, or `by` may not prepare it
    """
    official_for(by, campaign, CAMPAIGN_STEPS["settle_checking"])
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    campaign.state = locked.state
    if not campaign.is_being_prepared:
        raise NotAllowed("자료를 분석하고 있거나 이미 동의를 요청한 발송 건에는 새 자료를 올릴 수 없습니다.")


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
    *("needs_triage", "wrong_birth_count"),
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
        *(state, bucket_of(state), reason),
        blind(birth, context="notices_recipient.birth") if birth else None,
        blind_phone(row.phone) if row.phone else None,
        *(seal_for(Recipient, f"{name}_sealed", text, row=sealed_id) for name, text in texts),
        *(False, 0),
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


def start_reading_if_complete(campaign: Campaign, *, by: User | None, now: datetime) -> None:
    """With a roster and a document at hand the analysis begins by itself."""
    documents = campaign.documents.filter(state__in=["uploaded", "reading", "read"])
    if RosterImport.objects.filter(campaign=campaign).exists() and documents.exists():
        step(campaign, "read_files", by=by, now=now, manifest_sha256="")
        unsettle(campaign)
        ring(signature("notices.tasks.render"))


@transaction.atomic
def exclude(recipient: Recipient, *, reason: str, by: User, now: datetime) -> None:
    """
    Take one person out before anybody is contacted, with a reason (사망, 중복 …); the campaign has to be checked again.

    :raises NotAllowed: if the campaign is being read or was launched, or no reason is given
    """
    campaign = recipient.campaign
    may_prepare(campaign, by)
    if not reason.strip():
        raise NotAllowed("제외하는 사유를 적어 주세요.")
    movable = Recipient.objects.filter(pk=recipient.pk).exclude(state=R.EXCLUDED)
    if movable.update(state=R.EXCLUDED, bucket=bucket_of(R.EXCLUDED), reason="official") != 1:
        raise NotAllowed
    if campaign.state == Campaign.State.READY:
        reopen_checking(campaign, by=by, now=now)
    log(campaign, "exclude", by=by, now=now, note=f"{recipient.key}: {reason.strip()}"[:300])


@transaction.atomic
def reopen_checking(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    Go back from ready to checking: whoever was settled is unsettled again.

    :raises NotAllowed: if the campaign is not waiting to be launched
    """
    step(campaign, "reopen_checking", by=by, now=now, manifest_sha256="")
    unsettle(campaign)


def unsettle(campaign: Campaign) -> None:
    """Undo what checking decided about people; what is wrong with their rows of the roster stays wrong."""
    people = Recipient.objects.filter(campaign=campaign)
    judged = people.filter(state=R.DEFECTIVE).exclude(reason__in=DEFECTS)
    (people.filter(state=R.ADDRESSABLE) | judged).update(state=R.IMPORTED, bucket=None, reason="")
