"""The wallet: three taps, a fresh proof, nobody else's, and nothing personal where it does not belong."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from complaints.models import Complaint
from complaints.workflow import Stage
from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.models import Certificate, CertificateEvent
from portal.certificates.services.issuing import read_file
from portal.core import clock
from tests.certificates.conftest import issued, signed_in, wanted
from tests.certificates.reading import words_of
from tests.complaints.conftest import World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def own(world: World, user: User, stage: Stage = Stage.ASSIGNED) -> Complaint:
    case = world.at(stage)
    Complaint.objects.filter(pk=case.pk).update(citizen=user)
    case.refresh_from_db()
    return case


def fresh(user: User) -> Client:
    return signed_in(user)


def test_a_case_is_certified_in_three_taps(world: World) -> None:
    case = own(world, world.haneul)
    client = fresh(world.haneul)

    wallet = client.get("/me/certificates/").content.decode()
    assert "/me/certificates/new/complaint_filed/" in wallet
    page = client.get("/me/certificates/new/complaint_filed/").content.decode()
    assert case.number in page
    answer = client.post("/me/certificates/new/complaint_filed/", {"subject": case.number})

    certificate = Certificate.objects.get()
    assert answer.headers["Location"] == f"/me/certificates/{certificate.sealed_id}/"
    detail = client.get(answer.headers["Location"]).content.decode()
    assert certificate.shown_code in detail
    assert "김하늘" in detail
    assert certificate.shown_code in client.get("/me/certificates/").content.decode()


def test_what_the_applicant_typed_is_no_word_of_the_district(world: World) -> None:
    case = own(world, world.haneul)
    case.body = "위 사람은 체납이 없음"
    case.save()

    fresh(world.haneul).post("/me/certificates/new/complaint_filed/", {"subject": case.number})

    certificate = Certificate.objects.get()
    words = " ".join(words_of(read_file(certificate)).split())
    for said in ("본인 미확인", "신청인이 적은 제목", "“위 사람은 체납이 없음”", "사실인지는 확인하지 않았습니다"):
        assert said in words
    assert "성명" not in words
    assert "신청인이 적은 그대로입니다" in Client().get(f"/verify/{certificate.code}/").content.decode()


def test_a_result_holds_the_answer(world: World) -> None:
    case = own(world, world.haneul, Stage.RESOLVED)

    fresh(world.haneul).post("/me/certificates/new/complaint_result/", {"subject": case.number})

    words = words_of(read_file(Certificate.objects.get()))
    assert "가로등을 고쳤습니다." in words
    assert "수용" in words


def test_an_open_case_has_no_result_and_nobody_certifies_another_s(world: World) -> None:
    case = own(world, world.haneul)

    open_case = fresh(world.haneul).post("/me/certificates/new/complaint_result/", {"subject": case.number})
    foreign = fresh(world.bada).post("/me/certificates/new/complaint_filed/", {"subject": case.number})

    assert (open_case.status_code, foreign.status_code) == (422, 422)
    assert case.number not in foreign.content.decode()
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("path", ["", "document/", "hand-in/"])
def test_another_s_certificate_is_not_there(haneul: User, bada: User, path: str) -> None:
    certificate = issued(haneul, now=clock.now())

    assert fresh(bada).get(f"/me/certificates/{certificate.sealed_id}/{path}").status_code == 404
    assert fresh(bada).get(f"/me/certificates/{uuid4()}/{path}").status_code == 404
    hers = fresh(haneul).get(f"/me/certificates/{certificate.sealed_id}/{path}")
    assert hers.status_code == (302 if path == "document/" else 200)
    assert fresh(bada).post(f"/me/certificates/{certificate.sealed_id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["new/complaint_filed/", "{id}/document/", "{id}/hand-in/"])
def test_what_leaves_the_wallet_wants_a_fresh_proof(haneul: User, path: str) -> None:
    certificate = issued(haneul, now=clock.now())
    place = f"/me/certificates/{path.format(id=certificate.sealed_id)}"

    assert signed_in(haneul, is_fresh=False).get(place).headers["Location"].startswith("/sign-in/again/")
    assert signed_in(haneul, is_fresh=False).get("/me/certificates/").status_code == 200
    assert Client().get(place).headers["Location"].startswith("/sign-in/?")


def test_a_download_is_the_sealed_file_and_stands_in_the_book(haneul: User) -> None:
    certificate = issued(haneul, now=clock.now())

    place = f"/me/certificates/{certificate.sealed_id}/document/"

    looked, answer = fresh(haneul).get(place), fresh(haneul).post(place)

    assert looked.headers["Location"] == f"/me/certificates/{certificate.sealed_id}/"
    assert answer.content == read_file(certificate)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert CertificateEvent.objects.get(what="downloaded").device == "아이폰 · 사파리"


def test_a_failed_one_is_tried_again_by_its_holder(haneul: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("portal.certificates.printing.MODULE", "portal.certificates.no_such_cage")
        certificate = issued(haneul, now=clock.now())
    place, client = f"/me/certificates/{certificate.sealed_id}/", fresh(haneul)
    assert "만들지 못했습니다" in client.get(place).content.decode()

    client.post(place)

    certificate.refresh_from_db()
    assert certificate.is_issued


def test_a_certificate_that_is_late_can_be_made_by_hand_and_nothing_reloads_for_ever(haneul: User) -> None:
    now = clock.now()
    waiting = services.request(wanted(), owner=haneul, now=now)
    late = services.request(wanted(subject="late"), owner=haneul, now=now - timedelta(seconds=21))
    client = fresh(haneul)

    page = client.get(f"/me/certificates/{waiting.sealed_id}/").content.decode()
    late_page = client.get(f"/me/certificates/{late.sealed_id}/").content.decode()
    client.post(f"/me/certificates/{late.sealed_id}/")

    assert "data-waiting" in page
    assert "다시 만들기" not in page
    assert "data-waiting" not in late_page
    assert "다시 만들기" in late_page
    late.refresh_from_db()
    assert late.is_issued


def test_another_office_s_certificate_names_who_vouches(haneul: User) -> None:
    client = fresh(haneul)
    assert "거주 사실 확인서" in client.get("/me/certificates/").content.decode()

    client.post("/me/certificates/new/demo.residence/", {"subject": "residence:1"})

    certificate = Certificate.objects.get()
    assert (certificate.kind, certificate.issuer) == ("demo.residence", "시험용 발급 기관")
    assert "지어낸 주소" in words_of(read_file(certificate))


def test_the_page_says_how_long_it_can_be_verified(haneul: User, settings: Settings) -> None:
    settings.CERTIFICATES_VALID_DAYS = 30

    assert "30일 동안 진짜인지" in fresh(haneul).get("/me/certificates/new/demo.residence/").content.decode()


def test_unknown_kinds_are_not_there(haneul: User) -> None:
    client = fresh(haneul)

    assert {client.get(f"/me/certificates/new/{kind}/").status_code for kind in ("nothing", "demo.nothing", "x.y")} == {
        404
    }


def test_without_a_key_the_wallet_says_so_and_issues_nothing(world: World, settings: Settings) -> None:
    case = own(world, world.haneul)
    settings.SEAL_KEY_FILE = ""
    client = fresh(world.haneul)

    answer = client.post("/me/certificates/new/complaint_filed/", {"subject": case.number})

    assert "지금은 새로 발급하지 않습니다" in client.get("/me/certificates/").content.decode()
    assert answer.status_code == 422
    assert "전자도장" in answer.content.decode()


def test_an_empty_wallet_says_what_to_do(haneul: User) -> None:
    client = fresh(haneul)

    assert "아직 발급받은 증명서가 없습니다" in client.get("/me/certificates/").content.decode()
    for kind in ("complaint_filed", "complaint_result", "payment", "notice_copy", "notice_read"):
        assert "증명할 내용이 아직 없습니다" in client.get(f"/me/certificates/new/{kind}/").content.decode()


def test_the_wallet_asks_the_same_number_of_questions_for_one_and_for_many(
    haneul: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, now = fresh(haneul), clock.now()
    for number in range(3):
        issued(haneul, now=now, subject=f"M{number}")

    with django_assert_max_num_queries(8):
        client.get("/me/certificates/")


def test_addresses_and_logs_name_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    case = own(world, world.haneul)
    client = fresh(world.haneul)
    with caplog.at_level(logging.DEBUG):
        client.post("/me/certificates/new/complaint_filed/", {"subject": case.number})
        certificate = Certificate.objects.get()
        place = f"/me/certificates/{certificate.sealed_id}/"
        made = client.post(f"{place}hand-in/", {"receiver": "한빛은행", "purpose": "전세대출"})
        client.get(made.headers["Location"])
        client.post(f"{place}document/")

    said = caplog.text + made.headers["Location"] + str(certificate) + repr(certificate)
    for secret in ("김하늘", "12345678", "한빛은행", "전세대출", certificate.code, "가로등"):
        assert secret not in said


def test_leaving_takes_the_documents_along(world: World) -> None:
    certificate = issued(world.haneul, now=clock.now())

    fresh(world.haneul).post("/me/leave/")

    certificate.refresh_from_db()
    assert read_file(certificate) == b""
