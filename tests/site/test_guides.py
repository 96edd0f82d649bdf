"""Guides: the approved answers as pages, with who answers for them and what to do next."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chatbot.models import Faq, MapPlace
from portal.core.clock import day_in_korea, now
from tests.site.guides import make_department, make_facet, make_faq

pytestmark = pytest.mark.django_db


def test_guide_shows_answer_facts_owner_date_and_the_next_step(client: Client) -> None:
    faq = make_faq(department=make_department(), petition_code="illegal_dumping")
    make_facet(faq, "fee", "의자 2,000원부터")

    page = client.get("/services/waste-bulky/").content.decode()

    assert "<h1>대형폐기물은 어떻게 배출하나요?</h1>" in page
    assert "<dt>비용</dt><dd>의자 2,000원부터</dd>" in page
    assert "청소행정과" in page
    assert 'href="tel:02-120-2140"' in page
    assert f'<time datetime="{day_in_korea(now()).isoformat()}">' in page
    assert 'class="btn" href="/complaints/new/?text=' in page
    assert '<link rel="canonical" href="' in page


def test_parking_guide_leads_to_the_parking_report(client: Client) -> None:
    make_faq(slug="park-report", petition_code="illegal_parking")

    assert 'class="btn" href="/complaints/parking/"' in client.get("/services/park-report/").content.decode()


def test_guide_without_a_petition_or_with_an_unknown_one_has_no_button(client: Client) -> None:
    make_faq()
    make_faq(slug="odd", petition_code="no_such_petition")

    for slug in ("waste-bulky", "odd"):
        assert 'class="btn"' not in client.get(f"/services/{slug}/").content.decode()


def test_guide_lists_the_places_of_its_layer(client: Client) -> None:
    make_faq(map_kind="layer", map_layer="kiosk")
    MapPlace.objects.create(layer="kiosk", name="새빛1동 발급기", address="새빛로 1", lat=37.5, lon=127.0)
    MapPlace.objects.create(layer="other", name="다른 곳", address="새빛로 2", lat=37.5, lon=127.0)

    page = client.get("/services/waste-bulky/").content.decode()

    assert "새빛1동 발급기" in page
    assert "다른 곳" not in page


def test_related_guides_share_the_field_or_the_words_and_never_the_guide_itself(client: Client) -> None:
    make_faq()
    make_faq(slug="near", question="소파는 누가 가져가나요?", tags=["소파", "스티커"])
    make_faq(slug="far", question="여권은요?", category="민원·증명", tags=["여권"])

    page = client.get("/services/waste-bulky/").content.decode()

    assert 'href="/services/near/"' in page
    assert 'href="/services/far/"' not in page
    assert 'class="row" href="/services/waste-bulky/"' not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Faq.Status.DRAFT},
        {"status": Faq.Status.RETIRED},
        {"kind": Faq.Kind.SMALLTALK},
        {"valid_from": day_in_korea(now()) + timedelta(days=1)},
        {"valid_to": day_in_korea(now()) - timedelta(days=1)},
    ],
)
def test_what_does_not_stand_today_is_no_guide(client: Client, fields: dict[str, object]) -> None:
    make_faq(slug="old-guide", **fields)

    assert client.get("/services/old-guide/").status_code == 404
    assert "old-guide" not in client.get("/services/").content.decode()
    assert "old-guide" not in client.get("/sitemap.xml").content.decode()


def test_tile_of_the_menu_leads_on_where_its_guide_was_taken_down(client: Client) -> None:
    answer = client.get("/services/waste-bulky/", follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain[0][0].startswith("/search/?q=")


def test_all_guides_stand_by_field_and_in_the_sitemap(client: Client) -> None:
    make_faq()
    make_faq(slug="passport-lost", question="여권을 잃어버렸어요.", category="민원·증명")

    page = client.get("/services/").content.decode()
    sitemap = client.get("/sitemap.xml")

    assert page.count('class="row"') == 2
    assert page.index("민원·증명 <") < page.index("청소·환경 <") or page.index("청소·환경 <") < page.index(
        "민원·증명 <"
    )
    assert sitemap.headers["Content-Type"].startswith("application/xml")
    assert "/services/passport-lost/</loc><lastmod>" in sitemap.content.decode()


def test_departments_are_listed_with_duties_and_a_number_to_call(client: Client) -> None:
    make_department()
    make_department("closed", name="없어진과", is_active=False)

    page = client.get("/departments/").content.decode()

    assert "쓰레기 수거, 대형폐기물" in page
    assert 'href="tel:02-120-2140"' in page
    assert "없어진과" not in page


def test_guide_page_asks_a_constant_number_of_questions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    faq = make_faq(department=make_department(), map_kind="layer", map_layer="kiosk")
    for number in range(8):
        make_faq(slug=f"near-{number}", question=f"소파 {number}")
        MapPlace.objects.create(layer="kiosk", name=f"발급기 {number}", address="새빛로", lat=37.5, lon=127.0)
    make_facet(faq, "fee", "2,000원")

    with django_assert_max_num_queries(5):
        client.get("/services/waste-bulky/")


def test_catalogue_of_an_installation_is_found_by_every_guide_page(client: Client) -> None:
    make_faq()

    page = client.get("/search/?q=대형폐기물").content.decode()

    assert client.get("/services/waste-bulky/").status_code == 200
    assert 'href="/services/waste-bulky/"' in page
