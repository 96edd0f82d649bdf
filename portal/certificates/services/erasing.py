"""What a certificate said is erased a while after it stopped counting; its number, days and hash stay."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from portal.accounts.models import User
from portal.certificates.models import Certificate, CertificateEvent, CertificateFile, CertificateShare

BLOCK = 500
S = Certificate.State


def erase(*, now: datetime) -> int:
    """Empty what has been over or revoked for CERTIFICATES_ERASE_DAYS, or was never made in that time; how many."""
    before = now - timedelta(days=settings.CERTIFICATES_ERASE_DAYS)
    over = (
        Q(state=S.ISSUED, expires_at__lt=before)
        | Q(state=S.REVOKED, revoked_at__lt=before)
        | Q(state__in=[S.REQUESTED, S.FAILED], requested_at__lt=before)
    )
    found = Certificate.objects.filter(over, erased_at=None).order_by("pk").values_list("pk", flat=True)[:BLOCK]
    return _empty(list(found), now)


def forget_owner(*, owner: User, now: datetime) -> int:
    """
    탈퇴: documents and what they say go at once, open addresses end; how many certificates it were.

    A sheet that lies at an institution can still be verified by its number: masked holder, days and hash stay.
    """
    found = list(Certificate.objects.filter(owner=owner, erased_at=None).values_list("pk", flat=True))
    return _empty(found, now)


@transaction.atomic
def _empty(pks: Iterable[int], now: datetime) -> int:
    rows = Certificate.objects.filter(pk__in=pks, erased_at=None)
    found = list(rows)
    CertificateFile.objects.filter(certificate__in=found).delete()
    shares = CertificateShare.objects.filter(certificate__in=found)
    shares.filter(opened_at=None, revoked_at=None).update(revoked_at=now)
    shares.update(receiver_sealed=b"", purpose_sealed=b"")
    count: int = rows.update(facts_sealed=b"", erased_at=now, leased_until=None)
    CertificateEvent.objects.bulk_create(
        CertificateEvent(certificate=one, what=CertificateEvent.What.ERASED, at=now) for one in found
    )
    return count
