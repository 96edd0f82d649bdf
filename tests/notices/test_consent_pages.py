"""수신동의 in the admin: found by campaign or phone, taken back with a reason, handed to the person as a table."""

import csv
import io

from django.test import Client

from notices.models import Consent
from portal.accounts.models import AuditEntry
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import BADA, HANEUL, World


def given(office: World) -> Consent:
    """A consent of 김하늘, beside a refusal of 박바다."""
    campaign = office.asking(kind="consent", title="전자고지 수신")
    office.reply(HANEUL, "1 900101")
    office.reply(BADA, "2")
    return Consent.objects.get(campaign=campaign, decision="given")


def test_consents_are_found_by_campaign_and_by_phone_and_masked(office: World) -> None:
    consent = given(office)
    client = signed_in(office.drafter)

    everything = seen(client, at("consents"))
    by_phone = client.post(at("consents"), {"words": "010-1234-5678"}).content.decode()
    nobody = client.post(at("consents"), {"words": "010-0000-1111"}).content.decode()

    assert everything.count("전자고지 수신") == 2
    assert "01012345678" not in everything
    assert "1234-5678" not in everything
    assert (at("consent", consent.pk) in by_phone, "해당하는 기록이 없습니다" in nobody) == (True, True)


def test_another_department_sees_none_of_them(office: World) -> None:
    consent = given(office)
    client = signed_in(office.stranger)

    assert "전자고지 수신" not in seen(client, at("consents"))
    for name in ("consent", "consent_revoke", "consent_export"):
        call = client.get if name == "consent" else client.post
        assert call(at(name, consent.pk), {"reason": "궁금함"}).status_code == 404


def test_nobody_sees_consents_without_signing_in(office: World) -> None:
    assert Client().get(at("consents")).status_code == 302


def test_taking_back_needs_a_reason_and_is_written_down(office: World) -> None:
    consent = given(office)
    client = signed_in(office.drafter)

    client.post(at("consent_revoke", consent.pk), {"reason": " "})
    consent.refresh_from_db()
    assert consent.revoked_at is None
    client.post(at("consent_revoke", consent.pk), {"reason": "전화로 요청"})

    consent.refresh_from_db()
    assert consent.revoke_reason == "전화로 요청"
    assert AuditEntry.objects.filter(action="revoke", subject_kind="notices.consent").exists()


def test_a_person_gets_everything_kept_about_her_consent(office: World) -> None:
    consent = given(office)
    client = signed_in(office.drafter)

    refused = client.post(at("consent_export", consent.pk), {"reason": ""})
    response = client.post(at("consent_export", consent.pk), {"reason": "본인 열람 청구"})

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert refused.status_code == 302
    assert len(rows) == 3
    assert "1 900101" in rows[1]
    assert "010-1234-5678" in rows[1]
    assert "본인 열람 청구" in rows[2][0]
    assert AuditEntry.objects.filter(action="export", subject_kind="notices.consent").exists()
