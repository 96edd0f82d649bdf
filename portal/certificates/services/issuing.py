"""A certificate is asked for in one transaction, made in none, and kept in another; twice makes one."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.certificates.kinds import Kind
from portal.certificates.models import Certificate, CertificateEvent, CertificateFile, index_of
from portal.certificates.printing import Frame, Sheet, Unprintable, printed
from portal.certificates.seal import sealed, the_seal
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.fields import context_of
from portal.core.privacy import mask_name
from portal.core.sealing import blind, open_sealed, seal

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
PER_HOUR = 30
AT_ONCE = 20
CAGES_AT_ONCE, PATIENCE_SECONDS = 2, 5.0  # of one web process: a cage may take two gigabytes
CHANGED = "내용이 바뀌어 새 증명서를 발급했습니다."
S = Certificate.State
_log = structlog.get_logger(__name__)
_cages = BoundedSemaphore(CAGES_AT_ONCE)


class _Crowded(Exception):
    """Too many are being made in this process: nobody is told, the certificate just waits a little longer."""


class TooManyIssued(Refused):
    """More certificates in an hour than a person needs."""

    sentence = gettext_noop("한 시간에 발급할 수 있는 수를 넘었습니다. 잠시 뒤에 다시 해 주세요.")


class Incomplete(Refused):
    """The facts do not hold what the sheet must say."""

    sentence = gettext_noop("증명할 내용이 아직 다 갖추어지지 않았습니다. 담당 부서에 물어봐 주세요.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be certified, in plain values. `subject` is the matter's own reference, never a person."""

    kind: Kind
    subject: str
    holder: str
    facts: Mapping[str, str]
    issuer: str
    about_issuer: str = ""
    copy: bytes = field(default=b"", repr=False)

    def sheet(self) -> Sheet:
        """
        What will be printed; empty facts are left out.

        :raises Incomplete: if nobody is named or nothing would be said
        """
        rows = tuple((words, said) for fact, words in self.kind.rows if (said := self.facts.get(fact, "").strip()))
        if not self.holder.strip() or not rows or not self.issuer.strip():
            raise Incomplete
        return Sheet(
            title=self.kind.title,
            title_en=self.kind.title_en,
            holder=self.holder.strip(),
            rows=rows,
            text_title=self.kind.text_title,
            text=self.facts.get(self.kind.text, "") if self.kind.text else "",
            statement=self.kind.statement,
            issuer=self.issuer,
            about_issuer=self.about_issuer,
            holder_title=self.kind.holder_title,
            decisive=tuple((fact, self.facts.get(fact, "").strip()) for fact in self.kind.falsified_by),
        )


@transaction.atomic
def request(wanted: Wanted, *, owner: User, now: datetime) -> Certificate:
    """
    Ask for a certificate. The same matter with the same words is one certificate a day, however often it is asked for.

    :raises Incomplete: if the facts do not fill the sheet
    :raises TooManyIssued: if she asks without end
    :raises portal.certificates.seal.SealMissing: if nothing can be sealed at all
    """
    the_seal(now=now)
    sheet = wanted.sheet()
    wish = _wish(wanted, sheet, owner, now)
    found = _living(wish)
    if found is not None:
        return found
    if not take_token(key=f"certificates.issue:{owner.pk}", capacity=PER_HOUR, per_seconds=3600, now=now):
        raise TooManyIssued
    fresh = Certificate(
        owner=owner,
        kind=wanted.kind.code,
        title=wanted.kind.title,
        issuer=wanted.issuer,
        subject=wanted.subject,
        wanted_index=wish,
        holder_masked=_masked(sheet.holder),
        requested_at=now,
    )
    fresh.facts, fresh.code_index = sheet.stored(), index_of(fresh.code)
    Certificate.objects.bulk_create([fresh], ignore_conflicts=True)
    found = _living(wish)
    if found is None:
        raise Incomplete  # revoked between the two statements: to be asked for again
    if found.sealed_id == fresh.sealed_id and wanted.copy:
        _keep_file(found, CertificateFile.Part.COPY, wanted.copy)
    return found


