"""The database itself refuses what a certificate may never be."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction

from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.models import Certificate, CertificateEvent, CertificateShare
from tests.certificates.conftest import NOW, issued

pytestmark = pytest.mark.django_db


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("certificate_is_made_or_not", {"state": "requested"}),
        ("certificate_is_made_or_not", {"expires_at": None}),
        ("certificate_is_made_or_not", {"state": "lost"}),
        ("revoked_certificate_says_when_and_why", {"state": "revoked", "revoked_at": NOW}),
        ("revoked_certificate_says_when_and_why", {"state": "revoked", "revoked_reason": "이유"}),
        ("revoked_certificate_says_when_and_why", {"revoked_reason": "이유"}),
        ("erased_certificate_is_empty", {"erased_at": NOW}),
        ("[Cc]annot update", {"subject": "other"}),
        ("[Cc]annot update", {"sha256": "0" * 64}),
    ],
)
def test_an_impossible_certificate_is_refused(haneul: User, words: str, change: dict[str, object]) -> None:
    certificate = issued(haneul)

    with refused(words):
        Certificate.objects.filter(pk=certificate.pk).update(**change)


def test_certificates_and_their_book_are_kept(haneul: User) -> None:
    certificate = issued(haneul)

    with refused("[Cc]annot delete"):
        Certificate.objects.filter(pk=certificate.pk)._raw_delete("default")
    with refused("[Cc]annot update or delete"):
        CertificateEvent.objects.all()._raw_delete("default")
    with refused("[Cc]annot update or delete"):
        CertificateEvent.objects.update(what="revoked")


def test_an_opening_is_never_undone(haneul: User) -> None:
    certificate = issued(haneul)
    share = services.share(certificate, receiver="은행", purpose="", device="", now=NOW)
    services.open_share(share, device="", now=NOW)

    with refused("[Cc]annot update"):
        CertificateShare.objects.filter(pk=share.pk).update(opened_at=None)
    with refused("opened_share_is_not_taken_back"):
        CertificateShare.objects.filter(pk=share.pk).update(revoked_at=NOW)
