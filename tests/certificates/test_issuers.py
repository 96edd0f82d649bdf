"""What every issuing system behind the socket must keep to."""

import pytest
from pytest_django import Settings

from portal.accounts.models import User
from portal.certificates.issuers.base import CertificateIssuer, Facts, IssuerRefused, Offer, Person
from portal.certificates.issuers.demo import Demo
from portal.certificates.issuers.registry import foreign_kinds, issuer
from portal.certificates.models import Certificate
from tests.certificates.conftest import signed_in

HANEUL, BADA = Person("김하늘", "+821012345678"), Person("", "+821087654321")


class Away(CertificateIssuer):
    """A system that does not answer."""

    label = "쉬는 기관"
    kinds = Demo.kinds

    def offers(self, kind: str, person: Person) -> list[Offer]:
        raise IssuerRefused

    def facts(self, kind: str, subject: str, person: Person) -> Facts:
        raise IssuerRefused


@pytest.fixture(params=[Demo])
def plug(request: pytest.FixtureRequest) -> CertificateIssuer:
    found: CertificateIssuer = request.param()
    return found


def test_every_offer_has_facts_that_fill_its_sheet(plug: CertificateIssuer) -> None:
    for code, kind in plug.kinds.items():
        for offer in plug.offers(code, HANEUL):
            said = plug.facts(code, offer.subject, HANEUL)
            assert said.holder
            assert said.issuer
            assert {fact for fact, _ in kind.rows} <= set(said.facts)


def test_the_same_question_has_the_same_answer_and_another_person_another(plug: CertificateIssuer) -> None:
    for code in plug.kinds:
        (offer, *_) = plug.offers(code, HANEUL)
        assert plug.facts(code, offer.subject, HANEUL) == plug.facts(code, offer.subject, HANEUL)
        assert plug.facts(code, offer.subject, HANEUL) != plug.facts(code, offer.subject, BADA)


def test_a_subject_names_nobody(plug: CertificateIssuer) -> None:
    for code in plug.kinds:
        for offer in plug.offers(code, HANEUL):
            assert "김하늘" not in offer.subject
            assert "12345678" not in offer.subject


def test_what_it_does_not_have_is_refused_for_good(plug: CertificateIssuer) -> None:
    with pytest.raises(IssuerRefused) as refused:
        plug.facts("nothing", "nothing", HANEUL)
    assert refused.value.permanent


def test_kinds_of_all_systems_are_known_by_their_alias(settings: Settings) -> None:
    settings.CERTIFICATE_ISSUERS = {
        name: {"BACKEND": "portal.certificates.issuers.demo.Demo"} for name in ("first", "second")
    }

    assert set(foreign_kinds()) == {"first.residence", "second.residence"}
    assert issuer("first").label == Demo.label


@pytest.mark.django_db
def test_a_system_that_does_not_answer_is_said_kindly(haneul: User, settings: Settings) -> None:
    settings.CERTIFICATE_ISSUERS = {"away": {"BACKEND": f"{__name__}.Away"}}
    client = signed_in(haneul)

    page = client.get("/me/certificates/new/away.residence/")
    answer = client.post("/me/certificates/new/away.residence/", {"subject": "residence:1"})

    assert "응답하지 않습니다" in page.content.decode()
    assert answer.status_code == 422
    assert client.get("/me/certificates/").status_code == 200
    assert not Certificate.objects.exists()