def make(certificate: Certificate, *, now: datetime) -> Certificate:
    """
    Set, seal and keep a certificate that waits, or has failed; whoever comes second leaves it to the first.

    Never raises for a renderer or a seal that fails: the row says so, and it can be tried again. Where too many are
    being made it goes on waiting, for the sweep or her next tap.
    """
    mine = Certificate.objects.filter(pk=certificate.pk, state__in=[S.REQUESTED, S.FAILED], erased_at=None).filter(
        Q(leased_until=None) | Q(leased_until__lt=now)
    )
    lease = now + LEASE
    if mine.update(state=S.REQUESTED, failure="", leased_until=lease, attempt_count=F("attempt_count") + 1):
        try:
            document, seal_sha256, is_test = _document(certificate, now)
        except _Crowded:
            mine = Certificate.objects.filter(pk=certificate.pk, leased_until=lease)
            mine.update(leased_until=None, attempt_count=F("attempt_count") - 1)
        except Refused as refused:
            _failed(certificate, lease, refused, now)
        else:
            _made(certificate, lease, document, seal_sha256, is_test=is_test, now=now)
    certificate.refresh_from_db()
    return certificate


def sweep(*, now: datetime) -> int:
    """
    Make what a crash or a bad minute left unmade; how many were tried.

    One that cannot be made keeps nobody behind it waiting, and after some tries it says so to its holder.
    """
    waiting = Certificate.objects.filter(
        state=S.REQUESTED, requested_at__lt=now - timedelta(minutes=1), erased_at=None
    ).filter(Q(leased_until=None) | Q(leased_until__lt=now))
    for hopeless in waiting.filter(attempt_count__gte=MOST_ATTEMPTS).order_by("pk")[:AT_ONCE]:
        _failed(hopeless, hopeless.leased_until, Unprintable(), now)
    found = list(waiting.filter(attempt_count__lt=MOST_ATTEMPTS).order_by("attempt_count", "pk")[:AT_ONCE])
    for certificate in found:
        try:
            make(certificate, now=now)
        except Exception as error:  # noqa: BLE001  (a worker's edge: the next one must not wait for this one's mending)
            _log.error("certificate_broken", certificate=certificate.pk, error=type(error).__name__)
    return len(found)


def read_file(certificate: Certificate, part: CertificateFile.Part = CertificateFile.Part.DOCUMENT) -> bytes:
    """The bytes of a certificate, or b"" where there are none (any more)."""
    row = CertificateFile.objects.filter(certificate=certificate, part=part).first()
    return open_sealed(bytes(row.content_sealed), context=_FILE_CONTEXT, row=row.sealed_id) if row else b""


def day_words(moment: datetime) -> str:
    """2026년 11월 24일."""
    day = day_in_korea(moment)
    return f"{day.year}년 {day.month}월 {day.day}일"


# --- one step at a time ---------------------------------------------------------------------------------------------

_FILE_CONTEXT = context_of(CertificateFile, "content_sealed")


def _wish(wanted: Wanted, sheet: Sheet, owner: User, now: datetime) -> bytes:
    said = [owner.pk, wanted.kind.code, wanted.subject, day_in_korea(now).isoformat(), sheet.stored()]
    digest = hashlib.sha256(wanted.copy).hexdigest()
    return blind(json.dumps([*said, digest], ensure_ascii=False), context="certificates_certificate.wanted")


def _living(wish: bytes) -> Certificate | None:
    return Certificate.objects.filter(wanted_index=wish).exclude(state=S.REVOKED).first()


def _masked(holder: str) -> str:
    """A name is masked; whoever is known by a masked number already stays as she is."""
    return holder if "*" in holder else mask_name(holder)


