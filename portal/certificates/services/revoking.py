"""철회: an official says that a certificate no longer counts, and why; its page says so from that moment."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.accounts.services import record_access
from portal.certificates.models import Certificate, CertificateEvent
from portal.core.errors import Refused

S = Certificate.State


class NotRevocable(Refused):
    """It does not count anyway, or she may not."""

    sentence = "철회할 수 없는 증명서입니다. 유효한 증명서만, 권한이 있는 사람이 철회합니다."


@transaction.atomic
def revoke(certificate: Certificate, *, reason: str, by: User, address: str, now: datetime) -> None:
    """
    End a certificate for everybody; open hand-in addresses end with it.

    :raises NotRevocable: if it is not issued, no reason is given, or `by` may not
    """
    why = " ".join(reason.split())[:200]
    if not why or not by.has_perm("certificates.change_certificate"):
        raise NotRevocable
    changed = Certificate.objects.filter(pk=certificate.pk, state=S.ISSUED).update(
        state=S.REVOKED, revoked_at=now, revoked_reason=why, revoked_by=by
    )
    if not changed:
        raise NotRevocable
    CertificateEvent.objects.create(certificate=certificate, what=CertificateEvent.What.REVOKED, at=now)
    certificate.refresh_from_db()
    record_access(
        actor=by,
        action="revoke",
        subject_kind="certificates.certificate",
        subject_ids=[certificate.pk],
        task="certificates.revoke",
        address=address,
        reason=why,
        now=now,
    )
