"""A certificate is asked for, made once, sealed, kept, and erased."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BoundedSemaphore, Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from portal.accounts.models import User
from portal.certificates import printing, services
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate, CertificateEvent, CertificateFile
from portal.certificates.seal import SealMissing, sealed
from portal.certificates.services import Wanted, issuing
from portal.certificates.services.issuing import read_file
from portal.core.cage import CageError
from tests.certificates.conftest import NOW, issued, wanted
from tests.certificates.reading import pages_of, seal_of, with_one_byte_changed, words_of

S = Certificate.State


def test_a_certificate_says_what_is_certified_and_where_to_verify_it(haneul: User) -> None:
    certificate = issued(haneul)

    document = read_file(certificate)
    words = words_of(document)
    assert certificate.state == S.ISSUED
    assert certificate.expires_at == NOW + timedelta(days=90)
    assert hashlib.sha256(document).hexdigest() == certificate.sha256
    for said in ("민원 접수증", "김하늘", "M26-1101-0001-7", "새빛구청장", "2026년 11월 24일", certificate.shown_code):
        assert said in words
    assert "시험용" in words  # the key vouches for itself


def test_the_seal_is_whole_and_covers_the_entire_file(haneul: User, seal_key: Path) -> None:
    status = seal_of(read_file(issued(haneul)), seal_key)

    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"


def test_one_changed_byte_breaks_the_seal_and_the_hash(haneul: User, seal_key: Path) -> None:
    certificate = issued(haneul)
    changed = with_one_byte_changed(read_file(certificate))

    assert hashlib.sha256(changed).hexdigest() != certificate.sha256
    assert not seal_of(changed, seal_key).intact


def test_the_same_wish_is_one_certificate_a_day(haneul: User, bada: User) -> None:
    first, again = issued(haneul), issued(haneul, now=NOW + timedelta(hours=1))
    tomorrow, hers = issued(haneul, now=NOW + timedelta(days=1)), issued(bada)

    assert first.pk == again.pk
    assert len({first.pk, tomorrow.pk, hers.pk}) == 3
    assert first.code != tomorrow.code


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one(haneul: User) -> None:
    ready, found = Barrier(2), []

    def tap() -> None:
        ready.wait()
        found.append(issued(haneul).pk)
        connection.close()

    threads = [Thread(target=tap) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert Certificate.objects.count() == 1
    assert CertificateFile.objects.count() == 1
    assert CertificateEvent.objects.filter(what="issued").count() == 1


def test_a_fact_that_makes_the_older_certificate_false_ends_it(haneul: User) -> None:
    old = issued(haneul, kind="complaint_result", outcome="수용", answer="고쳤습니다.")
    new = issued(haneul, kind="complaint_result", outcome="불수용", answer="고칠 수 없습니다.")

    old.refresh_from_db()
    assert (old.state, old.revoked_reason) == (S.REVOKED, issuing.CHANGED)
    assert new.state == S.ISSUED


def test_another_officer_or_period_leaves_what_lies_at_a_bank_alone(haneul: User) -> None:
    filed, result = issued(haneul), issued(haneul, kind="complaint_result", outcome="수용", answer="고쳤습니다.")
    link = services.share(filed, receiver="한빛은행", purpose="", device="", now=NOW)

    issued(haneul, department="공원녹지과", officer="다른 담당자", due="2027년 1월 4일까지")
    issued(haneul, kind="complaint_result", outcome="수용", answer="고쳤습니다.", officer="다른 담당자")

    for old in (filed, result):
        old.refresh_from_db()
        assert old.is_valid(NOW)
    services.open_share(link, device="", now=NOW)


def test_a_renderer_that_fails_says_so_and_can_be_tried_again(haneul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise CageError("crashed")

    with monkeypatch.context() as patched:
        patched.setattr("portal.certificates.printing.run_caged", broken)
        certificate = issued(haneul)
    assert (certificate.state, certificate.attempt_count) == (S.FAILED, 1)
    assert "다시 만들기" in certificate.failure

    services.make(certificate, now=NOW + timedelta(minutes=1))

    assert certificate.state == S.ISSUED
    assert list(CertificateEvent.objects.order_by("pk").values_list("what", flat=True)) == ["failed", "issued"]


def test_what_a_crash_left_is_made_by_the_sweep(haneul: User) -> None:
    asked = services.request(wanted(), owner=haneul, now=NOW)
    Certificate.objects.filter(pk=asked.pk).update(leased_until=NOW + timedelta(minutes=2), attempt_count=1)

    assert services.sweep(now=NOW + timedelta(minutes=1, seconds=30)) == 0  # somebody may still be at it
    assert services.sweep(now=NOW + timedelta(minutes=3)) == 1

    asked.refresh_from_db()
    assert asked.state == S.ISSUED


def test_one_that_cannot_be_made_keeps_nobody_waiting_and_says_so_in_the_end(
    haneul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = services.request(wanted(subject="poisoned"), owner=haneul, now=NOW)
    asked = services.request(wanted(), owner=haneul, now=NOW)
    real = printing.printed

    def breaking(sheet: printing.Sheet, frame: printing.Frame, *, copy: bytes = b"") -> bytes:
        if frame.code == poisoned.shown_code:
            raise RuntimeError("nobody has thought of this")
        return real(sheet, frame, copy=copy)

    monkeypatch.setattr(issuing, "printed", breaking)
    for minutes in range(2, 2 + 3 * (issuing.MOST_ATTEMPTS + 1), 3):
        services.sweep(now=NOW + timedelta(minutes=minutes))

    poisoned.refresh_from_db()
    asked.refresh_from_db()
    assert asked.state == S.ISSUED
    assert (poisoned.state, poisoned.attempt_count) == (S.FAILED, issuing.MOST_ATTEMPTS)
    assert "다시 만들기" in poisoned.failure


def test_a_disk_or_a_seal_that_breaks_is_told_and_never_thrown(haneul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bytes:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("portal.certificates.printing.run_caged", full)
        assert issued(haneul).state == S.FAILED
    with monkeypatch.context() as patched:
        patched.setattr(issuing, "printed", lambda *_, **__: b"%PDF-1.7 not really")
        assert issued(haneul, subject="other").state == S.FAILED


def test_where_too_many_are_being_made_it_waits_for_the_sweep(haneul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(issuing, "PATIENCE_SECONDS", 0.01)
        patched.setattr(issuing, "_cages", BoundedSemaphore(1))
        with issuing._a_cage():
            certificate = issued(haneul)
        assert (certificate.state, certificate.attempt_count, certificate.leased_until) == (S.REQUESTED, 0, None)

    services.sweep(now=NOW + timedelta(minutes=2))

    certificate.refresh_from_db()
    assert certificate.state == S.ISSUED


def test_whoever_lost_the_lease_keeps_nothing(haneul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = services.request(wanted(), owner=haneul, now=NOW)
    real = printing.printed

    def slow(*arguments: Any, **named: Any) -> bytes:
        monkeypatch.setattr(issuing, "printed", real)
        services.make(Certificate.objects.get(pk=asked.pk), now=NOW + timedelta(minutes=5))
        return real(*arguments, **named)

    monkeypatch.setattr(issuing, "printed", slow)
    services.make(asked, now=NOW)

    assert asked.issued_at == NOW + timedelta(minutes=5)
    assert CertificateEvent.objects.filter(what="issued").count() == 1
    assert hashlib.sha256(read_file(asked)).hexdigest() == asked.sha256


def test_a_copy_is_bound_behind_the_sheet_and_sealed_with_it(haneul: User, seal_key: Path) -> None:
    copy = read_file(issued(haneul, subject="other"))
    bound = replace(wanted(), copy=copy)

    certificate = services.make(services.request(bound, owner=haneul, now=NOW), now=NOW)

    document = read_file(certificate)
    assert pages_of(document) == 2
    assert seal_of(document, seal_key).intact
    assert not CertificateFile.objects.filter(certificate=certificate, part="copy").exists()


def test_nobody_without_a_name_and_nothing_without_facts_is_certified(haneul: User) -> None:
    with pytest.raises(services.Incomplete):
        services.request(wanted(holder=" "), owner=haneul, now=NOW)
    with pytest.raises(services.Incomplete):
        services.request(Wanted(kinds()["payment"], "1", "김하늘", {}, "새빛구청장"), owner=haneul, now=NOW)


def test_an_hour_has_an_end(haneul: User) -> None:
    for number in range(issuing.PER_HOUR):
        services.request(wanted(subject=f"M{number}"), owner=haneul, now=NOW)

    with pytest.raises(services.TooManyIssued):
        services.request(wanted(subject="one too many"), owner=haneul, now=NOW)


def test_without_a_key_nothing_is_begun(haneul: User, settings: Settings) -> None:
    settings.SEAL_KEY_FILE = ""

    with pytest.raises(SealMissing):
        services.request(wanted(), owner=haneul, now=NOW)
    assert not Certificate.objects.exists()


def test_a_month_after_its_end_only_number_days_and_hash_are_left(haneul: User) -> None:
    certificate = issued(haneul)
    share = services.share(certificate, receiver="한빛은행", purpose="대출", device="", now=NOW)
    assert certificate.expires_at is not None

    assert services.erase(now=certificate.expires_at + timedelta(days=29)) == 0
    assert services.erase(now=certificate.expires_at + timedelta(days=31)) == 1
    assert services.erase(now=certificate.expires_at + timedelta(days=31)) == 0

    certificate.refresh_from_db()
    share.refresh_from_db()
    assert (certificate.facts, share.receiver, share.purpose) == ("", "", "")
    assert certificate.sha256
    assert not CertificateFile.objects.exists()


def test_whoever_leaves_takes_the_documents_along_and_paper_still_verifies(haneul: User) -> None:
    certificate = issued(haneul)

    services.forget_owner(owner=haneul, now=NOW)

    certificate.refresh_from_db()
    assert (certificate.facts, read_file(certificate), certificate.holder_masked) == ("", b"", "김*늘")
    assert certificate.is_valid(NOW)


def test_nothing_personal_is_in_clear(haneul: User) -> None:
    certificate = issued(haneul)
    services.share(certificate, receiver="한빛은행 새빛지점", purpose="전세대출", device="아이폰", now=NOW)

    with connection.cursor() as cursor:
        stored = ""
        for table in ("certificate", "certificatefile", "certificateshare", "certificateevent"):
            cursor.execute(f"select string_agg(t::text, ' ') from certificates_{table} t")  # noqa: S608
            stored += str(cursor.fetchone()) + " "
    for secret in ("김하늘", "가로등", "한빛은행", "전세대출", "12345678", certificate.code):
        assert secret not in stored
        assert secret.encode().hex() not in stored


def test_it_is_sealed_where_an_event_loop_runs_too(seal_key: Path) -> None:
    frame = printing.Frame("ABCD", "오늘", "내일", "HTTP://LOCALHOST/V/ABCD", "localhost/verify/", "", is_test=True)
    pdf = printing.printed(wanted().sheet(), frame)

    async def inside() -> bytes:
        return sealed(pdf, name="새빛구청장")

    with ThreadPoolExecutor(max_workers=1) as thread:  # this one may have a loop already
        document = thread.submit(asyncio.run, inside()).result()
    assert seal_of(document, seal_key).intact
