"""전자제출: one address for one receiver, taken once; and everything the holder may read about it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from portal.accounts.services import take_token
from portal.certificates.models import Certificate, CertificateEvent, CertificateShare, hash_of, token_of
from portal.core.errors import Refused

SHARE_LIFE = timedelta(days=7)
MOST_OPEN = 20
PER_HOUR = 20
W = CertificateEvent.What


class NotShareable(Refused):
    """Only what counts can be handed in."""

    sentence = gettext_noop("유효한 증명서만 제출할 수 있습니다. 새로 발급해 주세요.")


class TooManyLinks(NotShareable):
    """More open addresses than anybody can keep in mind."""

    sentence = gettext_noop("아직 열리지 않은 제출 링크가 너무 많습니다. 쓰지 않는 링크를 거두고 다시 해 주세요.")


class TooManyAtOnce(NotShareable):
    """More addresses in an hour than a person hands in, however many were taken back."""

    sentence = gettext_noop("한 시간에 만들 수 있는 제출 링크의 수를 넘었습니다. 잠시 뒤에 다시 해 주세요.")


class LinkOver(Refused):
    """Taken, taken back, run out, or never there: all look alike."""

    sentence = gettext_noop("이 링크로는 증명서를 받을 수 없습니다.")


@transaction.atomic
def share(
    certificate: Certificate, *, receiver: str, purpose: str, device: str, now: datetime, form_key: UUID | None = None
) -> CertificateShare:
    """
    Make a one-time address for a receiver, good for seven days. The same form pressed twice is one address.

    :raises NotShareable: if the certificate does not count, or too many addresses are open or were made
    """
    locked = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if not locked.is_valid(now) or locked.erased_at is not None:
        raise NotShareable
    twin = CertificateShare.objects.filter(certificate=locked, form_key=form_key).first() if form_key else None
    if twin is not None:
        return twin
    shares = CertificateShare.objects.filter(certificate=locked, opened_at=None, revoked_at=None, expires_at__gt=now)
    if shares.count() >= MOST_OPEN:
        raise TooManyLinks
    if not take_token(key=f"certificates.share:{locked.owner_id}", capacity=PER_HOUR, per_seconds=3600, now=now):
        raise TooManyAtOnce
    made = CertificateShare(
        certificate=locked, form_key=form_key, made_at=now, expires_at=end_of_share(locked, now=now)
    )
    made.receiver, made.purpose = receiver, purpose
    made.token_hash = hash_of(token_of(str(made.sealed_id)))
    made.save()
    _note(made, W.SHARED, device, now)
    return made


def end_of_share(certificate: Certificate, *, now: datetime) -> datetime:
    """Until when an address made now is good: no longer than its certificate."""
    return min(now + SHARE_LIFE, certificate.expires_at or now + SHARE_LIFE)


@transaction.atomic
def open_share(found: CertificateShare, *, device: str, now: datetime, taker: str = "") -> None:
    """
    The receiver took the document; nobody can a second time.

    :param taker: what the browser will show again should the answer get lost on its way

    :raises LinkOver: if somebody did, it was taken back, its days are over, or the certificate does not count any more
    """
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=found.certificate_id)
    still = CertificateShare.objects.filter(pk=found.pk, opened_at=None, revoked_at=None, expires_at__gt=now)
    if not certificate.is_valid(now) or not still.update(opened_at=now, taker_hash=hash_of(taker) if taker else ""):
        raise LinkOver
    _note(found, W.OPENED, device, now)


@transaction.atomic
def take_back(found: CertificateShare, *, device: str, now: datetime) -> bool:
    """Make the address useless while nobody has opened it; whether that was still possible."""
    open_still = CertificateShare.objects.filter(pk=found.pk, opened_at=None, revoked_at=None)
    if not open_still.update(revoked_at=now):
        return False
    _note(found, W.TAKEN_BACK, device, now)
    return True


@transaction.atomic
def note_download(certificate: Certificate, *, device: str, now: datetime) -> None:
    """The holder took the file."""
    CertificateEvent.objects.create(certificate=certificate, what=W.DOWNLOADED, device=device[:80], at=now)


def _note(found: CertificateShare, what: str, device: str, now: datetime) -> None:
    CertificateEvent.objects.create(
        certificate_id=found.certificate_id, share=found, what=what, device=device[:80], at=now
    )
