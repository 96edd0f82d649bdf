"""진위확인: a number says what anybody may know, and nothing to whoever guesses."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from notices.views.verifying import TRIES
from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.models import Certificate
from portal.core import clock
from tests.certificates.conftest import issued, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(haneul: User) -> Certificate:
    return issued(haneul, now=clock.now())


def page(code: str) -> str:
    return Client().get(f"/verify/{code}/").content.decode()


def test_a_number_says_what_anybody_may_know(certificate: Certificate) -> None:
    text = page(certificate.shown_code)

    for said in ("발급한 증명서가 맞습니다", "민원 접수증", "새빛구청장", "김*늘", certificate.sha256, "시험용"):
        assert said in text
    for secret in ("김하늘", "가로등", "M26-1101-0001-7", "5678"):
        assert secret not in text.replace(certificate.sha256, "")  # which may hold any four digits


def test_the_short_address_of_the_qr_code_leads_there(certificate: Certificate) -> None:
    answer = Client().get(f"/V/{certificate.code}", follow=True)

    assert answer.redirect_chain[-1][0] == f"/verify/{certificate.code}/"
    assert "김*늘" in answer.content.decode()


def test_the_box_forgives_how_a_number_is_written(certificate: Certificate) -> None:
    written = certificate.shown_code.lower().replace("0", "o").replace("1", "l")

    assert Client().get("/verify/", {"code": written}).headers["Location"] == f"/verify/{certificate.code}/"


def test_unknown_wrong_and_unmade_look_alike(certificate: Certificate, bada: User) -> None:
    unmade = services.request(wanted(), owner=bada, now=clock.now())
    wrong = certificate.code[:-1] + ("0" if certificate.code[-1] != "0" else "2")
    codes = (wrong, unmade.code, "0" * 16, "nonsense")

    answers = [Client().get(f"/verify/{code}/") for code in codes]

    assert {answer.status_code for answer in answers} == {404}
    contents = [answer.content.decode() for answer in answers]
    assert len({text.replace(f"/verify/{code}/", "") for text, code in zip(contents, codes, strict=True)}) == 1


def test_ten_tries_a_minute_then_even_the_right_number_says_nothing(certificate: Certificate) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for number in range(TRIES):
            page(f"{number:016}")

        answer = Client().get(f"/verify/{certificate.code}/")
        assert answer.status_code == 429
        assert "김*늘" not in answer.content.decode()
        traveller.shift(60)
        assert "김*늘" in page(certificate.code)


def test_a_certificate_revoked_after_printing_says_when_and_why(certificate: Certificate) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(
        state="revoked", revoked_at=clock.now(), revoked_reason="처리 부서가 잘못 적혔습니다."
    )

    text = page(certificate.code)
    assert "철회된 증명서입니다" in text
    assert "처리 부서가 잘못 적혔습니다." in text
    assert "발급한 증명서가 맞습니다" not in text


def test_after_ninety_days_it_says_until_when_it_counted(haneul: User) -> None:
    certificate = issued(haneul, now=clock.now())

    with time_machine.travel(clock.now() + timedelta(days=91)):
        text = page(certificate.code)
    assert "유효 기한이 지난 증명서입니다" in text
    assert "발급한 증명서가 맞습니다" not in text


def test_an_erased_certificate_still_verifies(haneul: User, certificate: Certificate) -> None:
    services.forget_owner(owner=haneul, now=clock.now())

    assert "김*늘" in page(certificate.code)


def test_the_page_is_kept_by_nobody(certificate: Certificate) -> None:
    answer = Client().get(f"/verify/{certificate.code}/")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
