"""Reads about certificates: a wallet, what a number says to anybody, what a hand-in address leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate, CertificateEvent, CertificateShare, hash_of, index_of
from portal.core.clock import day_in_korea
from portal.core.codes import grouped, normal_code

LAST = 50  # so much of a book a page shows

State = Literal["valid", "expired", "revoked"]


def of_owner(user: User) -> QuerySet[Certificate]:
    """지갑: what she had made, the newest first."""
    return Certificate.objects.filter(owner=user).order_by("-requested_at", "-pk")


def one_of(user: User, reference: UUID) -> Certificate | None:
    """One of her own certificates; anybody else's is not there."""
    return Certificate.objects.filter(owner=user, sealed_id=reference).first()


def shares_of(certificate: Certificate) -> Sequence[CertificateShare]:
    """Where it was handed in of late, the newest first."""
    found = CertificateShare.objects.filter(certificate=certificate).select_related("certificate")
    return list(found.order_by("-made_at", "-pk")[:LAST])


def share_of(certificate: Certificate, reference: UUID) -> CertificateShare | None:
    """One of its hand-in addresses."""
    found = CertificateShare.objects.filter(certificate=certificate, sealed_id=reference)
    return found.select_related("certificate").first()


def book_of(certificate: Certificate) -> Sequence[CertificateEvent]:
    """What happened to it of late, the latest first."""
    events = CertificateEvent.objects.filter(certificate=certificate).select_related("share")
    return list(events.order_by("-at", "-pk")[:LAST])


def share_behind(token: str) -> CertificateShare | None:
    """The hand-in behind an address."""
    return CertificateShare.objects.filter(token_hash=hash_of(token)).select_related("certificate").first()


def name_of(certificate: Certificate) -> str:
    """What the reader of the page calls it."""
    kind = kinds().get(certificate.kind)
    return kind.name if kind else certificate.title


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody may know about a certificate whose number she holds."""

    code: str
    title: str
    issuer: str
    holder: str
    issued_on: date
    expires_on: date
    state: State
    revoked_on: date | None
    reason: str
    sha256: str
    is_test: bool
    is_typed: bool  # the holder's name and words were typed by whoever asked, and never checked


def verified(text: str, *, now: datetime) -> Verified | None:
    """What a number says; None for whatever is no number of a document of ours."""
    code = normal_code(text)
    found = Certificate.objects.filter(code_index=index_of(code)).first() if code else None
    if found is None or found.issued_at is None or found.expires_at is None:
        return None
    kind = kinds().get(found.kind)
    state: State = "revoked" if found.revoked_at else "expired" if found.is_over(now) else "valid"
    return Verified(
        code=grouped(code),
        title=name_of(found),
        issuer=found.issuer,
        holder=found.holder_masked,
        issued_on=day_in_korea(found.issued_at),
        expires_on=day_in_korea(found.expires_at),
        state=state,
        revoked_on=day_in_korea(found.revoked_at) if found.revoked_at else None,
        reason=found.revoked_reason,
        sha256=found.sha256,
        is_test=found.is_test,
        is_typed=bool(kind and kind.holder_title),
    )
