"""Officials see a masked list, revoke with a reason that is public, and every look is written down."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from portal.accounts.models import AuditEntry, User
from portal.certificates import services
from portal.certificates.models import Certificate, CertificateEvent
from portal.core import clock
from tests.certificates.conftest import issued
from tests.complaints.conftest import build_world

pytestmark = pytest.mark.django_db
LIST = "/admin/certificates/certificate/"


@pytest.fixture
def clerk(db: None) -> User:
    """An official who may look and revoke."""
    user = build_world().officer
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="certificates"))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def certificate(clerk: User) -> Certificate:
    return issued(User.objects.get(username="haneul"), now=clock.now())


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_list_is_masked_and_the_look_is_written_down(clerk: User, certificate: Certificate) -> None:
    page = desk(clerk).get(LIST).content.decode()

    assert "김*늘" in page
    assert "김하늘" not in page
    assert AuditEntry.objects.filter(subject_kind="certificates.certificate", subject_ids=[certificate.pk]).exists()


def test_kinds_are_filtered_by_their_names(clerk: User, certificate: Certificate) -> None:
    client = desk(clerk)

    page = client.get(LIST).content.decode()

    assert "납부확인서" in page
    assert ">complaint_filed<" not in page
    assert "김*늘" in client.get(LIST, {"kind": "complaint_filed"}).content.decode()
    assert "김*늘" not in client.get(LIST, {"kind": "payment"}).content.decode()


def test_a_number_finds_its_certificate(clerk: User, certificate: Certificate) -> None:
    client = desk(clerk)

    assert "김*늘" in client.get(LIST, {"q": certificate.shown_code}).content.decode()
    assert "김*늘" not in client.get(LIST, {"q": "0" * 16}).content.decode()


def test_revoking_wants_a_reason_without_personal_facts(clerk: User, certificate: Certificate) -> None:
    client, place = desk(clerk), f"{LIST}{certificate.pk}/change/"

    empty = client.post(place, {"reason": " "})
    telling = client.post(place, {"reason": "010-1234-5678 님의 요청"})

    certificate.refresh_from_db()
    assert (empty.status_code, telling.status_code) == (422, 422)
    assert certificate.is_issued


def test_revoking_is_seen_by_everybody_and_kept_in_the_audit_book(clerk: User, certificate: Certificate) -> None:
    desk(clerk).post(f"{LIST}{certificate.pk}/change/", {"reason": "처리 부서를 잘못 적었습니다."})

    certificate.refresh_from_db()
    assert (certificate.state, certificate.revoked_by) == ("revoked", clerk)
    assert "처리 부서를 잘못 적었습니다." in Client().get(f"/verify/{certificate.code}/").content.decode()
    assert CertificateEvent.objects.filter(what="revoked").count() == 1
    entry = AuditEntry.objects.get(action="revoke")
    assert (entry.actor, entry.reason, entry.subject_ids) == (clerk, "처리 부서를 잘못 적었습니다.", [certificate.pk])


def test_without_the_right_nothing_is_revoked(clerk: User, certificate: Certificate) -> None:
    clerk.user_permissions.set(Permission.objects.filter(codename="view_certificate"))
    reader = User.objects.get(pk=clerk.pk)

    answer = desk(reader).post(f"{LIST}{certificate.pk}/change/", {"reason": "이유"})

    assert answer.status_code == 403
    with pytest.raises(services.NotRevocable):
        services.revoke(certificate, reason="이유", by=reader, address="", now=clock.now())


def test_what_does_not_count_any_more_is_not_revoked(clerk: User, certificate: Certificate) -> None:
    services.revoke(certificate, reason="이유", by=clerk, address="", now=clock.now())

    with pytest.raises(services.NotRevocable):
        services.revoke(certificate, reason="다시", by=clerk, address="", now=clock.now())


def test_a_stranger_at_the_office_sees_nothing(clerk: User, certificate: Certificate) -> None:
    clerk.user_permissions.clear()

    client = desk(User.objects.get(pk=clerk.pk))

    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{certificate.pk}/change/").status_code == 403