def _document(certificate: Certificate, now: datetime) -> tuple[bytes, str, bool]:
    """No transaction is open here: setting and sealing take most of a second."""
    key = the_seal(now=now)
    is_test = key.is_self_signed or settings.DISTRICT_IS_DEMO
    sheet = Sheet.read(certificate.facts)
    frame = Frame(
        code=certificate.shown_code,
        issued_on=day_words(now),
        expires_on=day_words(now + _life()),
        verify_url=f"{settings.SITE_URL}/V/{certificate.code}".upper(),
        verify_place=f"{urlsplit(settings.SITE_URL).netloc}/verify/",
        legal=settings.CERTIFICATES_LEGAL_NOTE,
        is_test=is_test,
    )
    with _a_cage():
        pdf = printed(sheet, frame, copy=read_file(certificate, CertificateFile.Part.COPY))
        return sealed(pdf, name=sheet.issuer), key.sha256, is_test


@contextmanager
def _a_cage() -> Iterator[None]:
    if not _cages.acquire(timeout=PATIENCE_SECONDS):
        raise _Crowded
    try:
        yield
    finally:
        _cages.release()


def _life() -> timedelta:
    return timedelta(days=settings.CERTIFICATES_VALID_DAYS)


@transaction.atomic
def _made(
    certificate: Certificate, lease: datetime, document: bytes, seal_sha256: str, *, is_test: bool, now: datetime
) -> None:
    """Kept only by whoever still holds the lease."""
    kept = Certificate.objects.filter(pk=certificate.pk, leased_until=lease, state=S.REQUESTED).update(
        state=S.ISSUED,
        sha256=hashlib.sha256(document).hexdigest(),
        byte_count=len(document),
        seal_sha256=seal_sha256,
        is_test=is_test,
        issued_at=now,
        expires_at=now + _life(),
        leased_until=None,
    )
    if not kept:
        return
    _keep_file(certificate, CertificateFile.Part.DOCUMENT, document)
    CertificateFile.objects.filter(certificate=certificate, part=CertificateFile.Part.COPY).delete()
    CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.ISSUED, at=now)
    _supersede(certificate, now)


def _supersede(certificate: Certificate, now: datetime) -> None:
    """
    What has become false about the same matter no longer counts.

    Another officer, a longer period, a word of ours that reads better: what lies at a bank is as true as before.
    """
    said = dict(Sheet.read(certificate.facts).decisive)
    olds = Certificate.objects.filter(
        owner=certificate.owner_id,
        kind=certificate.kind,
        subject=certificate.subject,
        state=S.ISSUED,
        expires_at__gt=now,
    ).exclude(pk=certificate.pk)
    for old in (one for one in olds if one.facts and _is_false(Sheet.read(one.facts), said)):
        if Certificate.objects.filter(pk=old.pk, state=S.ISSUED).update(
            state=S.REVOKED, revoked_at=now, revoked_reason=CHANGED
        ):
            CertificateEvent.objects.create(certificate=old, what=CertificateEvent.What.REVOKED, at=now)


def _is_false(old: Sheet, said: Mapping[str, str]) -> bool:
    return any(said.get(fact, value) != value for fact, value in old.decisive)


@transaction.atomic
def _failed(certificate: Certificate, lease: datetime | None, refused: Refused, now: datetime) -> None:
    _log.warning("certificate_failed", certificate=certificate.pk, error=type(refused).__name__)
    if Certificate.objects.filter(pk=certificate.pk, leased_until=lease, state=S.REQUESTED).update(
        state=S.FAILED, failure=refused.sentence[:200], leased_until=None
    ):
        CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.FAILED, at=now)


def _keep_file(certificate: Certificate, part: CertificateFile.Part, content: bytes) -> None:
    row = CertificateFile(certificate=certificate, part=part)
    row.content_sealed = seal(content, context=_FILE_CONTEXT, row=row.sealed_id)
    row.save()
